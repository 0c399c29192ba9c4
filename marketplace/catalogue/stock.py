"""Services on stock: hold, sell, release, take back. Rows are locked in key order, in the order's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ColumnElement, Select, Update, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from marketplace.catalogue.models import Reservation, Stock
from marketplace.kernel import ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.journal import recorder
from marketplace.kernel.journal.recorder import insert_rows
from marketplace.kernel.plain import run


class SoldOut(Conflict):
    """Fewer pieces are left than were asked for."""

    code = "sold_out"
    message = _l("Only %(left)s left. Change the quantity in your basket.")


class Outrun(Conflict):
    """Somebody was faster between our look and our grasp."""

    code = "outrun"
    message = _l("Somebody was faster for these pieces. Order again to take what is left.")


def lock(stock_ids: Collection[str]) -> dict[str, Stock]:
    """The stock rows by id, locked until the transaction ends, in key order so that two orders never deadlock."""
    rows = db.session.scalars(
        select(Stock)
        .where(Stock.id.in_(stock_ids))
        .order_by(Stock.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {stock.id: stock for stock in rows}


def reserve(order_id: str, pieces: Mapping[str, int], expires_at: datetime) -> None:
    """Note `pieces` (stock id → quantity) as held for an order until a visible end; `hold` then takes them."""
    noted = {"order_id": order_id, "expires_at": expires_at}
    rows = [{"id": ids.new_id(), "stock_id": key, "quantity": pieces[key], **noted} for key in sorted(pieces)]
    insert_rows(Reservation, rows)


def hold(pieces: Mapping[str, int]) -> None:
    """Take `pieces` off the shelf for the order they were reserved for; all or nothing.

    Call it last: the UPDATE takes the rows in key order and keeps them locked until the commit, so whatever comes after
    makes every other buyer of these pieces wait. Raises Outrun where fewer are left, whatever was read before: the
    transaction is over then, so roll it back and look again.
    """
    for stock_id in sorted(pieces):
        _take(stock_id, pieces[stock_id])


_ENOUGH = "available_not_negative"


def _take(stock_id: str, quantity: int) -> None:
    """Reserve pieces if they are still there: the database's CHECK decides.

    A condition in the WHERE would not do: PostgreSQL locks a row before it looks at the condition again, and whoever
    was too late would keep it locked until her own word is back. A statement that fails lets go of it at once.
    """
    try:
        recorder.changed_rows(Stock, _taking(), {"stock": stock_id, "pieces": quantity})
    except IntegrityError as error:
        if _ENOUGH not in str(error.orig):
            raise
        raise Outrun from error


@cache
def _taking() -> Update:
    table = Stock.__table__
    taken = update(Stock).where(table.c.id == bindparam("stock"))
    return recorder.telling(Stock, taken.values(reserved=table.c.reserved + bindparam("pieces", type_=BigInteger)))


Held = Mapping[str, Any]
"""A reservation by its columns' names."""


def held_for(order_id: str) -> list[Held]:
    """What is held for an order, in key order; it changes only under the order's lock."""
    return [dict(row._mapping) for row in run(_held(), {"order_id": order_id})]


@cache
def _held() -> Select[Any]:
    table = Reservation.__table__
    query = select(*table.columns).where(table.c.order_id == bindparam("order_id"), table.c.state == "held")
    return query.order_by(table.c.stock_id)


def settle(held: Sequence[Held], state: str) -> None:
    """Note what became of what was held for an order, 'sold' or 'released'; `sell` or `release` moves the pieces."""
    recorder.change_rows(Reservation, ("state",), [{**each, "state": state} for each in held])


def sell(held: Sequence[Held]) -> None:
    """Count what was held for an order as sold. Call it last: it keeps the shelf's rows locked from here on."""
    _move(held, sold=True)


def release(held: Sequence[Held]) -> None:
    """Put what was held for an order back on the shelf. Call it last, as `sell`."""
    _move(held, sold=False)


def take_back(stock_id: str, quantity: int) -> Stock:
    """Put returned pieces back on sale."""
    stock = lock([stock_id])[stock_id]
    stock.returned += quantity
    db.session.flush()
    return stock


def _move(held: Sequence[Held], *, sold: bool) -> None:
    for each in held:
        recorder.changed_rows(Stock, _letting_go(sold=sold), {"stock": each["stock_id"], "pieces": each["quantity"]})


@cache
def _letting_go(*, sold: bool) -> Update:
    table, pieces = Stock.__table__, bindparam("pieces", type_=BigInteger)
    counts: dict[str, ColumnElement[int]] = {"reserved": table.c.reserved - pieces}
    if sold:
        counts["sold"] = table.c.sold + pieces
    return recorder.telling(Stock, update(Stock).where(table.c.id == bindparam("stock")).values(counts))
