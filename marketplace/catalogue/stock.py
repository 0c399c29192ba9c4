"""Services on stock: hold, sell, release, take back. Rows are locked in key order, in the order's transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.catalogue.models import Reservation, Stock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict


class SoldOut(Conflict):
    """Fewer pieces are left than were asked for."""

    code = "sold_out"
    message = _l("Only %(left)s left. Change the quantity in your basket.")


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
    """Hold `pieces` (stock id → quantity) for an order; all or nothing. Refuses more than is available."""
    stocks = lock(pieces)
    reservations = []
    for stock_id in sorted(pieces):
        stock = stocks.get(stock_id)
        left = stock.available if stock and stock.listing.withdrawn_at is None else 0
        if stock is None or pieces[stock_id] > left:
            raise SoldOut(left=left)
        stock.reserved += pieces[stock_id]
        reservations.append(
            Reservation(order_id=order_id, stock_id=stock_id, quantity=pieces[stock_id], expires_at=expires_at)
        )
    db.session.add_all(reservations)
    db.session.flush()
    return reservations


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
