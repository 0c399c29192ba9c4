"""A basket as it is used: plain values, since a busy shop reads it at every step and objects would cost the most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Line:
    """So many pieces of one listing."""

    listing_id: str
    quantity: int


@dataclass(slots=True)
class Wish:
    """What lies in one basket."""

    id: str
    changed_at: datetime
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Seller:
    """The cooperative behind a listing."""

    id: str
    name: str
    country: str | None


@dataclass(frozen=True, slots=True)
class Stocked:
    """Pieces of one lot, with what a line of an order copies of them."""

    id: str
    listing_id: str
    available: int
    makers: int
    folds_labour: bool


@dataclass(frozen=True, slots=True)
class Good:
    """A listing as a basket shows and an order prices it; its stock in the order in which it is sold."""

    id: str
    organisation: Seller
    stocks: list[Stocked]
    slug: str
    title: str
    currency: str
    price_minor: int
    withdrawn_at: datetime | None


@dataclass(slots=True)
class Wanted(Line):
    """A line with its goods."""

    listing: Good
