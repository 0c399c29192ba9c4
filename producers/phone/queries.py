"""My pay: every line of what a member earned and got, so that the lines sum to what the books owe her."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.kernel.dates import day_in
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.kernel.quantity_format import quantity
from marketplace.ledger.models import Book
from marketplace.ledger.queries import balance
from producers.cooperatives.models import Member
from producers.decisions.models import Decision
from producers.deliveries.models import AdvanceUse, DeliverySlip
from producers.deliveries.queries import NOT_VOID, slips_of_member
from producers.deliveries.services import wages_advanced
from producers.labour.models import OwnCost, WorkRecord
from producers.labour.queries import signed_own_costs_of, signed_work_of
from producers.labour.services import wages_payable
from producers.phone.services import PAYSLIP, SLIP, Payment
from producers.wages.models import SlipLog, WagePayment
from producers.wages.queries import payslips_of_member, top_ups_of
from producers.wages.states import SlipState


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the book of pay; money handed to her is negative."""

    on: date
    what: str
    who: str
    minor: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One record of work with the decision its rate cites."""

    work: WorkRecord
    decision: Decision | None


def owed_to(member: Member) -> Money:
    """What the cooperative's book owes a member now: signed-off work less all money she has and does not contest."""
    book = db.session.get_one(Book, member.organisation.book_id)
    return -(balance(book, wages_payable(member)) + balance(book, wages_advanced(member)))


def lines_of(member: Member) -> list[Line]:
    """Every line of a member's book of pay, the newest first; they sum to `owed_to`."""
    lines = [*_earned(member), *_paid_with_payslips(member), *_paid_with_slips(member)]
    return sorted(lines, key=lambda line: line.on, reverse=True)


def payments_of(member: Member) -> list[Payment]:
    """The payments that wait for her word or that she contests, the newest first."""
    slips = [Payment(SLIP, slip) for slip in slips_of_member(member.id)]
    payslips = [Payment(PAYSLIP, it) for it in payslips_of_member(member.id) if it.state != SlipState.PREPARED]
    return [payment for payment in (*payslips, *slips) if payment.can_confirm or payment.can_withdraw]


def payslips_shown(member: Member) -> list[Payment]:
    """All her payslips that a second person approved, the newest first."""
    return [Payment(PAYSLIP, it) for it in payslips_of_member(member.id) if it.state != SlipState.PREPARED]


def waiting_for_sign_off(member_id: str) -> tuple[Sequence[DeliverySlip], Sequence[WorkRecord]]:
    """Slips whose pieces wait for the scales, and recorded work that waits for a second person."""
    slips = db.session.scalars(
        select(DeliverySlip).where(
            DeliverySlip.member_id == member_id, DeliverySlip.step_id.is_(None), DeliverySlip.good > 0, NOT_VOID
        )
    ).all()
    work = db.session.scalars(
        select(WorkRecord).where(WorkRecord.member_id == member_id, WorkRecord.state == "recorded")
    ).all()
    return slips, work


def reasons_of(member: Member) -> tuple[list[Reason], Sequence[OwnCost]]:
    """Her signed-off work with the decisions behind its rates, and what she laid out, the newest first."""
    work = list(reversed(signed_work_of(member.id)))
    cited = {record.rate_decision_id for record in work}
    found = {it.id: it for it in db.session.scalars(select(Decision).where(Decision.id.in_(cited)))}
    costs = list(reversed(signed_own_costs_of(member.id)))
    return [Reason(record, found.get(record.rate_decision_id or "")) for record in work], costs


def work_words(record: WorkRecord) -> str:
    """What was done, such as '6 buah', '7,5 jam' or '65 × 100 g'."""
    unit = "HUR" if record.kind == "hour" else record.per if record.per in {"H87", "KGM", "GRM", "MTR"} else ""
    amount = Fraction(record.quantity)
    if unit:
        return quantity(amount, unit)
    between = " × " if record.per[:1].isdigit() else " "
    return f"{quantity(amount, 'H87').split()[0]}{between}{record.per}".strip()


def _earned(member: Member) -> Iterator[Line]:
    work = signed_work_of(member.id)
    signers = {record.signed_off_by for record in work if record.signed_off_by}
    names = {user.id: user.name for user in db.session.scalars(select(User).where(User.id.in_(signers)))}
    for record in work:
        name = names.get(record.signed_off_by or "", "")
        yield Line(record.worked_on, work_words(record), _("signed off by %(name)s", name=name), record.amount_minor)
    for cost in signed_own_costs_of(member.id):
        if cost.is_reimbursed:
            yield Line(cost.worked_on, cost.what, _("own cost, repaid"), cost.amount_minor)
    for top_up in top_ups_of(member.id):
        yield Line(top_up.granted_on, _("Top-up to the minimum wage"), "", top_up.amount_minor)


def _paid_with_payslips(member: Member) -> Iterator[Line]:
    payslips = {slip.id: slip for slip in payslips_of_member(member.id)}
    payments = db.session.scalars(select(WagePayment).where(WagePayment.payslip_id.in_(payslips))).all()
    uses = db.session.scalars(select(AdvanceUse).where(AdvanceUse.payment_id.in_([it.id for it in payments]))).all()
    counted: dict[str, int] = {}
    for use in uses:
        counted[use.payment_id] = counted.get(use.payment_id, 0) + use.amount_minor
    for payment in payments:
        number = payslips[payment.payslip_id].number
        way = {"cash": _("Paid in cash"), "bank": _("Paid by bank"), "mobile": _("Paid by mobile money")}
        yield Line(payment.paid_on, way[payment.method], number, counted.get(payment.id, 0) - payment.amount_minor)
    said = select(SlipLog).where(SlipLog.payslip_id.in_(payslips), SlipLog.entry_id.is_not(None))
    for word in db.session.scalars(said.order_by(SlipLog.at)):
        slip = payslips[word.payslip_id]
        if word.event in {"contest", "withdraw"}:
            yield _word(word.event, word.at, slip.organisation.zone, slip.number, slip.net_minor)


def _paid_with_slips(member: Member) -> Iterator[Line]:
    for slip in slips_of_member(member.id):
        if slip.paid_minor:
            yield Line(slip.made_on, _("Paid with the delivery"), slip.name, -slip.paid_minor)
        for word in slip.answers:
            if word.entry_id:
                yield _word(word.kind, word.at, slip.organisation.zone, slip.name, slip.paid_minor)
        if slip.void and slip.paid_minor and not (slip.answers and slip.answers[-1].kind == "contest"):
            yield Line(slip.void.voided_on, _("The slip was wrong and is void"), slip.name, slip.paid_minor)


def _word(kind: str, at: datetime, zone: str, number: str, minor: int) -> Line:
    """Her contest puts the sum back among what is owed; her withdrawal takes it out again."""
    on = day_in(at, zone)
    if kind == "contest":
        return Line(on, _("You say: the amount is wrong"), number, minor)
    return Line(on, _("You say: it was right after all"), number, -minor)
