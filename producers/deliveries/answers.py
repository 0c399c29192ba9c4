"""The payee's word about money handed over with a slip: rule 9, for an advance.

A contest moves the whole sum to `contested_payments`, so no payslip counts it; a withdrawal puts it back.
"""

from marketplace.accounts.actor import Actor
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book, Entry
from marketplace.ledger.services import credit, debit, post, reverse
from producers.cooperatives.models import Member
from producers.deliveries.errors import (
    AnsweredAlready,
    ContestStands,
    CountedAlready,
    NoContest,
    NoMoneyOnSlip,
    NotHerSlip,
    SlipVoided,
)
from producers.deliveries.models import DeliverySlip, SlipAnswer
from producers.deliveries.services import lock_slip, wages_advanced


def confirm_money(actor: Actor, slip: DeliverySlip, *, by: Member, how: str) -> DeliverySlip:
    """Record that the payee has the money; refuses anybody else's word, a second one, and one against a contest."""
    slip = _lock(slip, by)
    if slip.money_state == "confirmed":
        raise AnsweredAlready
    if slip.money_state == "contested":
        raise ContestStands
    return _note(slip, "confirm", actor, by, how)


def contest_money(actor: Actor, slip: DeliverySlip, *, by: Member, how: str) -> DeliverySlip:
    """Record that the money is missing or short: the whole sum counts as not received until she withdraws.

    Refuses anybody else's word, a second contest, and money that a payslip counts already.
    """
    slip = _lock(slip, by)
    if slip.money_state == "contested":
        raise ContestStands
    if slip.uses:
        raise CountedAlready
    paid = Money(slip.paid_minor, slip.organisation.currency)
    sides = [debit("contested_payments", paid), credit(wages_advanced(slip.member), paid)]
    book = db.session.get_one(Book, slip.organisation.book_id)
    entry = post(book, ids.new_id(), sides, on=clock.today(slip.organisation.zone))
    return _note(slip, "contest", actor, by, how, entry)


def withdraw_contest(actor: Actor, slip: DeliverySlip, *, by: Member, how: str) -> DeliverySlip:
    """End a contest by the payee's own word; its entry is reversed. Refuses where none stands."""
    slip = _lock(slip, by)
    if slip.money_state != "contested":
        raise NoContest
    contested = db.session.get_one(Entry, slip.answers[-1].entry_id)
    entry = reverse(contested, ids.new_id(), on=clock.today(slip.organisation.zone))
    return _note(slip, "withdraw", actor, by, how, entry)


def _lock(slip: DeliverySlip, by: Member) -> DeliverySlip:
    locked = lock_slip(slip)
    if by.id != locked.member_id:
        raise NotHerSlip
    if not locked.paid_minor:
        raise NoMoneyOnSlip
    if locked.void:
        raise SlipVoided
    return locked


def _note(
    slip: DeliverySlip, kind: str, actor: Actor, by: Member, how: str, entry: Entry | None = None
) -> DeliverySlip:
    slip.answers.append(
        SlipAnswer(
            kind=kind,
            how=how,
            at=clock.now(),
            user_id=actor.user_id,
            member_id=by.id,
            entry_id=entry.id if entry else None,
        )
    )
    db.session.flush()
    return slip
