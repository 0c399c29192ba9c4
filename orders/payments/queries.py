"""Reading payments and the money that goes back."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from marketplace.config import DISPUTES_SHOWN_MAX
from marketplace.kernel.db import db
from marketplace.kernel.plain import run
from orders.checkout.models import Order
from orders.payments.models import Dispute, MoneyBack, Payment, PaymentIntent, Reconciliation


def money_back_shown(order_id: str) -> Sequence[Row[Any]]:
    """What goes back to an order's buyer, as its page tells it: sum, state, when it was done; the earliest first."""
    return run(_back_shown(), {"order_id": order_id}).all()


@cache
def _back_shown() -> Select[Any]:
    told = select(MoneyBack.currency, MoneyBack.amount_minor, MoneyBack.state, MoneyBack.done_at)
    return told.where(MoneyBack.order_id == bindparam("order_id")).order_by(MoneyBack.id)


def money_back_open() -> Select[tuple[MoneyBack]]:
    """What has not reached its buyer yet, the earliest first."""
    query = select(MoneyBack).where(MoneyBack.state != "done").order_by(MoneyBack.id)
    return query.options(joinedload(MoneyBack.order), joinedload(MoneyBack.payment))


def transfers_awaited() -> Select[tuple[Order]]:
    """Orders whose transfer has not been confirmed, the earliest end first."""
    return (
        select(Order).where(Order.state == "placed", Order.method == "transfer").order_by(Order.hold_ends_at, Order.id)
    )


def waiting_transfers() -> tuple[int, datetime | None]:
    """How many transfers are awaited and since when."""
    query = select(func.count(), func.min(Order.placed_at)).where(Order.state == "placed", Order.method == "transfer")
    count, since = db.session.execute(query).one()
    return count, since


def waiting_money_back() -> tuple[int, datetime | None]:
    """How many sums a person has to send back, and since when; cards go back by themselves unless that failed."""
    by_hand = or_(MoneyBack.state == "failed", Payment.method == "transfer", MoneyBack.payment_id.is_(None))
    query = select(func.count(), func.min(MoneyBack.due_at)).outerjoin(Payment, Payment.id == MoneyBack.payment_id)
    count, since = db.session.execute(query.where(MoneyBack.state != "done", by_hand)).one()
    return count, since


def card_payment_of(order_id: str) -> Row[tuple[str, str]] | None:
    """Reference and currency of the card payment by which an order is paid.

    A payment that found its order ended goes back whole: it is none by which an order is paid.
    """
    return run(_card_payment(), {"order_id": order_id}).first()


@cache
def _card_payment() -> Select[tuple[str, str]]:
    query = select(Payment.reference, Payment.currency).join(Order, Order.id == Payment.order_id)
    query = query.where(Payment.order_id == bindparam("order_id"), Payment.method == "card", Order.state == "paid")
    return query.order_by(Payment.id).limit(1)


def payment_for(order_id: str) -> Payment | None:
    """The payment that came first for an order."""
    return db.session.scalar(select(Payment).where(Payment.order_id == order_id).order_by(Payment.id).limit(1))


def money_back_with(money_back_id: str) -> MoneyBack | None:
    """One sum that goes or went back, with its order."""
    query = select(MoneyBack).where(MoneyBack.id == money_back_id).options(joinedload(MoneyBack.order))
    return db.session.scalar(query)


def intents_to_ask(before: datetime, limit: int) -> Sequence[str]:
    """Open pages shown before a moment for orders that still wait, the oldest first."""
    query = (
        select(PaymentIntent.id)
        .join(Order, Order.id == PaymentIntent.order_id)
        .where(PaymentIntent.state == "open", PaymentIntent.session_id.is_not(None), PaymentIntent.opened_at < before)
        .where(Order.state == "placed")
    )
    return db.session.scalars(query.order_by(PaymentIntent.opened_at).limit(limit)).all()


def open_disputes() -> Sequence[tuple[Dispute, str | None]]:
    """Disputes for a person with their orders' numbers, the oldest first: open, or lost and not met by the books."""
    back = select(func.coalesce(func.sum(MoneyBack.amount_minor), 0)).where(
        MoneyBack.payment_id == Dispute.payment_id, MoneyBack.state == "done"
    )
    is_met = back.correlate(Dispute).scalar_subquery() >= Dispute.amount_minor
    query = select(Dispute, Order.number).outerjoin(Payment, Payment.id == Dispute.payment_id)
    query = query.outerjoin(Order, Order.id == Payment.order_id)
    query = query.where(or_(Dispute.state == "open", (Dispute.state == "lost") & ~is_met))
    rows = db.session.execute(query.order_by(Dispute.noted_at, Dispute.id).limit(DISPUTES_SHOWN_MAX))
    return [(dispute, number) for dispute, number in rows]


def last_reconciliation() -> Reconciliation | None:
    """The newest comparison with the provider, for the operator's desk; None before the first."""
    return db.session.scalar(select(Reconciliation).order_by(Reconciliation.id.desc()).limit(1))
