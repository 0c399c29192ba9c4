"""An order's lines as its sale needs them: a few columns of line, lot on the shelf and seller, in one question."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Stock
from marketplace.kernel.dates import day_in
from marketplace.kernel.plain import run
from orders.checkout.models import OrderLine


@dataclass(frozen=True, slots=True)
class Seller:
    """The columns of a seller that a posting asks for."""

    id: str
    slug: str
    currency: str
    zone: str
    book_id: str


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line of an order that is being paid; a parcel has neither stock nor lot."""

    seller: Seller
    id: str
    ordinal: int
    kind: str
    quantity: int
    currency: str
    rate: str
    origin_minor: int
    charge_minor: int
    stock_id: str | None
    lot_id: str | None
    published_at: datetime | None

    def day_of_rules(self, placed_at: datetime) -> date:
        """The rules of the day on which the buyer's price was published; for a parcel, of the order's day."""
        return day_in(self.published_at or placed_at, self.seller.zone)


def lines_to_sell(order_id: str) -> list[SoldLine]:
    """The lines of an order, in their order."""
    rows = run(_lines(), {"order_id": order_id})
    return [SoldLine(Seller(*row[SELLER_FROM:]), *row[:SELLER_FROM]) for row in rows]


SELLER_FROM = 11


@cache
def _lines() -> Select[Any]:
    line, stock, seller = OrderLine.__table__.c, Stock.__table__.c, Organisation.__table__.c
    query = select(
        *(line[name] for name in ("id", "ordinal", "kind", "quantity", "currency", "rate")),
        *(line[name] for name in ("origin_minor", "charge_minor", "stock_id")),
        *(stock[name] for name in ("lot_id", "published_at")),
        *(seller[name] for name in ("id", "slug", "currency", "zone", "book_id")),
    )
    query = query.select_from(
        OrderLine.__table__.join(Organisation.__table__, seller.id == line.organisation_id).outerjoin(
            Stock.__table__, stock.id == line.stock_id
        )
    )
    return query.where(line.order_id == bindparam("order_id")).order_by(line.ordinal)
