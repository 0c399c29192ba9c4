"""A wrong slip is made void: everything it moved moves back by mirrored rows. Its number stays used, its figures stand.

Not every wrong slip can be: goods that have gone further and money that a payslip counted are put right where they
are now. Each refusal says where.
"""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotAllowed
from marketplace.ledger.models import Entry
from marketplace.ledger.services import reverse
from producers.deliveries.errors import SlipVoided
from producers.deliveries.models import DeliverySlip, SlipVoid, WorkNote
from producers.deliveries.services import lock_slip
from producers.lots import keeping
from producers.lots.errors import NotEnoughAtHome
from producers.lots.keeping import Cause
from producers.wages.models import Payslip, WagePayment


class ReasonMissing(Invalid):
    """A slip is made void for a reason."""

    code = "void_reason_missing"
    message = _l("Write why the slip is wrong.")


class VoidedByMaker(NotAllowed):
    """Who made a slip that moved goods or money does not undo it alone."""

    code = "void_by_maker"
    message = _l("You made this slip, and goods or money moved with it. Ask a second person to make it void.")


class SlipWeighed(Conflict):
    """Its pieces went into a step."""

    code = "void_slip_weighed"
    message = _l("The pieces of this slip are weighed and wait for sign-off. Discard that step first.")


class SlipSignedOff(Conflict):
    """Its pieces are goods by now, and its wage is owed or paid."""

    code = "void_slip_signed_off"
    message = _l(
        "The pieces of this slip are signed off: its goods have gone on and its wage is owed. Put wrong pieces right by"
        " a step (rework or a loss), and wrong money on the payslip."
    )


class MoneyCounted(Conflict):
    """A payslip has counted its money."""

    code = "void_money_counted"
    message = _l("The money of this slip is counted in payslip %(number)s. Put the sum right there.")


class MaterialGone(Conflict):
    """The home holds less than what went out."""

    code = "void_material_gone"
    message = _l(
        "Of the material that went out, %(left)s are left at the home: the rest was used or brought back. Bring back"
        " what is left with the material book, and write a new slip for what is right."
    )


def void_slip(actor: Actor, slip: DeliverySlip, *, reason: str) -> SlipVoid:
    """Make a slip void: material back in the store, money back in the cash, by rows that mirror the first ones.

    Refuses no reason, a slip that is void, who made it where goods or money moved, pieces that are weighed, money
    that a payslip counts, and material that is no longer at the home.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.message})
    slip = lock_slip(slip)
    _refuse(actor, slip)
    void = SlipVoid(
        id=ids.new_id(),
        organisation_id=slip.organisation_id,
        slip_id=slip.id,
        reason=reason.strip(),
        moved=slip.moved,
        made_by=slip.made_by,
        voided_by=actor.user_id,
        voided_on=clock.today(slip.organisation.zone),
        voided_at=clock.now(),
    )
    _bring_back(slip, void)
    for entry in entries_of(slip):
        reverse(entry, void.id, on=void.voided_on)
    for note in db.session.scalars(select(WorkNote).where(WorkNote.slip_id == slip.id)):
        note.slip_id = None
    db.session.add(void)
    db.session.flush()
    db.session.expire(slip, ["void"])
    return void


def entries_of(slip: DeliverySlip) -> list[Entry]:
    """The entries that still stand for a slip, the latest first: a contest's on top of the payment's."""
    answered = [answer.entry_id for answer in slip.answers if answer.entry_id]
    rows = db.session.scalars(
        select(Entry)
        .where((Entry.source == slip.id) | Entry.id.in_(answered), Entry.reverses_id.is_(None))
        .order_by(Entry.id.desc())
    ).all()
    undone = set(db.session.scalars(select(Entry.reverses_id).where(Entry.reverses_id.in_([row.id for row in rows]))))
    return [row for row in rows if row.id not in undone]


def _refuse(actor: Actor, slip: DeliverySlip) -> None:
    if slip.void:
        raise SlipVoided
    if actor.user_id is None or (slip.moved and actor.user_id == slip.made_by):
        raise VoidedByMaker
    if slip.step and slip.step.state == "recorded":
        raise SlipWeighed
    if slip.step and slip.step.state == "posted":
        raise SlipSignedOff
    if slip.uses:
        payment = db.session.get_one(WagePayment, slip.uses[0].payment_id)
        raise MoneyCounted(number=db.session.get_one(Payslip, payment.payslip_id).number)


def _bring_back(slip: DeliverySlip, void: SlipVoid) -> None:
    if not (slip.lot_id and slip.issued_quantity):
        return
    lot = keeping.lock([slip.lot_id])[slip.lot_id]
    try:
        keeping.bring_back(lot, slip.issued_quantity, Cause(void.id, void.voided_on), slip.member)
    except NotEnoughAtHome as error:
        raise MaterialGone(left=error.params["left"]) from error
