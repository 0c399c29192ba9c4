"""Services on payments. None calls the provider: that happens after the commit, in `handlers` and `edge`."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, Select, Update, bindparam, func, literal_column, select, update

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.organisations import platform
from marketplace.kernel import clock, ids, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotAllowed
from marketplace.kernel.journal.recorder import changed_rows, insert_new, insert_rows, telling
from marketplace.kernel.money import Money
from marketplace.ledger.models import Account, Entry, Posting
from marketplace.ledger.services import credit, debit, post, post_all, reverse
from orders.checkout import states
from orders.checkout.models import Order
from orders.checkout.posting import book_of, post_in
from orders.checkout.posting import payment_of as posting_of
from orders.checkout.sale import finalise_paid
from orders.checkout.services import lock_columns, lock_order
from orders.checkout.terms import may_run, refuse_unless_operator
from orders.payments import states as states_of_return
from orders.payments.models import Dispute, MoneyBack, Payment, PaymentIntent

CARD_FUND = "provider"
LOST_FEES = "expense:payment_fee"
DISPUTE_STATES = ("open", "won", "lost")


class NotPayableNow(Conflict):
    """The order is paid, over, or to be paid in another way."""

    code = "order_not_payable"
    message = _l("This order can no longer be paid. Order again.")


class WrongAmount(Invalid):
    """A transfer over another sum than the order's."""

    code = "transfer_wrong_amount"
    message = _l("The order is over another sum. Send the money back, or wait for the rest.")


def open_intent(order_id: str) -> PaymentIntent:
    """The order's live payment intent, made now if there is none. Refuses an order that cannot be paid by card."""
    order = lock_order(order_id)
    if order.state != states.State.PLACED or order.method != "card" or order.hold_ends_at <= clock.now():
        raise NotPayableNow
    return live_intent(order.id) or db.session.get_one(PaymentIntent, first_intent(order))


def first_intent(order: Order) -> str:
    """The id of a payment intent made for an order that has none and is locked, or is as new as this transaction."""
    intent = {
        "id": ids.new_id(),
        "order_id": order.id,
        "currency": order.charge_currency,
        "amount_minor": order.amount_minor,
        "opened_at": clock.now(),
    }
    insert_rows(PaymentIntent, [intent])
    return str(intent["id"])


def live_intent(order_id: str) -> PaymentIntent | None:
    """The intent on which the order can be paid now."""
    return db.session.scalar(_live(order_id))


def _live(order_id: str) -> Select[tuple[PaymentIntent]]:
    return select(PaymentIntent).where(PaymentIntent.order_id == order_id, PaymentIntent.state == "open")


def attach_session(intent_id: str, session_id: str, url: str) -> None:
    """Note the payment page opened for an intent; one that has a page keeps it."""
    values = {"intent": intent_id, "session": session_id, "url": url}
    changed_rows(PaymentIntent, _attaching(), values, personal={"session_url": url})


@cache
def _attaching() -> Update:
    table = PaymentIntent.__table__
    bare = update(PaymentIntent).where(table.c.id == bindparam("intent"), table.c.session_id.is_(None))
    return telling(PaymentIntent, bare.values(session_id=bindparam("session"), session_url=bindparam("url")))


def close_intent(intent_id: str, state: str = "closed") -> None:
    """End an intent that is still open."""
    intent = _locked_intent(intent_id)
    if intent.state == "open":
        intent.state, intent.ended_at = state, clock.now()
        db.session.flush()


def close_session_of(session_id: str) -> None:
    """The page of this session is closed, and so is our intent behind it."""
    intent_id = db.session.scalar(select(PaymentIntent.id).where(PaymentIntent.session_id == session_id))
    if intent_id:
        close_intent(intent_id)


def record_payment(
    order_id: str,
    amount: Money,
    *,
    method: str,
    reference: str,
    proof: str = "",
    actor: Actor = SYSTEM,
    source: str | None = None,
) -> Payment:
    """Take money that came for an order, as `take_payment` does; the payment, which may be the one counted before."""
    take_payment(order_id, amount, method=method, reference=reference, proof=proof, actor=actor, source=source)
    return db.session.scalars(select(Payment).where(Payment.reference == reference)).one()


def take_payment(
    order_id: str,
    amount: Money,
    *,
    method: str,
    reference: str,
    proof: str = "",
    actor: Actor = SYSTEM,
    source: str | None = None,
) -> None:
    """Take money that came for an order; the same reference counts once, in whatever order events arrive.

    Money that finds the order ended, emptied or paid already becomes a sum to send back, never an error.
    """
    order, moment = lock_columns(order_id), clock.now()
    payment = {
        "id": ids.new_id(),
        "order_id": order.id,
        "method": method,
        "fund": CARD_FUND if method == "card" else f"bank:{amount.currency}",
        "reference": reference,
        "currency": amount.currency,
        "amount_minor": amount.minor,
        "proof": proof,
        "received_at": moment,
        "confirmed_by": actor.user_id,
    }
    if insert_new(Payment, payment):
        ended = {"of_order": order.id, "ends": "succeeded" if method == "card" else "closed", "moment": moment}
        changed_rows(PaymentIntent, _ending_live(), ended)
        _fill_or_send_back(order, payment, amount, source)


@cache
def _ending_live() -> Update:
    table = PaymentIntent.__table__
    # In the text: SQLite plans a statement anew each time where a bound value decides if a partial index serves.
    is_open = table.c.state == literal_column("'open'")
    live = update(PaymentIntent).where(table.c.order_id == bindparam("of_order"), is_open)
    return telling(PaymentIntent, live.values(state=bindparam("ends"), ended_at=bindparam("moment")))


def _fill_or_send_back(order: Row[Any], payment: Mapping[str, Any], amount: Money, source: str | None) -> None:
    whole = amount == Money(order.amount_minor, order.charge_currency)
    if whole and order.state != states.State.PAID:
        try:
            finalise_paid(order, amount, fund=payment["fund"], source=source)
        except states.PaidTooLate:
            whole = False
        else:
            return
    post_all([posting_of(payment["id"], order.number, amount, payment["fund"])])
    counted = db.session.get_one(Payment, payment["id"])
    owe_back(lock_order(order.id), amount, kind="unfilled", cause_id=counted.id, payment=counted)
    if counted.method == "card":
        outbox.publish("payment.unfilled", {"payment_id": counted.id})


def confirm_transfer(actor: Actor, order_id: str, received: Money, *, reference: str, proof: str) -> Payment:
    """A bank transfer came, with its proof: the order is paid.

    Refuses another sum, an order that is not paid by transfer, and who neither runs a seller nor the platform.
    """
    order = lock_order(order_id)
    if not all(may_run(actor, line.organisation) for line in order.lines):
        raise NotAllowed
    if order.method != "transfer":
        raise NotPayableNow
    if received != Money(order.amount_minor, order.charge_currency):
        raise WrongAmount
    name = f"transfer:{order.id}:{reference}"
    return record_payment(order.id, received, method="transfer", reference=name, proof=proof, actor=actor)


def owe_back(
    order: Order, amount: Money, *, kind: str, cause_id: str, payment: Payment | None = None
) -> MoneyBack | None:
    """Note a sum to send back; None for history from another shop, whose money is not ours."""
    if order.method == "history":
        return None
    owed = MoneyBack(
        order_id=order.id,
        payment_id=payment.id if payment else payment_of(order.id),
        kind=kind,
        cause_id=cause_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        due_at=clock.now(),
    )
    db.session.add(owed)
    db.session.flush()
    outbox.publish("money_back.due", {"money_back_id": owed.id})
    return owed


def is_unfilled(payment_id: str) -> bool:
    """Whether a payment found no order that it could fill, so that it goes back whole."""
    query = select(MoneyBack.id).where(MoneyBack.cause_id == payment_id, MoneyBack.kind == "unfilled")
    return db.session.scalar(query) is not None


def lost_fee(payment: Payment) -> Money:
    """What the platform has borne of the fee of a payment that went back whole."""
    query = select(func.coalesce(func.sum(Posting.amount_minor), 0)).join(Entry, Entry.id == Posting.entry_id)
    query = query.join(Account, Account.id == Posting.account_id)
    borne = db.session.scalar(query.where(Entry.source == _fee_source(payment), Account.code == LOST_FEES))
    return Money(int(borne or 0), payment.currency)


def bear_lost_fee(payment_id: str, fee: Money) -> None:
    """Post the fee that the provider keeps of a payment that went back whole; a later figure posts the difference.

    No sale stands behind it, so no seller, no reserve set aside at a sale and no receipt: the platform bears it.
    Refuses a payment that filled its order, another currency and a negative fee.
    """
    payment = db.session.get_one(Payment, payment_id)
    lock_order(payment.order_id)
    if fee.currency != payment.currency or fee.minor < 0:
        raise Invalid
    if not is_unfilled(payment.id):
        raise Conflict
    more = fee - lost_fee(payment)
    if more.minor:
        post_in(platform(), _fee_source(payment), [debit(LOST_FEES, more), credit(payment.fund, more)])


def _fee_source(payment: Payment) -> str:
    return f"fee-{payment.id}"


def note_dispute(
    dispute_id: str, reference: str, amount: Money, *, state: str, answer_by: datetime | None = None
) -> Dispute:
    """Note what the provider says of a dispute; its events end the same in any order, and lost outweighs won."""
    payment = db.session.scalar(select(Payment).where(Payment.reference == reference))
    if payment:
        lock_order(payment.order_id)
    known = db.session.get(Dispute, dispute_id, with_for_update=True, populate_existing=True)
    if known is None:
        known = Dispute(id=dispute_id, payment_id=payment.id if payment else None, noted_at=clock.now(), state=state)
        known.currency, known.amount_minor = amount.currency, amount.minor
        db.session.add(known)
    known.state = dispute_after(known.state, state)
    known.answer_by = answer_by or known.answer_by
    db.session.flush()
    return known


def dispute_after(state: str, said: str) -> str:
    """A dispute's state once the provider's word was heard: what is over does not open again."""
    return max(state, said, key=DISPUTE_STATES.index)


def is_disputed(payment_id: str) -> bool:
    """Whether the buyer's bank has, or may take, the money of a payment: sending it back would pay her twice."""
    query = select(Dispute.id).where(Dispute.payment_id == payment_id, Dispute.state != "won")
    return db.session.scalar(query.limit(1)) is not None


def payment_of(order_id: str) -> str | None:
    """The id of the payment that made the order paid: the first."""
    return db.session.scalar(select(Payment.id).where(Payment.order_id == order_id).order_by(Payment.id).limit(1))


def note_sent(money_back_id: str, provider_id: str) -> MoneyBack:
    """The provider has taken a sum to send back."""
    owed = _locked_money_back(money_back_id)
    owed.provider_id = owed.provider_id or provider_id
    _move(owed, states_of_return.Event.SEND)
    return owed


def settle_money_back(actor: Actor, money_back_id: str, *, proof: str = "") -> MoneyBack:
    """The operator has sent the sum by hand, with proof; saying so twice changes nothing."""
    refuse_unless_operator(actor)
    owed = _locked_money_back(money_back_id)
    if _move(owed, states_of_return.Event.SETTLE):
        owed.done_by, owed.proof = actor.user_id, proof
        db.session.flush()
        outbox.publish("money_back.by_hand", {"money_back_id": owed.id})
    return owed


def arrive_money_back(money_back_id: str) -> MoneyBack:
    """The provider says that the buyer has the money back."""
    owed = _locked_money_back(money_back_id)
    _move(owed, states_of_return.Event.ARRIVE)
    return owed


def fail_money_back(money_back_id: str) -> MoneyBack:
    """The provider could not send the sum, though it may have said that it had: a person has to.

    What a person has sent by hand stays done.
    """
    owed = _locked_money_back(money_back_id)
    if owed.done_by is None:
        _move(owed, states_of_return.Event.FAIL)
    return owed


def _move(owed: MoneyBack, event: states_of_return.Event) -> bool:
    """Change the state where the event does, with its entry."""
    before, state = owed.state, states_of_return.after(owed.state, event)
    if state is None:
        db.session.flush()
        return False
    is_done = state == states_of_return.State.DONE
    owed.state, owed.done_at = state.value, clock.now() if is_done else None
    db.session.flush()
    if owed.kind == "unfilled":
        _post_return(owed, is_undone=before == states_of_return.State.DONE)
    return True


def _post_return(owed: MoneyBack, *, is_undone: bool) -> None:
    """Money for nothing leaves the platform once it is back with the buyer; taken back, the entry is reversed."""
    if is_undone:
        query = select(Entry).where(Entry.source == owed.id, Entry.reverses_id.is_(None)).order_by(Entry.id.desc())
        reverse(db.session.scalars(query.limit(1)).one(), owed.id)
    elif owed.state == states_of_return.State.DONE:
        assert owed.payment is not None
        amount, held = Money(owed.amount_minor, owed.currency), f"buyer_funds:{owed.order.number}"
        post(book_of(platform()), owed.id, [debit(held, amount), credit(owed.payment.fund, amount)])


def _locked_intent(intent_id: str) -> PaymentIntent:
    return db.session.get_one(PaymentIntent, intent_id, with_for_update=True, populate_existing=True)


def _locked_money_back(money_back_id: str) -> MoneyBack:
    return db.session.get_one(MoneyBack, money_back_id, with_for_update={"of": MoneyBack}, populate_existing=True)
