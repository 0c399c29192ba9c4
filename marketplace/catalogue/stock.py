"""Services on stock: hold, sell, release, take back. Rows are locked in key order, in the order's transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from marketplace.catalogue.models import Reservation, Stock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.journal import recorder


class SoldOut(Conflict):
    """Fewer pieces are left than were asked for."""

    code = "sold_out"
    message = _l("Only %(left)s left. Change the quantity in your basket.")


class Outrun(SoldOut):
    """Somebody was faster between our look and our grasp; `left` counts all lots of the listing."""


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


def hold(order_id: str, pieces: Mapping[str, int], expires_at: datetime) -> list[Reservation]:
    """Hold `pieces` (stock id → quantity) for an order; all or nothing. Refuses more than is available.

    Call it last: the guarded UPDATE takes the rows in key order and keeps them locked until the commit, so whatever
    comes after makes every other buyer of these pieces wait.
    """
    reservations = [
        Reservation(order_id=order_id, stock_id=stock_id, quantity=pieces[stock_id], expires_at=expires_at)
        for stock_id in sorted(pieces)
    ]
    db.session.add_all(reservations)
    db.session.flush()
    recorder.record_changed([_take(reservation) for reservation in reservations])
    return reservations


_LEFT = Stock.listed + Stock.returned - Stock.reserved - Stock.sold - Stock.withdrawn


def _take(reservation: Reservation) -> Stock:
    """Reserve pieces if they are still there: the database decides, whatever this transaction has read before."""
    taken = db.session.scalar(
        update(Stock)
        .where(Stock.id == reservation.stock_id, reservation.quantity <= _LEFT)
        .values(reserved=Stock.reserved + reservation.quantity)
        .returning(Stock),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    if taken is None:
        stocks = select(Stock).where(Stock.listing_id == reservation.stock.listing_id)
        now = db.session.scalars(stocks.execution_options(populate_existing=True))
        raise Outrun(left=sum(stock.available for stock in now))
    return taken


def sell_held(order_id: str) -> list[Reservation]:
    """Turn what is held for an order into sold; the reservations sold now (none on a second call)."""
    return _settle(order_id, "sold")


def release_held(order_id: str) -> list[Reservation]:
    """Let go of what is held for an order; the reservations released now (none on a second call)."""
    return _settle(order_id, "released")


def take_back(stock_id: str, quantity: int) -> Stock:
    """Put returned pieces back on sale."""
    stock = lock([stock_id])[stock_id]
    stock.returned += quantity
    db.session.flush()
    return stock


def _settle(order_id: str, state: str) -> list[Reservation]:
    held = db.session.scalars(
        select(Reservation).where(Reservation.order_id == order_id, Reservation.state == "held")
    ).all()
    stocks = lock([reservation.stock_id for reservation in held])
    settled = []
    for reservation in sorted(held, key=lambda reservation: reservation.stock_id):
        db.session.refresh(reservation)
        if reservation.state != "held":
            continue
        stock = stocks[reservation.stock_id]
        stock.reserved -= reservation.quantity
        if state == "sold":
            stock.sold += reservation.quantity
        reservation.state = state
        settled.append(reservation)
    db.session.flush()
    return settled
