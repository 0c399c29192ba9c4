"""Which event is told to the buyer, and which is not: old news and history from another shop never are."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask_babel import force_locale
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import selectinload

from marketplace.config import LETTER_AGE_DAYS_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.letters import send_once
from marketplace.kernel.mail import Letter
from orders.checkout import states
from orders.checkout.models import Order, OrderLine
from orders.checkout.queries import state_of
from orders.fulfilment.models import Parcel
from orders.letters import texts
from orders.payments.models import MoneyBack
from orders.receipts.handlers import issued


def order_placed(payload: dict[str, Any]) -> None:
    """What to pay, where to, until when; not once the order is paid or over."""
    if state_of(payload["order_id"]) == states.State.PLACED:
        order = db.session.get_one(Order, payload["order_id"])
        _tell(order, f"order.placed:{order.id}", order.placed_at, lambda: texts.placed(order))


def order_paid(payload: dict[str, Any]) -> None:
    """The money came: here is the receipt, made now where it is not there yet."""
    receipt = issued(payload["order_id"])
    order = _order_with_goods(payload["order_id"])
    if order.paid_at is not None:
        paid_at = order.paid_at
        _tell(order, f"order.paid:{order.id}", paid_at, lambda: texts.paid(order, receipt))


def order_ended(payload: dict[str, Any]) -> None:
    """The time was over; who gave the order up herself needs no letter."""
    order = db.session.get_one(Order, payload["order_id"])
    if order.state == states.State.EXPIRED:
        _tell(order, f"order.expired:{order.id}", order.hold_ends_at, lambda: texts.expired(order))


def parcel_sent(payload: dict[str, Any]) -> None:
    """A cooperative's parcel has left."""
    parcel = db.session.get_one(Parcel, payload["parcel_id"])
    if parcel.sent_at is not None:
        sent_at = parcel.sent_at
        _tell(parcel.order, f"parcel.sent:{parcel.id}", sent_at, lambda: texts.sent(parcel))


def money_back_due(payload: dict[str, Any]) -> None:
    """A sum goes back to the buyer, and why."""
    owed = db.session.get_one(MoneyBack, payload["money_back_id"])
    _tell(owed.order, f"money_back.due:{owed.id}", owed.due_at, lambda: texts.money_back(owed))


def money_back_by_hand(payload: dict[str, Any]) -> None:
    """A sum was sent back by hand; one that a card provider sends follows the first letter by seconds."""
    owed = db.session.get_one(MoneyBack, payload["money_back_id"])
    if owed.done_at is not None:
        done_at = owed.done_at
        _tell(owed.order, f"money_back.by_hand:{owed.id}", done_at, lambda: texts.money_sent_back(owed))


def _order_with_goods(order_id: str) -> Order:
    """The order with its lines; where their money goes no letter says."""
    return db.session.scalars(_ordered(), {"order_id": order_id}).one()


@cache
def _ordered() -> Select[tuple[Order]]:
    goods = selectinload(Order.lines).lazyload(OrderLine.splits)
    return select(Order).where(Order.id == bindparam("order_id")).options(goods)


def _tell(order: Order, key: str, at: datetime, write: Callable[[], Letter]) -> None:
    if order.method == "history" or at < clock.now() - timedelta(days=LETTER_AGE_DAYS_MAX):
        return
    if not order.buyer_email:  # erased at the buyer's wish
        return
    with force_locale(order.language):
        letter = write()
    send_once(key, letter)
