"""The only writer of payslips and of what happens to them. The rules of each act are in `states`."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotAllowed
from marketplace.kernel.i18n import money
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book, Entry
from marketplace.ledger.services import credit, debit, post, reverse
from producers.cooperatives.models import Member
from producers.cooperatives.numbers import free_number
from producers.labour.models import OwnCost, WorkRecord
from producers.labour.services import wages_payable
from producers.wages.hourly import wage_check
from producers.wages.models import Payslip, PayslipItem, SlipLog, TopUp, WagePayment
from producers.wages.queries import payslip_numbered, top_ups_of
from producers.wages.states import REOPENED, SlipEvent, SlipState, after

METHODS = ("cash", "bank", "mobile")


class PayslipNumberTaken(Conflict):
    """Two payslips of one cooperative cannot share a number."""

    code = "payslip_number_taken"
    message = _l("Payslip %(number)s exists already. Choose another number.")


class PayslipEmpty(Invalid):
    """A payslip is about some work."""

    code = "payslip_empty"
    message = _l("Choose at least one record with an amount for the payslip.")


class NotPayable(Invalid):
    """A record that is not this member's, not signed off, not repaid, or unknown."""

    code = "record_not_payable"
    message = _l("%(record)s cannot be paid to member %(member)s: it is not hers, or not signed off, or not repaid.")


class PaidOnAnotherSlip(Conflict):
    """No record stands on two slips."""

    code = "record_on_another_slip"
    message = _l("%(record)s already stands on another payslip. Leave it out.")


class SamePerson(NotAllowed):
    """Who prepares a payment does not approve it."""

    code = "same_person"
    message = _l("Who prepared this payslip cannot approve it. Ask the second person your cooperative named.")


class MethodUnknown(Invalid):
    """Pay goes by one of a few ways."""

    code = "method_unknown"
    message = _l("Pay by cash, bank or mobile money.")


class NotThePayee(NotAllowed):
    """Only the payee can say what she received."""

    code = "not_the_payee"
    message = _l("Only the member the payslip is for can confirm or contest it.")


class TopUpNotExact(Conflict):
    """A top-up is exactly what is missing."""

    code = "top_up_not_exact"
    message = _l("The missing amount is %(missing)s, not %(asked)s. Enter exactly what is missing.")


def prepare_payslip(
    actor: Actor,
    organisation: Organisation,
    member: Member,
    record_ids: Sequence[str],
    *,
    due_on: date,
    number: str | None = None,
    id: str | None = None,
) -> Payslip:
    """Put a member's signed-off work, repaid own costs and top-ups on a slip for a second person to approve.

    Refuses records that are not hers or not payable, that stand on another slip, and a slip of nothing.
    """
    if actor.user_id is None:
        raise NotAllowed
    if not record_ids:
        raise PayslipEmpty
    if number and payslip_numbered(organisation.id, number):
        raise PayslipNumberTaken(number=number)
    items = [_item(ordinal, record_id, member) for ordinal, record_id in enumerate(record_ids)]
    sums = {
        kind: sum(item.amount_minor for item in items if item.kind == kind) for kind in ("work", "own_cost", "top_up")
    }
    if not sum(sums.values()):
        raise PayslipEmpty
    slip = Payslip(
        id=id or ids.new_id(),
        organisation_id=organisation.id,
        number=number
        or free_number(organisation.id, "PS", lambda it: payslip_numbered(organisation.id, it) is not None),
        member_id=member.id,
        wages_minor=sums["work"],
        own_costs_minor=sums["own_cost"],
        top_ups_minor=sums["top_up"],
        deductions_minor=0,
        net_minor=sum(sums.values()),
        due_on=due_on,
        state=SlipState.PREPARED.value,
        prepared_by=actor.user_id,
        prepared_at=clock.now(),
        items=items,
    )
    db.session.add(slip)
    db.session.flush()
    return slip


def approve_payslip(actor: Actor, slip: Payslip) -> Payslip:
    """Let a prepared slip be paid; refuses the person who prepared it."""
    slip = _lock(slip)
    if actor.user_id is None or actor.user_id == slip.prepared_by:
        raise SamePerson
    slip.approved_by = actor.user_id
    _log(slip, SlipEvent.APPROVE, actor)
    return slip


def pay_wage(
    actor: Actor,
    slip: Payslip,
    *,
    method: str,
    proof: str | None = None,
    paid_on: date | None = None,
    id: str | None = None,
) -> WagePayment:
    """Pay a slip's whole net; without proof it goes on reading owed. Refuses a slip on which nothing is owed."""
    if method not in METHODS:
        raise MethodUnknown
    slip = _lock(slip)
    event = SlipEvent.PAY_WITH_PROOF if proof else SlipEvent.PAY_WITHOUT_PROOF
    after(SlipState(slip.state), event)
    on = paid_on or clock.today(slip.organisation.zone)
    payment = WagePayment(
        id=id or ids.new_id(),
        organisation_id=slip.organisation_id,
        payslip_id=slip.id,
        amount_minor=slip.net_minor,
        method=method,
        proof=proof,
        paid_on=on,
        paid_by=actor.user_id,
    )
    db.session.add(payment)
    net = _net(slip)
    entry = post(_book(slip), payment.id, [debit(wages_payable(slip.member), net), credit("cash", net)], on=on)
    _log(slip, event, actor, how=method, entry=entry)
    return payment


def file_proof(actor: Actor, payment: WagePayment, proof: str) -> Payslip:
    """File the proof of a payment made without; from then on the wage reads paid, or paid and unconfirmed."""
    slip = _lock(db.session.get_one(Payslip, payment.payslip_id))
    _log(slip, SlipEvent.FILE_PROOF, actor)
    payment.proof = proof
    db.session.flush()
    return slip


def confirm_payment(actor: Actor, slip: Payslip, *, by: Member, how: str) -> Payslip:
    """Record the payee's word that she has the money; refuses before a payment, and anybody else's word."""
    slip = _lock(slip)
    _refuse_other(slip, by)
    _log(slip, SlipEvent.CONFIRM, actor, by=by, how=how)
    return slip


def contest_payment(actor: Actor, slip: Payslip, *, by: Member, how: str, id: str | None = None) -> Payslip:
    """Record the payee's word that the money is missing or short: the whole debt is open again (rule 9).

    Of an unpaid slip nothing is posted. Refuses anybody else's word, and a second contest while one stands.
    """
    slip = _lock(slip)
    _refuse_other(slip, by)
    reached = after(SlipState(slip.state), SlipEvent.CONTEST)
    entry = None
    if reached in REOPENED:
        sides = [debit("contested_payments", _net(slip)), credit(wages_payable(slip.member), _net(slip))]
        entry = post(_book(slip), id or ids.new_id(), sides, on=clock.today(slip.organisation.zone))
    _log(slip, SlipEvent.CONTEST, actor, by=by, how=how, entry=entry)
    return slip


def withdraw_contest(actor: Actor, slip: Payslip, *, by: Member, how: str, id: str | None = None) -> Payslip:
    """End a contest by the payee's own word; its entry, if it posted one, is reversed. Refuses anybody else's word."""
    slip = _lock(slip)
    _refuse_other(slip, by)
    was = SlipState(slip.state)
    after(was, SlipEvent.WITHDRAW)
    entry = None
    if was in REOPENED:
        contest = max((it for it in slip.log if it.event == SlipEvent.CONTEST.value), key=lambda it: (it.at, it.id))
        contested = db.session.get_one(Entry, contest.entry_id)
        entry = reverse(contested, id or ids.new_id(), on=clock.today(slip.organisation.zone))
    _log(slip, SlipEvent.WITHDRAW, actor, by=by, how=how, entry=entry)
    return slip


def grant_top_up(
    actor: Actor, organisation: Organisation, member: Member, amount: Money, *, id: str | None = None
) -> TopUp:
    """Owe a member what lifts her to the minimum wage: exactly the missing amount, the cooperative's late cost.

    It changes no receipt and no lot (rule 15). Refuses any other amount, and more than what earlier top-ups left.
    """
    db.session.refresh(member, with_for_update={"of": Member})
    missing = wage_check(member).top_up_minor - sum(it.amount_minor for it in top_ups_of(member.id))
    if amount.minor <= 0 or amount.minor != missing:
        raise TopUpNotExact(missing=money(max(missing, 0), amount.currency), asked=money(amount.minor, amount.currency))
    on = clock.today(organisation.zone)
    top_up = TopUp(
        id=id or ids.new_id(),
        organisation_id=organisation.id,
        member_id=member.id,
        amount_minor=amount.minor,
        granted_on=on,
    )
    db.session.add(top_up)
    db.session.flush()
    sides = [debit("expense:late_costs", amount), credit(wages_payable(member), amount)]
    post(db.session.get_one(Book, organisation.book_id), top_up.id, sides, on=on)
    return top_up


def _item(ordinal: int, record_id: str, member: Member) -> PayslipItem:
    found: tuple[str, WorkRecord | OwnCost | TopUp] | None = None
    if work := db.session.get(WorkRecord, record_id):
        found = ("work", work) if work.state == "signed_off" else None
    elif cost := db.session.get(OwnCost, record_id):
        found = ("own_cost", cost) if cost.state == "signed_off" and cost.is_reimbursed else None
    elif top_up := db.session.get(TopUp, record_id):
        found = ("top_up", top_up)
    if found is None or found[1].member_id != member.id:
        raise NotPayable(record=record_id, member=member.number)
    if db.session.scalar(select(PayslipItem.record_id).where(PayslipItem.record_id == record_id)):
        raise PaidOnAnotherSlip(record=record_id)
    return PayslipItem(ordinal=ordinal, kind=found[0], record_id=record_id, amount_minor=found[1].amount_minor)


def _log(
    slip: Payslip,
    event: SlipEvent,
    actor: Actor,
    *,
    by: Member | None = None,
    how: str = "",
    entry: Entry | None = None,
) -> None:
    """Move the slip's state, refusing what cannot happen, and note who did it."""
    reached = after(SlipState(slip.state), event)
    slip.state = reached.value
    slip.log.append(
        SlipLog(
            event=event.value,
            state_after=reached.value,
            at=clock.now(),
            user_id=actor.user_id,
            member_id=by.id if by else None,
            how=how,
            entry_id=entry.id if entry else None,
        )
    )
    db.session.flush()


def _lock(slip: Payslip) -> Payslip:
    return db.session.scalars(
        select(Payslip)
        .where(Payslip.id == slip.id)
        .with_for_update(of=Payslip)
        .execution_options(populate_existing=True)
    ).one()


def _refuse_other(slip: Payslip, by: Member) -> None:
    if by.id != slip.member_id:
        raise NotThePayee


def _net(slip: Payslip) -> Money:
    return Money(slip.net_minor, slip.organisation.currency)


def _book(slip: Payslip) -> Book:
    return db.session.get_one(Book, slip.organisation.book_id)
