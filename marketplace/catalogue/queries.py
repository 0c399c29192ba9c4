"""What strangers may read of the catalogue: goods of approved cooperatives, not withdrawn, published with a lot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import aliased, contains_eager

from marketplace.accounts.models import Organisation
from marketplace.catalogue.frozen import splits
from marketplace.catalogue.goods import Filters, cards_query, facets_query, is_public, product_query, stocks_query
from marketplace.catalogue.models import HourlyPay, Listing, Photo, Profile, Stock
from marketplace.catalogue.split_view import SplitView, split_view
from marketplace.config import PAGE_SIZE, SITEMAP_ADDRESSES_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.plain import run


class Cover(NamedTuple):
    """The first photo of a good."""

    sha256: str
    width: int
    height: int
    alternative: str
    is_drawn: bool


class Card(NamedTuple):
    """One good as it stands in a list."""

    slug: str
    title: str
    category: str
    currency: str
    price_minor: int
    seller_slug: str
    seller_name: str
    district: str | None
    stripe: tuple[str, ...]
    cover: Cover | None
    available: int
    split: SplitView | None

    @property
    def makers_percent(self) -> int | None:
        """Per cent of the price that is wages; None where wages are not published for this lot."""
        return self.split.makers_percent if self.split and not self.split.folded and self.split.makers_minor else None


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a filter and how many goods it leads to."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What can be chosen, counted under the other choices, and how many goods the present choice holds."""

    total: int
    cooperatives_total: int
    categories: tuple[Choice, ...]
    cooperatives: tuple[Choice, ...]
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Everything a product's page shows; `shown` is the oldest lot that still has pieces, whose split it prints."""

    listing: Listing
    profile: Profile | None
    stocks: tuple[Stock, ...]
    shown: Stock
    split: SplitView
    available: int


@dataclass(frozen=True, slots=True)
class Cooperative:
    """A public cooperative with what it publishes of itself."""

    organisation: Organisation
    profile: Profile | None
    goods: int = 0
    stripe: tuple[str, ...] = field(default=())
    hourly: tuple[HourlyPay, ...] = ()


# --- lists ------------------------------------------------------------------------------------------------------------


def facets(filters: Filters) -> Facets:
    """What can be chosen, in one query: counts by category, cooperative and currency."""
    rows = run(facets_query(filters.shape), filters.values).all()
    categories: dict[str, int] = {}
    cooperatives: dict[str, list[int]] = {}
    names = {slug: name for _, slug, name, _, _ in rows}
    total = 0
    selling = set()
    for category, slug, _name, _currency, count in rows:
        in_category = not filters.categories or category in filters.categories
        in_cooperative = not filters.cooperatives or slug in filters.cooperatives
        categories[category] = categories.get(category, 0) + (int(count) if in_cooperative else 0)
        cooperatives.setdefault(slug, [0])[0] += int(count) if in_category else 0
        if in_category and in_cooperative and count:
            total += int(count)
            selling.add(slug)
    return Facets(
        total,
        len(selling),
        tuple(Choice(code, code, count) for code, count in categories.items()),
        tuple(Choice(slug, names[slug], cooperatives[slug][0]) for slug in sorted(names, key=lambda s: names[s])),
        tuple(sorted({currency for _, _, _, currency, _ in rows})),
    )


def cards(filters: Filters, *, page: int = 1, size: int = PAGE_SIZE) -> list[Card]:
    """One page of goods: what can still be bought first, newest first; one query, and one for splits not yet kept."""
    place = {"size": size, "skipped": (page - 1) * size}
    return cards_of(run(cards_query(filters.shape), filters.values | place).all())


def cards_of(rows: Sequence[Row[Any]]) -> list[Card]:
    """The rows of goods.cards_query as they stand in a list."""
    split_of = splits({row.shown_id: row.price_minor for row in rows})
    return [_card(row, split_of) for row in rows]


def _card(row: Row[Any], split_of: Mapping[str, SplitView | None]) -> Card:
    # Unpacked rather than asked by name: a list shows dozens.
    (*plain, selvedge, sha256, width, height, alternative, is_drawn, available, shown_id) = row
    cover = Cover(sha256, width, height, alternative, is_drawn) if sha256 else None
    return Card(*plain, tuple(selvedge or ()), cover, int(available or 0), split_of[shown_id])  # type: ignore[call-arg]


# --- one good, one lot, one picture -----------------------------------------------------------------------------------


def product(slug: str) -> Product:
    """A public product by its address; NotFound where it is withdrawn or its cooperative is not approved."""
    row = db.session.execute(product_query(), {"slug": slug}).unique().one_or_none()
    if row is None:
        raise NotFound
    listing, profile = row
    stocks = tuple(db.session.scalars(stocks_query(), {"listing_id": listing.id}))
    shown = next((stock for stock in stocks if stock.available), stocks[0])
    split = splits({shown.id: listing.price_minor})[shown.id] or split_view([], 0)
    return Product(listing, profile, stocks, shown, split, sum(stock.available for stock in stocks))


def published_lot(code: str) -> tuple[Stock, Photo | None, Profile | None]:
    """A lot by its public code, also after the last piece is sold; NotFound until it is published."""
    row = db.session.execute(
        select(Stock, Profile)
        .join(Listing, Listing.id == Stock.listing_id)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .outerjoin(Profile, Profile.organisation_id == Organisation.id)
        .where(Stock.lot_code == code, Organisation.approved_at.is_not(None))
        .options(contains_eager(Stock.listing).contains_eager(Listing.organisation))
    ).one_or_none()
    if row is None:
        raise NotFound
    photo = db.session.scalar(
        select(Photo).where(Photo.listing_id == row[0].listing_id).order_by(Photo.ordinal, Photo.id).limit(1)
    )
    return row[0], photo, row[1]


def published_photo(sha256: str) -> Photo:
    """A photo of a public cooperative's listing by the hash of its file; NotFound for any other."""
    photo = db.session.scalar(
        select(Photo)
        .join(Listing, Listing.id == Photo.listing_id)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .where(Photo.sha256 == sha256, Organisation.approved_at.is_not(None))
        .limit(1)
    )
    if photo is None:
        raise NotFound
    return photo


# --- cooperatives, addresses ------------------------------------------------------------------------------------------


def cooperatives() -> list[Cooperative]:
    """Every public cooperative by name, with how many goods it offers, in one query."""
    goods = (
        select(func.count())
        .select_from(Listing)
        .where(Listing.organisation_id == Organisation.id, is_public())
        .correlate(Organisation)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Organisation, Profile, goods)
        .outerjoin(Profile, Profile.organisation_id == Organisation.id)
        .where(Organisation.approved_at.is_not(None), Organisation.kind == "cooperative")
        .order_by(Organisation.name, Organisation.id)
    ).all()
    return [Cooperative(organisation, profile, count, _stripe(profile)) for organisation, profile, count in rows]


def cooperative(slug: str) -> Cooperative:
    """A public cooperative by its address, with its hourly pay; NotFound until the operator has approved it."""
    rows = db.session.execute(
        select(Organisation, Profile, HourlyPay)
        .outerjoin(Profile, Profile.organisation_id == Organisation.id)
        .outerjoin(HourlyPay, and_(HourlyPay.organisation_id == Organisation.id, _is_newest_pay()))
        .where(Organisation.slug == slug, Organisation.approved_at.is_not(None), Organisation.kind == "cooperative")
        .order_by(HourlyPay.craft)
    ).all()
    if not rows:
        raise NotFound
    organisation, profile, _first = rows[0]
    today = clock.today(organisation.zone)
    hourly = tuple(pay for *_rest, pay in rows if pay and pay.holds_until >= today)
    return Cooperative(organisation, profile, stripe=_stripe(profile), hourly=hourly)


def hourly_pay_of(organisation_id: str, today: date) -> Sequence[HourlyPay]:
    """The hourly pay a cooperative shows today, by craft: of its newest publication, until that expires."""
    return db.session.scalars(
        select(HourlyPay)
        .where(HourlyPay.organisation_id == organisation_id, _is_newest_pay(), HourlyPay.holds_until >= today)
        .order_by(HourlyPay.craft)
    ).all()


def _is_newest_pay() -> ColumnElement[bool]:
    other = aliased(HourlyPay)
    newest = select(func.max(other.published_at)).where(other.organisation_id == HourlyPay.organisation_id)
    return HourlyPay.published_at == newest.correlate(HourlyPay).scalar_subquery()


def public_addresses() -> tuple[Sequence[str], Sequence[str]]:
    """The slugs of all public goods and cooperatives, newest first, up to the bound of a sitemap."""
    goods = db.session.scalars(
        select(Listing.slug)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .where(is_public())
        .order_by(Listing.published_at.desc(), Listing.id)
        .limit(SITEMAP_ADDRESSES_MAX // 2)
    ).all()
    sellers = db.session.scalars(
        select(Organisation.slug)
        .where(Organisation.approved_at.is_not(None), Organisation.kind == "cooperative")
        .order_by(Organisation.slug)
        .limit(SITEMAP_ADDRESSES_MAX // 2)
    ).all()
    return goods, sellers


def _stripe(profile: Profile | None) -> tuple[str, ...]:
    return tuple(profile.selvedge or ()) if profile else ()
