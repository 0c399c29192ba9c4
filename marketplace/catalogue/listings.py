"""The only writer of listings, their stock, photos and profiles; what is put here is a frozen copy."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import HourlyPay, Listing, Photo, Profile, Stock, StockSplit
from marketplace.catalogue.stock import lock
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.money import Money

SLUG_LENGTH_MAX = 80


class ListingSlugTaken(Conflict):
    """Two listings cannot share an address."""

    code = "listing_slug_taken"
    message = _l("Another listing already has the address %(slug)s. Choose another one.")


class TitleEmpty(Invalid):
    """A listing has a title."""

    code = "title_empty"
    message = _l("Enter a title, for example: Silk scarf.")


class LotListedAlready(Conflict):
    """One lot is published once: its story and split are frozen then."""

    code = "lot_listed_already"
    message = _l("This lot is in the shop already. Publish another lot under the same listing.")


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A stored picture by its hash, and the words that stand for it."""

    sha256: str
    width: int
    height: int
    alternative: str
    is_drawn: bool = False


@dataclass(frozen=True, slots=True)
class SplitLine:
    """One row of a frozen split as the public reads it."""

    purpose: str
    amount_minor: int
    status: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a buyer shall see of a lot for good: its code, split, story, makers, and the hash of their source."""

    lot_id: str
    lot_code: str
    split: Sequence[SplitLine]
    source_sha256: str
    makers: int = 0
    folds_labour: bool = False
    story: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HourlyFigures:
    """What an hour of a craft earned, in minor units, beside copies of its benchmarks; no figure of fewer than five."""

    craft: str
    people: int | None = None
    mean_minor: int | None = None
    median_minor: int | None = None
    benchmarks: Sequence[Mapping[str, Any]] = ()


def slug_of(title: str) -> str:
    """An address made of a title: lower-case letters and digits of ASCII, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH_MAX].strip("-")


def free_slug(wish: str, is_taken: Callable[[str], bool]) -> str:
    """The wished address, or the first free one that ends in a number."""
    wish = wish or "item"
    number, slug = 1, wish
    while is_taken(slug):
        number += 1
        slug = f"{wish[: SLUG_LENGTH_MAX - 7]}-{number}"
    return slug


def slug_is_taken(slug: str) -> bool:
    """Whether a listing has the address."""
    return db.session.scalar(select(Listing.id).where(Listing.slug == slug)) is not None


def open_listing(
    actor: Actor,
    organisation: Organisation,
    *,
    title: str,
    category: str,
    price: Money,
    tax_rate: str,
    slug: str | None = None,
    description: str = "",
    photos: Sequence[PhotoFile] = (),
    id: str | None = None,
) -> Listing:
    """A new listing without stock; without a slug it gets a free one. Refuses an empty title and a slug taken."""
    if not title.strip():
        raise TitleEmpty
    if slug and slug_is_taken(slug):
        raise ListingSlugTaken(slug=slug)
    listing = Listing(
        id=id or ids.new_id(),
        organisation_id=organisation.id,
        slug=slug or free_slug(slug_of(title), slug_is_taken),
        title=title.strip(),
        description=description,
        category=category,
        currency=price.currency,
        price_minor=price.minor,
        tax_rate=tax_rate,
        published_at=clock.now(),
    )
    db.session.add(listing)
    db.session.flush()
    add_photos(actor, listing, photos)
    return listing


def add_photos(actor: Actor, listing: Listing, photos: Sequence[PhotoFile]) -> None:
    """Add pictures behind those that are there."""
    first = len(listing.photos)
    for place, photo in enumerate(photos, first):
        listing.photos.append(
            Photo(
                ordinal=place,
                sha256=photo.sha256,
                width=photo.width,
                height=photo.height,
                alternative=photo.alternative,
                is_drawn=photo.is_drawn,
            )
        )
    db.session.flush()


def add_stock(actor: Actor, listing: Listing, quantity: int, frozen: Frozen) -> Stock:
    """Put a lot's pieces under a listing with what is frozen of them; refuses a lot that is listed already."""
    if db.session.scalar(select(Stock.id).where(Stock.lot_id == frozen.lot_id)):
        raise LotListedAlready
    stock = Stock(
        lot_id=frozen.lot_id,
        lot_code=frozen.lot_code,
        listed=quantity,
        makers=frozen.makers,
        folds_labour=frozen.folds_labour,
        story=dict(frozen.story),
        source_sha256=frozen.source_sha256,
        published_at=clock.now(),
        split=[
            StockSplit(
                ordinal=place, purpose=row.purpose, label=row.purpose, amount_minor=row.amount_minor, status=row.status
            )
            for place, row in enumerate(frozen.split)
        ],
    )
    stock.name_makers(frozen.names)
    listing.stocks.append(stock)
    db.session.flush()
    return stock


def withdraw_stock(actor: Actor, stock_id: str) -> int:
    """Take what nobody has reserved off sale; how many pieces that was."""
    stock = lock([stock_id])[stock_id]
    pieces = stock.available
    stock.withdrawn += pieces
    db.session.flush()
    return pieces


def withdraw_listing(actor: Actor, listing: Listing) -> Listing:
    """Take a listing and all its free pieces off sale; what is reserved stays reserved."""
    for stock in listing.stocks:
        withdraw_stock(actor, stock.id)
    listing.withdrawn_at = listing.withdrawn_at or clock.now()
    db.session.flush()
    return listing


def publish_profile(
    actor: Actor,
    organisation: Organisation,
    *,
    summary: str,
    story: str = "",
    members_count: int = 0,
    since_year: int | None = None,
    selvedge: Sequence[Any] = (),
) -> Profile:
    """Publish what a cooperative tells of itself; a later profile takes the place of the one before."""
    profile = db.session.get(Profile, organisation.id) or Profile(organisation_id=organisation.id)
    profile.summary, profile.story = summary, story
    profile.members_count, profile.since_year = members_count, since_year
    profile.selvedge = list(selvedge)
    profile.published_at = clock.now()
    db.session.add(profile)
    db.session.flush()
    return profile


def publish_hourly_pay(
    actor: Actor,
    organisation: Organisation,
    crafts: Sequence[HourlyFigures],
    *,
    since: date,
    until: date,
    holds_until: date,
) -> list[HourlyPay]:
    """Publish a cooperative's hourly pay by craft; what was published before is kept and no longer shown."""
    published_at = clock.now()
    rows = [
        HourlyPay(
            organisation_id=organisation.id,
            craft=figures.craft,
            since=since,
            until=until,
            people=figures.people,
            mean_minor=figures.mean_minor,
            median_minor=figures.median_minor,
            benchmarks=[dict(benchmark) for benchmark in figures.benchmarks],
            holds_until=holds_until,
            published_at=published_at,
        )
        for figures in crafts
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows
