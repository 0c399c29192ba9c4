"""A basket as its page and the checkout show it: grouped by cooperative, in one currency, with the wages in it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select

from marketplace.catalogue.models import Photo, Profile, StockSplit
from marketplace.catalogue.queries import Cover
from marketplace.kernel import kept
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.money import Money
from marketplace.storefront import showing
from orders.cart.queries import goods_of
from orders.cart.wishes import Good, Seller, Wanted, Wish
from orders.checkout.answers import Terms
from orders.checkout.services import Quote, QuotedLine, quote
from orders.checkout.terms import NoFreshRate, charge_currencies, fresh_rate


@dataclass(frozen=True, slots=True)
class Row:
    """One listing in the basket; `charge` is in the currency the buyer chose, none where it cannot be said."""

    listing: Good
    quantity: int
    origin: Money
    charge: Money | None
    picture: dict[str, Any] | None

    @property
    def left(self) -> int:
        """Pieces that can be had now."""
        if self.listing.withdrawn_at is not None:
            return 0
        return sum(stock.available for stock in self.listing.stocks)


@dataclass(frozen=True, slots=True)
class Group:
    """One cooperative's goods and its parcel."""

    organisation: Seller
    stripe: list[str]
    rows: list[Row]
    parcel: QuotedLine | None

    @property
    def goods(self) -> Money | None:
        """What the goods cost in the buyer's currency."""
        charges = [row.charge for row in self.rows if row.charge]
        if not charges or len(charges) < len(self.rows):
            return None
        return Money(sum(charge.minor for charge in charges), charges[0].currency)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole basket: groups, the total and the wages in it, or the refusal that stands in their way."""

    groups: list[Group]
    currencies: list[str]
    currency: str | None
    country: str | None
    quoted: Quote | None
    refusal: LumbungError | None
    wages: Money | None
    has_folded: bool

    @property
    def delivery(self) -> Money | None:
        """What all parcels cost together."""
        if self.quoted is None:
            return None
        parcels = [line.charge for line in self.quoted.lines if line.kind == "shipping"]
        return Money(sum(charge.minor for charge in parcels), self.quoted.total.currency)

    @property
    def pieces(self) -> int:
        """How many pieces lie in the basket."""
        return sum(row.quantity for group in self.groups for row in group.rows)


def sheet_of(basket: Wish | None, terms: Terms) -> Sheet:
    """The basket under the buyer's terms; what refuses them is part of the sheet, never an error."""
    lines = goods_of(basket) if basket else []
    sellers = {line.listing.currency for line in lines}
    currencies = offered_currencies(sellers) if lines else []
    currency = terms.currency if terms.currency in currencies else _preferred(currencies, terms.country, lines)
    quoted, refusal = None, None
    if basket and lines:
        try:
            if currency is None:
                raise NoFreshRate(currency=", ".join(sorted(sellers)))
            quoted = quote(basket, country=terms.country, charge_currency=currency, method=terms.method)
        except LumbungError as error:
            refusal = error
    items = [line for line in quoted.lines if line.kind == "item"] if quoted else []
    wages = _wages(items, currency) if currency and items else None
    folded = any(line.stock and line.stock.folds_labour for line in items)
    groups = _groups(lines, quoted)
    return Sheet(groups, currencies, currency, terms.country, quoted, refusal, wages, folded)


def offered_currencies(seller_currencies: Collection[str]) -> list[str]:
    """What a buyer may pay in now: every currency on offer for which all sellers' rates are fresh."""
    return [currency for currency in charge_currencies(seller_currencies) if _is_fresh(currency, seller_currencies)]


def _is_fresh(charge_currency: str, seller_currencies: Collection[str]) -> bool:
    try:
        for currency in seller_currencies:
            fresh_rate(charge_currency, currency)
    except NoFreshRate:
        return False
    return True


def _preferred(currencies: Sequence[str], country: str | None, lines: Iterable[Wanted]) -> str | None:
    """The currency of the buyer's own country where one of the sellers has it, else the first on offer."""
    home = {line.listing.currency for line in lines if line.listing.organisation.country == country}
    return next((currency for currency in currencies if currency in home), currencies[0] if currencies else None)


def _groups(lines: Sequence[Wanted], quoted: Quote | None) -> list[Group]:
    listings = [line.listing for line in lines]
    sellers = {listing.organisation.id: listing.organisation for listing in listings}
    stripes = _stripes(sellers)
    covers = _covers([listing.id for listing in listings])
    parcels = {line.organisation.id: line for line in quoted.lines if line.kind == "shipping"} if quoted else {}
    charges = _charges(quoted)
    rows = [
        Row(
            line.listing,
            line.quantity,
            Money(line.listing.price_minor * line.quantity, line.listing.currency),
            charges.get(line.listing_id),
            showing.picture(covers.get(line.listing_id)),
        )
        for line in lines
    ]
    return [
        Group(
            seller, stripes.get(key, []), [row for row in rows if row.listing.organisation.id == key], parcels.get(key)
        )
        for key, seller in sellers.items()
    ]


def _charges(quoted: Quote | None) -> dict[str, Money]:
    """By listing: pieces from several lots are several lines of the quote."""
    charges: dict[str, Money] = {}
    for line in quoted.lines if quoted else []:
        if line.stock:
            before = charges.get(line.stock.listing_id, Money(0, line.charge.currency))
            charges[line.stock.listing_id] = before + line.charge
    return charges


def _wages(items: Sequence[QuotedLine], currency: str) -> Money:
    """The makers' wages in what is bought, as frozen at publishing, at the same rates as the prices."""
    pieces = {line.stock.id: line for line in items if line.stock}
    query = (
        select(StockSplit.stock_id, func.sum(StockSplit.amount_minor))
        .where(StockSplit.stock_id.in_(pieces), StockSplit.purpose == "labour")
        .group_by(StockSplit.stock_id)
    )
    total = Money(0, currency)
    for stock_id, minor in db.session.execute(query):
        line = pieces[stock_id]
        total += Money(int(minor) * line.quantity, line.origin.currency).converted(1 / Fraction(line.rate), currency)
    return total


# Every loser of a rush for the last pieces is shown her basket: what stands beside the goods is kept for a moment.


def _stripes(seller_ids: Iterable[str]) -> dict[str, list[str]]:
    wanted = tuple(sorted(seller_ids))

    def ask() -> dict[str, list[str]]:
        query = select(Profile.organisation_id, Profile.selvedge).where(Profile.organisation_id.in_(wanted))
        return {seller_id: list(stripe) for seller_id, stripe in db.session.execute(query)}

    return kept.a_moment(("stripes", wanted), [Profile.__tablename__], ask)


def _covers(listing_ids: Iterable[str]) -> dict[str, Cover]:
    wanted = tuple(sorted(listing_ids))

    def ask() -> dict[str, Cover]:
        shown = (Photo.sha256, Photo.width, Photo.height, Photo.alternative, Photo.is_drawn)
        query = select(Photo.listing_id, *shown).where(Photo.listing_id.in_(wanted))
        rows = db.session.execute(query.order_by(Photo.ordinal.desc(), Photo.id.desc()))
        return {listing_id: Cover(*cover) for listing_id, *cover in rows}

    return kept.a_moment(("covers", wanted), [Photo.__tablename__], ask)
