"""Stripe's events: who sent them, what they say, whether it agrees with what we asked for. All input is hostile."""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, Select, bindparam, or_, select

from marketplace.config import WEBHOOK_AGE_S_MAX, WEBHOOK_BYTES_MAX
from marketplace.kernel import clock, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.journal.recorder import insert_new
from marketplace.kernel.money import Money
from marketplace.kernel.plain import run
from orders.payments import services
from orders.payments.models import PROVIDER_ID_LENGTH, MoneyBack, Payment, PaymentIntent, ProviderEvent
from orders.payments.stripe_port import dispute_state, from_provider, moment_of


class BadWebhook(LumbungError):
    """Not a message from the provider, or one that contradicts what we know: nothing changes."""

    code = "webhook_refused"
    status = 400
    message = _l("This message cannot be accepted.")


def read_event(body: bytes, signature: str | None, secret: str) -> dict[str, Any]:
    """The event in a signed message.

    Refuses more than WEBHOOK_BYTES_MAX, a wrong signature, a time more than WEBHOOK_AGE_S_MAX before or after now,
    and everything that is not a JSON object with an id and a type.
    """
    import stripe  # a shop without cards does without it

    # The library compares signatures as text and would fail, not refuse, at one beyond ASCII.
    if not secret or len(body) > WEBHOOK_BYTES_MAX or not (signature or "").isascii():
        raise BadWebhook
    try:
        # The library's own construct_event accepts times far ahead and lets decoding errors through.
        stripe.WebhookSignature.verify_header(body.decode("utf-8"), signature, secret)
        # The first time is the signed one; the library passes over others behind it, and so do we.
        signed_at = next(int(part[2:]) for part in (signature or "").split(",") if part.startswith("t="))
        event = json.loads(body)
    except (stripe.SignatureVerificationError, ValueError, StopIteration, RecursionError) as error:
        raise BadWebhook from error
    if abs(clock.now().timestamp() - signed_at) > WEBHOOK_AGE_S_MAX:
        raise BadWebhook
    if not isinstance(event, dict) or not _short_text(event.get("id")) or not _short_text(event.get("type")):
        raise BadWebhook
    return event


def take_event(event: dict[str, Any], body: bytes, *, live: bool) -> bool:
    """Act on an event once, in one transaction with its row; False where it was taken before.

    Refuses an event of the other mode (live or test) or of another's account, which Stripe names where it is not our
    own, and one that contradicts its payment; unknown kinds are noted.
    """
    if event.get("livemode") is not live or event.get("account") is not None:
        raise BadWebhook
    if not _note(event, body):
        return False
    act = ACTS.get(event["type"])
    if act:
        data = event.get("data")
        subject = data.get("object") if isinstance(data, dict) else None
        if not isinstance(subject, dict):
            raise BadWebhook
        act(subject, live)
    return True


def _note(event: dict[str, Any], body: bytes) -> bool:
    """Whether the event is new; where another worker takes it at this moment, its end is waited for."""
    row = {
        "id": event["id"],
        "type": event["type"][:80],
        "body_sha256": hashlib.sha256(body).hexdigest(),
        "received_at": clock.now(),
    }
    return insert_new(ProviderEvent, row)


def _session_paid(session: dict[str, Any], live: bool) -> None:
    intent = _intent_of(session, live)
    if session.get("payment_status") != "paid":
        return  # a slow method; the provider tells when the money is there
    amount = Money(intent.amount_minor, intent.currency)
    reference = session.get("payment_intent")
    if _amount(session, "amount_total") != amount or not _short_text(reference):
        raise BadWebhook
    services.take_payment(intent.order_id, amount, method="card", reference=str(reference))


def _session_over(session: dict[str, Any], live: bool) -> None:
    services.close_intent(_intent_of(session, live).id)


def _intent_of(session: dict[str, Any], live: bool) -> Row[Any]:
    """The intent a session was opened for; refuses a session that is not the one we opened."""
    name, session_id = session.get("client_reference_id"), session.get("id")
    intent = run(_intents(), {"intent_id": name}).first() if _short_text(name) else None
    if intent is None or not _short_text(session_id) or session.get("livemode", live) is not live:
        raise BadWebhook
    if intent.session_id not in {None, session_id}:
        raise BadWebhook
    return intent


@cache
def _intents() -> Select[Any]:
    """What never changes of an intent, and the page opened for it: the rest is looked at under the order's lock."""
    told = PaymentIntent.__table__.c
    columns = (told.id, told.order_id, told.currency, told.amount_minor, told.session_id)
    return select(*columns).where(told.id == bindparam("intent_id"))


def _refund_moved(refund: dict[str, Any], _live: bool) -> None:
    known = _money_back_of(refund)
    if known is None:
        return  # sent by hand at the provider: `reconcile` names it
    if _amount(refund, "amount") != Money(known.amount_minor, known.currency):
        raise BadWebhook
    services.note_sent(known.id, str(refund["id"]))
    if refund.get("status") == "succeeded":
        services.arrive_money_back(known.id)
    elif refund.get("status") in {"failed", "canceled"}:
        services.fail_money_back(known.id)


def _money_back_of(refund: dict[str, Any]) -> MoneyBack | None:
    """Our row behind a refund, found by its own id or by ours in it: the event may be here before the answer is.

    Refuses a refund that names a row of ours and is another's.
    """
    if not _short_text(refund.get("id")):
        raise BadWebhook
    named = refund.get("metadata")
    ours = named.get("money_back") if isinstance(named, dict) else None
    is_it = MoneyBack.provider_id == refund["id"]
    if _short_text(ours):
        is_it = or_(is_it, MoneyBack.id == ours)
    known = db.session.scalar(select(MoneyBack).where(is_it))
    if known is None:
        return None
    paid_by = known.payment.reference if known.payment else None
    if known.provider_id not in {None, refund["id"]} or refund.get("payment_intent") != paid_by:
        raise BadWebhook
    return known


def _charge_booked(charge: dict[str, Any], _live: bool) -> None:
    """The provider has booked its fee: fetch it after the commit."""
    payment = db.session.scalar(select(Payment).where(Payment.reference == str(charge.get("payment_intent"))))
    if payment is None or not charge.get("balance_transaction"):
        return
    if services.is_unfilled(payment.id):
        outbox.publish("payment.unfilled", {"payment_id": payment.id})
    else:
        outbox.publish("fee.reported", {"order_id": payment.order_id})


def _disputed(dispute: dict[str, Any], _live: bool) -> None:
    """The buyer's bank takes a payment back, or asks about it: noted for a person, who answers at the provider."""
    name = dispute.get("id")
    if not _short_text(name):
        raise BadWebhook
    details = dispute.get("evidence_details")
    due = details.get("due_by") if isinstance(details, dict) else None
    amount = _amount(dispute, "amount")
    if amount.minor <= 0:
        raise BadWebhook
    services.note_dispute(
        str(name),
        str(dispute.get("payment_intent")),
        amount,
        state=dispute_state(str(dispute.get("status"))),
        answer_by=moment_of(due),
    )


def _amount(subject: dict[str, Any], field: str) -> Money:
    units, currency = subject.get(field), subject.get("currency")
    if type(units) is not int or not isinstance(currency, str):
        raise BadWebhook
    try:
        return from_provider(units, currency)
    except ValueError as error:
        raise BadWebhook from error


def _short_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= PROVIDER_ID_LENGTH


ACTS: dict[str, Callable[[dict[str, Any], bool], None]] = {
    "checkout.session.completed": _session_paid,
    "checkout.session.async_payment_succeeded": _session_paid,
    "checkout.session.async_payment_failed": _session_over,
    "checkout.session.expired": _session_over,
    "refund.created": _refund_moved,
    "refund.updated": _refund_moved,
    "refund.failed": _refund_moved,
    "charge.refund.updated": _refund_moved,
    "charge.updated": _charge_booked,
    "charge.dispute.created": _disputed,
    "charge.dispute.updated": _disputed,
    "charge.dispute.closed": _disputed,
    "charge.dispute.funds_withdrawn": _disputed,
    "charge.dispute.funds_reinstated": _disputed,
}
