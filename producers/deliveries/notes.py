"""The only writer of a member's own notes of work; start and finish may lie days apart."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.config import PAGE_SIZE_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from producers.cooperatives.models import Member
from producers.deliveries.errors import NoteFinished, RateNotDecided
from producers.deliveries.models import DeliverySlip, WorkNote
from producers.deliveries.services import rates_today


def start_work(actor: Actor, member: Member, rate_key: str, *, client_key: str) -> WorkNote:
    """Note that a member began some work today; refuses work without a decided rate. The same key, the same note."""
    known = db.session.scalar(
        select(WorkNote).where(WorkNote.organisation_id == member.organisation_id, WorkNote.client_key == client_key)
    )
    if known:
        return known
    if rate_key not in rates_today(member.organisation):
        raise RateNotDecided(fields={"rate_key": RateNotDecided.message})
    note = WorkNote(
        organisation_id=member.organisation_id,
        member_id=member.id,
        rate_key=rate_key,
        started_on=clock.today(member.organisation.zone),
        client_key=client_key,
    )
    db.session.add(note)
    db.session.flush()
    return note


def finish_work(actor: Actor, note: WorkNote, member: Member, *, pieces: int, hours: Decimal) -> WorkNote:
    """Note that the work is done, with pieces and hours; refuses a note that is finished."""
    db.session.refresh(note, with_for_update=True)
    if note.finished_on:
        raise NoteFinished
    note.finished_on = clock.today(member.organisation.zone)
    note.pieces, note.hours = pieces, str(hours)
    db.session.flush()
    return note


def note_of(member: Member, note_id: str) -> WorkNote:
    """The member's note with this id; NotFound where it is not hers."""
    note = db.session.get(WorkNote, note_id)
    if note is None or note.member_id != member.id:
        raise NotFound
    return note


def notes_of(member_id: str) -> Sequence[WorkNote]:
    """A member's notes that no weighing has used yet: the unfinished first, then the newest."""
    query = select(WorkNote).where(WorkNote.member_id == member_id, WorkNote.slip_id.is_(None))
    query = query.order_by(WorkNote.finished_on.is_not(None), WorkNote.id.desc())
    return db.session.scalars(query.limit(PAGE_SIZE_MAX)).all()


def waiting_notes(slip: DeliverySlip) -> Sequence[WorkNote]:
    """The finished notes that what a slip brought in was made under: same member, same work, not after the slip."""
    query = select(WorkNote).where(
        WorkNote.member_id == slip.member_id,
        WorkNote.rate_key == slip.rate_key,
        WorkNote.slip_id.is_(None),
        WorkNote.finished_on <= slip.made_on,
    )
    return db.session.scalars(query.order_by(WorkNote.id)).all()
