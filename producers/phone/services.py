"""A member's word on a payment, whether it came with a payslip or with a delivery slip."""

from dataclasses import dataclass

from marketplace.accounts.actor import Actor
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from producers.cooperatives.models import Member
from producers.deliveries import answers
from producers.deliveries.models import DeliverySlip
from producers.phone.models import Objection
from producers.wages import services as wages
from producers.wages.models import Payslip
from producers.wages.states import CONTESTED, SlipState, status

SLIP, PAYSLIP = "slip", "payslip"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was said to be handed to a member, as her phone shows it."""

    kind: str
    paper: DeliverySlip | Payslip

    @property
    def id(self) -> str:
        """The id of the slip or payslip."""
        return self.paper.id

    @property
    def number(self) -> str:
        """The number printed on the slip or payslip."""
        return self.paper.name if isinstance(self.paper, DeliverySlip) else self.paper.number

    @property
    def amount(self) -> Money:
        """What was paid, or is to be."""
        paper = self.paper
        minor = paper.paid_minor if isinstance(paper, DeliverySlip) else paper.net_minor
        return Money(minor, paper.organisation.currency)

    @property
    def status(self) -> str:
        """owed, paid_unconfirmed, paid, contested or void, inside the cooperative."""
        if isinstance(self.paper, Payslip):
            return status(SlipState(self.paper.state))
        return {"confirmed": "paid", "contested": "contested", "none": "owed", "void": "void"}.get(
            self.paper.money_state, "paid_unconfirmed"
        )

    @property
    def can_confirm(self) -> bool:
        """Whether her word that she has it is waited for."""
        if isinstance(self.paper, Payslip):
            return self.paper.state in {SlipState.UNCONFIRMED, SlipState.UNPROVEN}
        return self.paper.money_state == "unconfirmed"

    @property
    def can_withdraw(self) -> bool:
        """Whether a contest of hers stands."""
        if isinstance(self.paper, Payslip):
            return SlipState(self.paper.state) in CONTESTED
        return self.paper.money_state == "contested"

    @property
    def can_contest(self) -> bool:
        """Whether she can say that the amount is wrong."""
        if isinstance(self.paper, Payslip):
            return self.paper.state != SlipState.PREPARED and not self.can_withdraw
        return self.paper.money_state in {"unconfirmed", "confirmed"} and not self.paper.uses


def payment_of(member: Member, kind: str, paper_id: str) -> Payment:
    """The member's own payment; NotFound for another's, and for a payslip nobody approved yet."""
    paper: DeliverySlip | Payslip | None = None
    if kind == SLIP:
        paper = db.session.get(DeliverySlip, paper_id)
    elif kind == PAYSLIP:
        paper = db.session.get(Payslip, paper_id)
    if paper is None or paper.member_id != member.id:
        raise NotFound
    if isinstance(paper, Payslip) and paper.state == SlipState.PREPARED:
        raise NotFound
    return Payment(kind, paper)


def confirm(actor: Actor, payment: Payment, *, by: Member, how: str) -> None:
    """Record that she has the money; refuses what the paper's own rules refuse."""
    if isinstance(payment.paper, DeliverySlip):
        answers.confirm_money(actor, payment.paper, by=by, how=how)
    else:
        wages.confirm_payment(actor, payment.paper, by=by, how=how)


def contest(actor: Actor, payment: Payment, *, by: Member, how: str, received: Money, note: str) -> Objection:
    """Record that the amount is wrong, what she says she received, and her words, which stay inside."""
    if isinstance(payment.paper, DeliverySlip):
        answers.contest_money(actor, payment.paper, by=by, how=how)
    else:
        wages.contest_payment(actor, payment.paper, by=by, how=how)
    objection = Objection(
        organisation_id=payment.paper.organisation_id,
        member_id=by.id,
        kind=payment.kind,
        subject_id=payment.id,
        received_minor=received.minor,
        note=note,
        said_at=clock.now(),
    )
    db.session.add(objection)
    db.session.flush()
    return objection


def withdraw(actor: Actor, payment: Payment, *, by: Member, how: str) -> None:
    """End her contest; refuses where none stands."""
    if isinstance(payment.paper, DeliverySlip):
        answers.withdraw_contest(actor, payment.paper, by=by, how=how)
    else:
        wages.withdraw_contest(actor, payment.paper, by=by, how=how)
