"""What the provider says against what our books say, difference by difference.

Only reads. Each difference names both sides; where the cure is what would have happened anyway, had a message not been
lost, it carries that as `cure`, and `reconciling` does it. Everything else waits for a person.
"""

from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.actor import SYSTEM
from marketplace.config import RECONCILE_OBJECTS_MAX, RECONCILE_QUIET_MINUTES
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.models import Account, Entry, Posting
from orders.checkout.models import Order
from orders.payments import edge, services, states
from orders.payments.models import Dispute, MoneyBack, Payment, PaymentIntent
from orders.payments.port import DisputeSeen, PaymentPort, PaymentSeen, RefundSeen, SessionSeen
from orders.payments.queries import open_disputes
from orders.settlement.fees import report_fee

# A page lives a day at most: a payment younger than that may belong to a page opened before the window.
PAGE_LIVES = timedelta(days=1)

SAYS = {
    "paid_there_unknown_here": _l("paid there, unknown here"),
    "paid_here_unknown_there": _l("paid here, unknown there"),
    "amount_differs": _l("another sum"),
    "not_posted": _l("not in the books over this sum"),
    "fee_differs": _l("another fee"),
    "page_open_past_its_end": _l("its page can still be paid"),
    "sent_back_there_only": _l("sent back there, unknown here"),
    "refund_differs": _l("sent back over another sum"),
    "refund_contradicts": _l("failed here and not there, or the other way round"),
    "refund_moved": _l("sent back, its state was not noted"),
    "disputed": _l("disputed at the buyer's bank"),
    "dispute_moved": _l("disputed, its state was not noted"),
    "refund_never_sent": _l("to be sent back, never sent"),
}
LISTS = ("sessions", "payments", "refunds", "disputes")
MOVES = {"succeeded": states.Event.ARRIVE, "failed": states.Event.FAIL}

Cure = Callable[[], object]


@dataclass
class Difference:
    """One thing that the two sides do not say alike; `done` tells what was done about it."""

    kind: str
    subject: str
    order: str
    here: str
    there: str
    does: str = ""
    cure: Cure | None = None
    done: str = ""


@dataclass
class Seen:
    """What the provider lists of a window, each thing by its id."""

    since: datetime
    sessions: dict[str, SessionSeen] = field(default_factory=dict)
    payments: dict[str, PaymentSeen] = field(default_factory=dict)
    refunds: dict[str, RefundSeen] = field(default_factory=dict)
    disputes: dict[str, DisputeSeen] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each were listed."""
        lists: dict[str, Sized] = {name: getattr(self, name) for name in LISTS}
        return {name: len(listed) for name, listed in lists.items()}

    @property
    def is_whole(self) -> bool:
        """Whether no list was cut at its bound."""
        return max(self.counts.values()) < RECONCILE_OBJECTS_MAX


def look(port: PaymentPort, since: datetime) -> Seen:
    """Read the provider's lists since a moment, at most RECONCILE_OBJECTS_MAX of each."""
    seen = Seen(since)
    seen.sessions = {it.id: it for it in islice(port.sessions_since(since), RECONCILE_OBJECTS_MAX)}
    seen.payments = {it.id: it for it in islice(port.payments_since(since), RECONCILE_OBJECTS_MAX)}
    seen.refunds = {it.id: it for it in islice(port.refunds_since(since), RECONCILE_OBJECTS_MAX)}
    seen.disputes = {it.id: it for it in islice(port.disputes_since(since), RECONCILE_OBJECTS_MAX)}
    return seen


def differences(seen: Seen) -> list[Difference]:
    """Everything the provider's lists and our books do not say alike."""
    looks = (_payments, _missing_payments, _fees, _sessions, _refunds, _unsent, _disputes, _disputed)
    return [difference for each in looks for difference in each(seen)]


def _payments(seen: Seen) -> Iterator[Difference]:
    """Paid there: known here, over the same sum, and posted."""
    ours = _ours(seen)
    intent_of = {it.payment_id: it.intent_id for it in seen.sessions.values() if it.payment_id}
    posted = _posted(list(ours.values()))
    for there in seen.payments.values():
        here = ours.get(there.id)
        if here is None:
            yield _unknown_payment(there, there.intent_id or intent_of.get(there.id))
            continue
        number, amount = here.number, Money(here.amount_minor, here.currency)
        if there.amount != amount:
            yield Difference("amount_differs", there.id, number, _said(amount), _said(there.amount))
        if posted.get(there.id) != amount:
            yield Difference("not_posted", there.id, number, _said(posted.get(there.id)), _said(there.amount))


def _unknown_payment(there: PaymentSeen, intent_id: str | None) -> Difference:
    found = Difference("paid_there_unknown_here", there.id, "", "", _said(there.amount))
    intent = db.session.get(PaymentIntent, intent_id) if intent_id else None
    if intent is None:
        return found
    order_id, amount = intent.order_id, Money(intent.amount_minor, intent.currency)
    found.order, found.here = intent.order.number, f"{intent.state}, {_said(amount)}"
    if there.amount == amount:
        found.does = "took the payment as its message would have"
        found.cure = lambda: services.record_payment(order_id, amount, method="card", reference=there.id)
    return found


def _missing_payments(seen: Seen) -> Iterator[Difference]:
    """Paid here: the provider has to know it, unless its page was opened before the window or the list was cut."""
    if not seen.is_whole:
        return
    young = select(Payment.reference, Payment.amount_minor, Payment.currency, Order.number).join(
        Order, Order.id == Payment.order_id
    )
    young = young.where(Payment.method == "card", Payment.received_at >= seen.since + PAGE_LIVES)
    for reference, minor, currency, number in db.session.execute(young.order_by(Payment.id)):
        if reference not in seen.payments:
            yield Difference("paid_here_unknown_there", reference, number, _said(Money(minor, currency)), "")


def _fees(seen: Seen) -> Iterator[Difference]:
    """The fee in the books is the provider's; one typed by hand stays until a person decides."""
    for here in _ours(seen).values():
        fee = seen.payments[here.reference].fee
        if fee is None:
            continue
        if here.is_unfilled:
            yield from _lost_fee(here, fee)
            continue
        if here.state != "paid" or (here.fee_reported and here.fee_minor == fee.minor):
            continue
        known = Money(here.fee_minor, here.charge_currency)
        found = Difference("fee_differs", here.reference, here.number, _said(known), _said(fee))
        if not here.fee_reported:
            found.here = f"estimated {found.here}"
            found.does = "put the real fee in place of the estimate"
            found.cure = _report(here.order_id, fee, here.reference)
        yield found


def _lost_fee(here: Row[Any], fee: Money) -> Iterator[Difference]:
    """A payment that went back whole cost a fee all the same, which the platform bears."""
    known = services.lost_fee(db.session.get_one(Payment, here.id))
    if known != fee:
        does, cure = "posted it, the platform bears it", _bear(here.id, fee)
        yield Difference("fee_differs", here.reference, here.number, _said(known), _said(fee), does, cure)


def _bear(payment_id: str, fee: Money) -> Cure:
    return lambda: services.bear_lost_fee(payment_id, fee)


def _report(order_id: str, fee: Money, reference: str) -> Cure:
    return lambda: report_fee(SYSTEM, order_id, fee, source=f"balance transaction of {reference}")


def _sessions(seen: Seen) -> Iterator[Difference]:
    """A page that can still be paid belongs to an order that still waits."""
    is_open = {it.intent_id: it for it in seen.sessions.values() if it.is_open and it.intent_id}
    late = clock.now() - timedelta(minutes=RECONCILE_QUIET_MINUTES)
    query = select(PaymentIntent).where(PaymentIntent.id.in_(is_open)).options(joinedload(PaymentIntent.order))
    for intent in db.session.scalars(query.order_by(PaymentIntent.id)):
        order, session = intent.order, is_open[intent.id]
        if intent.state == "open" and order.state == "placed" and order.hold_ends_at > late:
            continue
        here = f"page {intent.state}, order {order.state}"
        yield Difference(
            "page_open_past_its_end",
            session.id,
            order.number,
            here,
            "open",
            "closed the page",
            _close(order.id, session),
        )


def _close(order_id: str, session: SessionSeen) -> Cure:
    return lambda: edge.close_page(order_id, session.id)


def _refunds(seen: Seen) -> Iterator[Difference]:
    """Sent back there: meant here, over the same sum, and where it is now."""
    names = {it.money_back_id for it in seen.refunds.values() if it.money_back_id}
    query = select(MoneyBack).where(MoneyBack.id.in_(names) | MoneyBack.provider_id.in_(seen.refunds))
    rows = db.session.scalars(query.options(joinedload(MoneyBack.order))).all()
    ours = {row.id: row for row in rows} | {row.provider_id: row for row in rows if row.provider_id}
    for there in seen.refunds.values():
        here = ours.get(there.id) or ours.get(there.money_back_id or "")
        if here is None:
            if there.state != "failed":
                yield Difference("sent_back_there_only", there.id, "", "", f"{there.state}, {_said(there.amount)}")
            continue
        amount, number = Money(here.amount_minor, here.currency), here.order.number
        if there.amount != amount:
            yield Difference("refund_differs", there.id, number, _said(amount), _said(there.amount))
        elif here.done_by is None and (here.provider_id is None or here.state != _state_of(there)):
            said = f"{here.state}, {_said(amount)}"
            if _state_of(there) == "sent" and here.provider_id:
                continue  # the list was read a moment before its own word came
            if _noted(here.state, there) == _state_of(there):
                does, cure = "noted what the provider says of it", _note(here.id, there)
                yield Difference("refund_moved", there.id, number, said, there.state, does, cure)
            else:
                yield Difference("refund_contradicts", there.id, number, said, there.state)


def _state_of(there: RefundSeen) -> str:
    return {"succeeded": "done", "failed": "failed"}.get(there.state, "sent")


def _noted(state: str, there: RefundSeen) -> str:
    """What a sum's state is once the provider's word was noted; what it took back stays taken back."""
    for event in (states.Event.SEND, *filter(None, [MOVES.get(there.state)])):
        state = states.after(state, event) or state
    return str(state)


def _note(money_back_id: str, there: RefundSeen) -> Cure:
    def note() -> None:
        services.note_sent(money_back_id, there.id)
        if there.state == "succeeded":
            services.arrive_money_back(money_back_id)
        elif there.state == "failed":
            services.fail_money_back(money_back_id)

    return note


def _unsent(seen: Seen) -> Iterator[Difference]:
    """Meant here and long due: the provider has to have it. Sending it again sends it once."""
    named = {it.money_back_id for it in seen.refunds.values()}
    before = clock.now() - timedelta(minutes=RECONCILE_QUIET_MINUTES)
    query = select(MoneyBack).join(Payment, Payment.id == MoneyBack.payment_id)
    query = query.where(MoneyBack.state == "due", Payment.method == "card", MoneyBack.due_at < before)
    for owed in db.session.scalars(query.options(joinedload(MoneyBack.order)).order_by(MoneyBack.id)):
        if owed.id not in named:
            amount = Money(owed.amount_minor, owed.currency)
            does, cure = "sent it", _send(owed.id)
            yield Difference("refund_never_sent", owed.id, owed.order.number, f"due, {_said(amount)}", "", does, cure)


def _send(money_back_id: str) -> Cure:
    return lambda: edge.send_money_back(db.session.get_one(MoneyBack, money_back_id))


def _disputes(seen: Seen) -> Iterator[Difference]:
    """Disputed there: noted here, as far as it has come. One that is not over waits for a person all the same."""
    ours = {it.id: it for it in db.session.scalars(select(Dispute).where(Dispute.id.in_(seen.disputes)))}
    numbers = _numbers_of([it.payment_id for it in seen.disputes.values() if it.payment_id])
    for there in seen.disputes.values():
        here = ours.get(there.id)
        if here and services.dispute_after(here.state, there.state) == here.state:
            continue
        number, said = numbers.get(there.payment_id or "", ""), f"{there.state}, {_said(there.amount)}"
        found = Difference("dispute_moved", there.id, number, here.state if here else "", said)
        if there.amount and there.amount.minor > 0:
            found.does, found.cure = "noted what the provider says of it", _note_dispute(there, there.amount)
        yield found
        if here is None and there.state != "won":
            yield Difference("disputed", there.id, number, "", said)


def _note_dispute(there: DisputeSeen, amount: Money) -> Cure:
    reference = there.payment_id or ""
    return lambda: services.note_dispute(there.id, reference, amount, state=there.state, answer_by=there.answer_by)


def _numbers_of(references: Sequence[str]) -> dict[str, str]:
    """The order's number of each of our payments among these, by the provider's reference."""
    query = select(Payment.reference, Order.number).join(Order, Order.id == Payment.order_id)
    rows = db.session.execute(query.where(Payment.reference.in_(references)))
    return {row.reference: row.number for row in rows}


def _disputed(_seen: Seen) -> Iterator[Difference]:
    """A buyer took her money back through her bank: named until it is won, or the books sent the same sum back."""
    for dispute, number in open_disputes():
        there = f"{dispute.state}, {_said(Money(dispute.amount_minor, dispute.currency))}"
        yield Difference("disputed", dispute.id, number or "", "", there)


def _ours(seen: Seen) -> dict[str, Row[Any]]:
    """Our payments among those seen, with what their orders say of them."""
    unfilled = exists().where(MoneyBack.cause_id == Payment.id, MoneyBack.kind == "unfilled")
    query = (
        select(
            Payment.reference,
            Payment.id,
            Payment.order_id,
            Payment.fund,
            Payment.amount_minor,
            Payment.currency,
            Order.number,
            Order.state,
            Order.charge_currency,
            Order.fee_minor,
            Order.fee_reported,
            unfilled.label("is_unfilled"),
        )
        .join(Order, Order.id == Payment.order_id)
        .where(Payment.reference.in_(seen.payments))
    )
    return {row.reference: row for row in db.session.execute(query.order_by(Payment.id))}


def _posted(payments: Sequence[Row[Any]]) -> dict[str, Money]:
    """What the ledger received for each payment, in the account that holds it, by the provider's reference.

    A payment that filled its order is posted under the order, every other under its own id.
    """
    source = {}
    for payment in payments:
        source[payment.id if payment.is_unfilled else payment.order_id] = payment.reference
    query = (
        select(Entry.source, Posting.currency, func.sum(Posting.amount_minor))
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.source.in_(source), Account.code == services.CARD_FUND, Posting.amount_minor > 0)
        .group_by(Entry.source, Posting.currency)
    )
    return {source[name]: Money(int(minor), currency) for name, currency, minor in db.session.execute(query)}


def _said(amount: Money | None) -> str:
    return f"{amount.minor} {amount.currency}" if amount else ""
