"""Paying a payslip whose work was partly paid at the door: the advance counts, the rest is handed over now."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import credit, debit, post
from producers.deliveries.models import AdvanceUse, DeliverySlip
from producers.deliveries.services import locked, wages_advanced
from producers.wages.models import Payslip, WagePayment
from producers.wages.services import pay_wage


def advances_open(member_id: str, *, lock: bool = False) -> Sequence[DeliverySlip]:
    """The slips whose money no payslip has counted in full, oldest first; contested money is left out."""
    query = select(DeliverySlip).where(DeliverySlip.member_id == member_id, DeliverySlip.paid_minor > 0)
    if lock:
        query = locked(query)
    slips = db.session.scalars(query.order_by(DeliverySlip.id)).all()
    return [slip for slip in slips if slip.unused_minor > 0]


def to_hand_over(payslip: Payslip) -> Money:
    """What is still to be handed over for a payslip once the member's advances are counted."""
    advanced = sum(slip.unused_minor for slip in advances_open(payslip.member_id))
    return Money(max(0, payslip.net_minor - advanced), payslip.organisation.currency)


def pay_payslip(
    actor: Actor,
    payslip: Payslip,
    *,
    method: str,
    proof: str | None = None,
    paid_on: date | None = None,
    id: str | None = None,
) -> WagePayment:
    """Pay a payslip's whole net: first with money she has from slips, oldest first, the rest by `method`.

    Refuses what `pay_wage` refuses. The entry of each counted slip gives back to cash what was handed over earlier.
    """
    slips = advances_open(payslip.member_id, lock=True)
    payment = pay_wage(actor, payslip, method=method, proof=proof, paid_on=paid_on, id=id)
    book = db.session.get_one(Book, payslip.organisation.book_id)
    on = paid_on or clock.today(payslip.organisation.zone)
    left = payment.amount_minor
    for slip in slips:
        counted = min(left, slip.unused_minor)
        if not counted:
            break
        left -= counted
        use = AdvanceUse(id=ids.new_id(), slip_id=slip.id, payment_id=payment.id, amount_minor=counted)
        slip.uses.append(use)
        db.session.flush()
        amount = Money(counted, payslip.organisation.currency)
        post(book, use.id, [debit("cash", amount), credit(wages_advanced(slip.member), amount)], on=on)
    return payment
