"""Reading slips: one, a day's, a month's, a member's; and what the capture screens offer first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from marketplace.config import PAGE_SIZE, PAGE_SIZE_MAX
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.paging import Page, paged
from producers.cooperatives.models import Member
from producers.deliveries.models import DeliverySlip, SlipVoid
from producers.lots.models import Lot, Movement

NOT_VOID = ~select(SlipVoid.id).where(SlipVoid.slip_id == DeliverySlip.id).exists()


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of some slips."""

    count: int
    good: int
    to_repair: int
    wage_minor: int
    paid_minor: int


def slip_of(organisation_id: str, slip_id: str, *, made_by: str | None = None) -> DeliverySlip:
    """The slip with this id; NotFound where it is not this cooperative's, or not `made_by` that person."""
    slip = db.session.get(DeliverySlip, slip_id)
    if slip is None or slip.organisation_id != organisation_id or (made_by and slip.made_by != made_by):
        raise NotFound
    return slip


def slips_between(
    organisation_id: str, first: date, last: date, *, made_by: str | None = None
) -> Sequence[DeliverySlip]:
    """The slips of some days, both within, by number; only those one person made where `made_by` is given."""
    query = select(DeliverySlip).where(
        DeliverySlip.organisation_id == organisation_id, DeliverySlip.made_on.between(first, last)
    )
    if made_by:
        query = query.where(DeliverySlip.made_by == made_by)
    return db.session.scalars(query.order_by(DeliverySlip.number)).all()


def slips_made_by(organisation_id: str, user_id: str | None, number: int) -> Page[DeliverySlip]:
    """A page of the slips one person made, the newest first."""
    mine = (DeliverySlip.organisation_id == organisation_id, DeliverySlip.made_by == user_id)
    return paged(select(DeliverySlip).where(*mine).order_by(DeliverySlip.made_at.desc(), DeliverySlip.id), number)


def totals(slips: Sequence[DeliverySlip]) -> Totals:
    """How many slips there are, and the sums of those that are not void."""
    count, slips = len(slips), [slip for slip in slips if not slip.void]
    return Totals(
        count,
        sum(slip.good for slip in slips),
        sum(slip.to_repair for slip in slips),
        sum(slip.wage_minor for slip in slips),
        sum(slip.paid_minor for slip in slips),
    )


def slips_of_member(member_id: str, *, limit: int = PAGE_SIZE_MAX) -> Sequence[DeliverySlip]:
    """A member's slips, the newest first."""
    query = select(DeliverySlip).where(DeliverySlip.member_id == member_id)
    return db.session.scalars(query.order_by(DeliverySlip.number.desc()).limit(limit)).all()


def last_slip(member_id: str) -> DeliverySlip | None:
    """A member's newest slip that is not void: what the next one most likely repeats."""
    return next((slip for slip in slips_of_member(member_id, limit=PAGE_SIZE) if not slip.void), None)


def of_day_and_unweighed(organisation_id: str, day: date) -> tuple[list[DeliverySlip], list[DeliverySlip]]:
    """A day's slips by number, and the oldest of those whose pieces wait for the scales; void ones wait no longer."""
    waiting = (
        select(DeliverySlip.id)
        .where(
            DeliverySlip.organisation_id == organisation_id,
            DeliverySlip.step_id.is_(None),
            DeliverySlip.good + DeliverySlip.to_repair > 0,
            NOT_VOID,
        )
        .order_by(DeliverySlip.number)
        .limit(PAGE_SIZE_MAX)
    )
    of_day = and_(DeliverySlip.organisation_id == organisation_id, DeliverySlip.made_on == day)
    asked = select(DeliverySlip, DeliverySlip.id.in_(waiting)).where(or_(of_day, DeliverySlip.id.in_(waiting)))
    rows = db.session.execute(asked.order_by(DeliverySlip.number)).all()
    return [slip for slip, _waits in rows if slip.made_on == day], [slip for slip, waits in rows if waits]


def members_by_recency(organisation_id: str, on: date) -> list[Member]:
    """The members who belong on a day: those with the latest slip first, the others by name."""
    latest = (
        select(DeliverySlip.member_id, func.max(DeliverySlip.number).label("number"))
        .where(DeliverySlip.organisation_id == organisation_id)
        .group_by(DeliverySlip.member_id)
        .subquery()
    )
    query = (
        select(Member)
        .outerjoin(latest, latest.c.member_id == Member.id)
        .where(
            Member.organisation_id == organisation_id,
            Member.joined_on <= on,
            Member.left_on.is_(None) | (Member.left_on >= on),
        )
    )
    rows = db.session.execute(query.add_columns(func.coalesce(latest.c.number, 0))).unique().tuples()
    return [member for member, _number in sorted(rows, key=lambda row: (-row[1], row[0].name.casefold(), row[0].id))]


def lots_to_issue(organisation_id: str, member_id: str) -> list[Lot]:
    """The lots that can go out: first the one this member got last, then the newest with stock."""
    last_id = db.session.scalar(
        select(Movement.lot_id)
        .where(Movement.member_id == member_id, Movement.kind == "issued")
        .order_by(Movement.at.desc(), Movement.id.desc())
        .limit(1)
    )
    query = select(Lot).where(
        Lot.organisation_id == organisation_id, Lot.stock > 0, Lot.unit == "GRM", Lot.on_hold.is_(False)
    )
    found = list(db.session.scalars(query.order_by(Lot.id.desc()).limit(PAGE_SIZE_MAX)))
    return sorted(found, key=lambda lot: lot.id != last_id)
