"""The questions behind a list of goods: one statement for each shape of filters, made once and asked with values.

Making a statement costs more than asking it, and readers' filters differ in their values, hardly in their shape.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Listing, Photo, Profile, Stock
from marketplace.config import GOODS_QUERIES_KEPT_MAX

ESCAPE = "/"
_SHOWN_FIRST = (case((Stock.available > 0, 0), else_=1), Stock.published_at, Stock.id)


@dataclass(frozen=True, slots=True)
class Shape:
    """Which filters are set, without their values."""

    words: int
    categories: bool
    cooperatives: bool
    lowest: bool
    highest: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows the goods to; empty means all. Prices in minor units of `currency`."""

    text: str = ""
    categories: tuple[str, ...] = ()
    cooperatives: tuple[str, ...] = ()
    currency: str = ""
    from_minor: int | None = None
    to_minor: int | None = None

    @property
    def has_price(self) -> bool:
        """Whether a price narrows the goods; it does so in one currency, since we know no rates here."""
        return bool(self.currency) and (self.from_minor is not None or self.to_minor is not None)

    @property
    def shape(self) -> Shape:
        """What the statement is made for."""
        priced = self.has_price
        return Shape(
            len(self.text.split()),
            bool(self.categories),
            bool(self.cooperatives),
            priced and self.from_minor is not None,
            priced and self.to_minor is not None,
        )

    @property
    def values(self) -> dict[str, Any]:
        """What the statement is asked with."""
        return {
            **{f"word_{place}": _escaped(word) for place, word in enumerate(self.text.split())},
            "categories": self.categories,
            "cooperatives": self.cooperatives,
            "currency": self.currency,
            "lowest": self.from_minor,
            "highest": self.to_minor,
        }


def is_public() -> ColumnElement[bool]:
    """The condition that every public query on listings joined to their organisations starts from."""
    published = select(Stock.id).where(Stock.listing_id == Listing.id).exists()
    return and_(Organisation.approved_at.is_not(None), Listing.withdrawn_at.is_(None), published)


@lru_cache(maxsize=GOODS_QUERIES_KEPT_MAX)
def facets_query(shape: Shape) -> Select[Any]:
    """How many goods fit by category, cooperative and currency."""
    return (
        select(
            Listing.category,
            Organisation.slug,
            Organisation.name,
            Listing.currency,
            func.sum(case((_in_price(shape), 1), else_=0)),
        )
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .where(is_public(), *_in_text(shape))
        .group_by(Listing.category, Organisation.slug, Organisation.name, Listing.currency)
    )


@lru_cache(maxsize=GOODS_QUERIES_KEPT_MAX)
def cards_query(shape: Shape) -> Select[Any]:
    """`size` goods after the first `skipped`: what can still be bought first, newest first."""
    cover, cover_id = _cover()
    available = (
        select(func.sum(Stock.available)).where(Stock.listing_id == Listing.id).correlate(Listing).scalar_subquery()
    ).label("available")
    conditions = [is_public(), *_in_text(shape), _in_price(shape)]
    if shape.categories:
        conditions.append(Listing.category.in_(bindparam("categories", expanding=True)))
    if shape.cooperatives:
        conditions.append(Organisation.slug.in_(bindparam("cooperatives", expanding=True)))
    return (
        select(
            *(Listing.slug, Listing.title, Listing.category, Listing.currency, Listing.price_minor),
            *(Organisation.slug.label("seller_slug"), Organisation.name.label("seller_name"), Organisation.district),
            *(Profile.selvedge, cover.sha256, cover.width, cover.height, cover.alternative, cover.is_drawn),
            *(available, _shown_id().label("shown_id")),
        )
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .outerjoin(Profile, Profile.organisation_id == Organisation.id)
        .outerjoin(cover, cover.id == cover_id)
        .where(*conditions)
        .order_by(case((available > 0, 0), else_=1), Listing.published_at.desc(), Listing.id.desc())
        .limit(bindparam("size"))
        .offset(bindparam("skipped"))
    )


@cache
def product_query() -> Select[tuple[Listing, Profile]]:
    """A good by its `slug`, with its pictures and what its cooperative tells of itself."""
    return (
        select(Listing, Profile)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .outerjoin(Profile, Profile.organisation_id == Organisation.id)
        .where(is_public(), Listing.slug == bindparam("slug"))
        .options(contains_eager(Listing.organisation), joinedload(Listing.photos))
    )


@cache
def stocks_query() -> Select[tuple[Stock]]:
    """The lots of a good by its `listing_id`, oldest first; joined to its pictures each of them would bring all."""
    return select(Stock).where(Stock.listing_id == bindparam("listing_id")).order_by(Stock.published_at, Stock.id)


def _cover() -> tuple[type[Photo], Any]:
    cover_id = (
        select(Photo.id)
        .where(Photo.listing_id == Listing.id)
        .order_by(Photo.ordinal, Photo.id)
        .limit(1)
        .correlate(Listing)
        .scalar_subquery()
    )
    return aliased(Photo), cover_id


def _shown_id() -> Any:
    """The lot whose split is shown: the oldest that still has pieces."""
    return (
        select(Stock.id)
        .where(Stock.listing_id == Listing.id)
        .order_by(*_SHOWN_FIRST)
        .limit(1)
        .correlate(Listing)
        .scalar_subquery()
    )


def _in_text(shape: Shape) -> list[ColumnElement[bool]]:
    """Every word must stand in the title, the description or the cooperative's name."""
    places = (Listing.title, Listing.description, Organisation.name)
    words = [bindparam(f"word_{place}", type_=String()) for place in range(shape.words)]
    return [or_(*(place.icontains(word, escape=ESCAPE) for place in places)) for word in words]


def _in_price(shape: Shape) -> ColumnElement[bool]:
    bounds: list[ColumnElement[bool]] = [Listing.price_minor > 0]
    if shape.lowest or shape.highest:
        bounds.append(Listing.currency == bindparam("currency"))
    if shape.lowest:
        bounds.append(Listing.price_minor >= bindparam("lowest"))
    if shape.highest:
        bounds.append(Listing.price_minor <= bindparam("highest"))
    return and_(*bounds)


def _escaped(word: str) -> str:
    """A word in which no sign stands for others."""
    return word.replace(ESCAPE, ESCAPE * 2).replace("%", f"{ESCAPE}%").replace("_", f"{ESCAPE}_")
