"""What happens after a commit: pages closed, fees fetched, money sent back, due orders ended.

Each handler commits before it calls the provider, so that no lock is held while a stranger thinks; each may be
repeated.
"""

from datetime import timedelta
from typing import Any

import structlog
from flask_babel import lazy_gettext as _l

from marketplace.accounts.actor import SYSTEM
from marketplace.config import PROVIDER_ASKED_AFTER_MINUTES, PROVIDER_ASKED_PER_RUN_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import begin_writing, db
from marketplace.kernel.errors import LumbungError, Unavailable
from orders.checkout.services import due_orders
from orders.payments import edge, queries, services
from orders.payments.models import MoneyBack, Payment
from orders.payments.port import card_offered, payment_port
from orders.settlement.fees import report_fee

log = structlog.get_logger("payments")


class FeeNotKnownYet(Unavailable):
    """The provider books its fee a moment after the payment; the outbox asks again."""

    code = "fee_not_known_yet"
    message = _l("The payment service has not reported its fee yet.")


def close_session(payload: dict[str, Any]) -> None:
    """An order ended: its page must not be paid any more. What was paid on it before goes back."""
    intent = services.live_intent(payload["order_id"])
    if intent is None:
        return
    if intent.session_id:
        edge.close_page(payload["order_id"], intent.session_id)
    else:
        services.close_intent(intent.id)


def fetch_fee(payload: dict[str, Any]) -> None:
    """Ask for the real fee of a card payment and report it; raises FeeNotKnownYet to be asked again."""
    order_id = payload["order_id"]
    payment = queries.card_payment_of(order_id)
    if payment is None or not card_offered():
        return
    reference, currency = payment
    db.session.commit()
    fee = payment_port().fee_of(reference, currency)
    if fee is None:
        raise FeeNotKnownYet
    begin_writing()
    report_fee(SYSTEM, order_id, fee, source=f"balance transaction of {reference}")


def fetch_lost_fee(payload: dict[str, Any]) -> None:
    """Ask for the fee of a card payment that goes back whole, and post it; raises FeeNotKnownYet to be asked again."""
    payment = db.session.get_one(Payment, payload["payment_id"])
    if not card_offered():
        return
    payment_id, reference, currency = payment.id, payment.reference, payment.currency
    db.session.commit()
    fee = payment_port().fee_of(reference, currency)
    if fee is None:
        raise FeeNotKnownYet
    begin_writing()
    services.bear_lost_fee(payment_id, fee)


def send_back(payload: dict[str, Any]) -> None:
    """Send a sum back by the way it came; a transfer waits for a person."""
    owed = db.session.get_one(MoneyBack, payload["money_back_id"])
    payment = owed.payment
    if owed.state != "due" or payment is None or payment.method != "card" or not card_offered():
        return
    if services.is_disputed(payment.id):
        services.fail_money_back(owed.id)  # a person decides, looking at the provider's page
        return
    edge.send_money_back(owed)


def ask_about_open() -> None:
    """Ask the provider about pages that should have been paid by now: its own word may have got lost."""
    before = clock.now() - timedelta(minutes=PROVIDER_ASKED_AFTER_MINUTES)
    for intent_id in queries.intents_to_ask(before, PROVIDER_ASKED_PER_RUN_MAX) if card_offered() else ():
        try:
            edge.ask_about(intent_id)
        except LumbungError:
            db.session.rollback()
            log.exception("payment_not_asked", intent=intent_id)


def end_due_orders() -> None:
    """End every placed order whose hold is over; one that fails does not keep the others waiting."""
    for order_id in list(due_orders()):
        try:
            edge.end_due_order(order_id)
        except Exception:
            db.session.rollback()
            log.exception("order_not_ended", order=order_id)
