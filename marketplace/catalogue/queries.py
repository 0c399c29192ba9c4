"""What strangers may read of the catalogue: goods of approved cooperatives, not withdrawn, published with a lot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import HourlyPay, Listing, Photo, Profile, Stock, StockSplit
from marketplace.catalogue.split_view import SplitView, split_view
from marketplace.config import PAGE_SIZE, SITEMAP_ADDRESSES_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound


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


@dataclass(frozen=True, slots=True)
class Card:
    """One good as it stands in a list."""

    listing: Listing
    stripe: tuple[str, ...]
    cover: Photo | None
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


_AVAILABLE = Stock.listed + Stock.returned - Stock.reserved - Stock.sold - Stock.withdrawn
_SHOWN_FIRST = (case((_AVAILABLE > 0, 0), else_=1), Stock.published_at, Stock.id)


def is_public() -> ColumnElement[bool]:
    """The condition that every public query on listings joined to their organisations starts from."""
    published = select(Stock.id).where(Stock.listing_id == Listing.id).exists()
    return and_(Organisation.approved_at.is_not(None), Listing.withdrawn_at.is_(None), published)


# --- lists ------------------------------------------------------------------------------------------------------------


def facets(filters: Filters) -> Facets:
    """What can be chosen, in one query: counts by category, cooperative and currency."""
    fits = case((_in_price(filters), 1), else_=0)
    rows = db.session.execute(
        select(Listing.category, Organisation.slug, Organisation.name, Listing.currency, func.sum(fits))
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .where(is_public(), *_in_text(filters))
        .group_by(Listing.category, Organisation.slug, Organisation.name, Listing.currency)
    ).all()
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
    """One page of goods, in two queries: what can still be bought first, newest first."""
    conditions = [*_in_text(filters), _in_price(filters)]
    if filters.categories:
        conditions.append(Listing.category.in_(filters.categories))
    if filters.cooperatives:
        conditions.append(Organisation.slug.in_(filters.cooperatives))
    rows = db.session.execute(_cards_query().where(*conditions).limit(size).offset((page - 1) * size)).all()
    splits = _splits([shown_id for *_, shown_id in rows])
    return [
        Card(listing, tuple(selvedge or ()), cover, int(available or 0), _split_of(listing, splits.get(shown_id, ())))
        for listing, selvedge, cover, available, shown_id in rows
    ]


def _cards_query() -> Select[tuple[Listing, list[str], Photo | None, int, str]]:
    cover = aliased(Photo)
    cover_id = (
        select(Photo.id)
        .where(Photo.listing_id == Listing.id)
        .order_by(Photo.ordinal, Photo.id)
        .limit(1)
        .correlate(Listing)
        .scalar_subquery()
    )
    available = (
        select(func.sum(_AVAILABLE)).where(Stock.listing_id == Listing.id).correlate(Listing).scalar_subquery()
    ).label("available")
    shown_id = (
        select(Stock.id)
        .where(Stock.listing_id == Listing.id)
        .order_by(*_SHOWN_FIRST)
        .limit(1)
        .correlate(Listing)
        .scalar_subquery()
    )
    return (
        select(Listing, Profile.selvedge, cover, available, shown_id)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .outerjoin(Profile, Profile.organisation_id == Organisation.id)
        .outerjoin(cover, cover.id == cover_id)
        .where(is_public())
        .options(contains_eager(Listing.organisation))
        .order_by(case((available > 0, 0), else_=1), Listing.published_at.desc(), Listing.id.desc())
    )


def _in_text(filters: Filters) -> list[ColumnElement[bool]]:
    """Every word must stand in the title, the description or the cooperative's name."""
    places = (Listing.title, Listing.description, Organisation.name)
    return [or_(*(place.icontains(word, autoescape=True) for place in places)) for word in filters.text.split()]


def _in_price(filters: Filters) -> ColumnElement[bool]:
    bounds: list[ColumnElement[bool]] = [Listing.price_minor > 0]
    if filters.has_price:
        bounds.append(Listing.currency == filters.currency)
        if filters.from_minor is not None:
            bounds.append(Listing.price_minor >= filters.from_minor)
        if filters.to_minor is not None:
            bounds.append(Listing.price_minor <= filters.to_minor)
    return and_(*bounds)


def _splits(stock_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """The split rows of some stock, as plain rows: a list shows dozens of goods, and objects would cost the most."""
    asked = select(
        StockSplit.stock_id, StockSplit.purpose, StockSplit.label, StockSplit.amount_minor, StockSplit.status
    ).where(StockSplit.stock_id.in_(stock_ids))
    splits: dict[str, list[Row[Any]]] = {}
    for row in db.session.execute(asked.order_by(StockSplit.stock_id, StockSplit.ordinal)):
        splits.setdefault(row.stock_id, []).append(row)
    return splits


def _split_of(listing: Listing, rows: Sequence[Row[Any] | StockSplit]) -> SplitView | None:
    """The split ready to show; None where it does not add up to the price, which `verify` then reports."""
    if sum(row.amount_minor for row in rows) != listing.price_minor:
        return None
    return split_view(
        [
            {"purpose": row.purpose, "label": row.label, "amount_minor": row.amount_minor, "status": row.status}
            for row in rows
        ],
        listing.price_minor,
    )


# --- one good, one lot, one picture -----------------------------------------------------------------------------------


def product(slug: str) -> Product:
    """A public product by its address; NotFound where it is withdrawn or its cooperative is not approved."""
    row = db.session.execute(
        select(Listing, Profile)
        .join(Organisation, Organisation.id == Listing.organisation_id)
        .outerjoin(Profile, Profile.organisation_id == Organisation.id)
        .where(is_public(), Listing.slug == slug)
        .options(contains_eager(Listing.organisation), selectinload(Listing.stocks), selectinload(Listing.photos))
    ).one_or_none()
    if row is None:
        raise NotFound
    listing, profile = row
    stocks = tuple(listing.stocks)
    shown = next((stock for stock in stocks if stock.available), stocks[0])
    split = _split_of(listing, shown.split) or split_view([], 0)
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
