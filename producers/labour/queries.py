"""Reading work and own costs."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from marketplace.kernel.db import db
from producers.labour.models import OwnCost, WorkRecord


def work_of_step(step_id: str) -> Sequence[WorkRecord]:
    """A step's work that was not discarded, in the order of its ids."""
    query = select(WorkRecord).where(WorkRecord.step_id == step_id, WorkRecord.state != "discarded")
    return db.session.scalars(query.order_by(WorkRecord.id)).all()


def own_costs_of_step(step_id: str) -> Sequence[OwnCost]:
    """A step's own costs that were not discarded, in the order of their ids."""
    query = select(OwnCost).where(OwnCost.step_id == step_id, OwnCost.state != "discarded")
    return db.session.scalars(query.order_by(OwnCost.id)).all()


def signed_work_of(member_id: str, since: date | None = None, until: date | None = None) -> Sequence[WorkRecord]:
    """A member's signed-off work of a period, both days within it, oldest first."""
    query = select(WorkRecord).where(WorkRecord.member_id == member_id, WorkRecord.state == "signed_off")
    if since:
        query = query.where(WorkRecord.worked_on >= since)
    if until:
        query = query.where(WorkRecord.worked_on <= until)
    return db.session.scalars(query.order_by(WorkRecord.worked_on, WorkRecord.id)).all()


def signed_own_costs_of(member_id: str, since: date | None = None, until: date | None = None) -> Sequence[OwnCost]:
    """A member's signed-off own costs of a period, both days within it, oldest first."""
    query = select(OwnCost).where(OwnCost.member_id == member_id, OwnCost.state == "signed_off")
    if since:
        query = query.where(OwnCost.worked_on >= since)
    if until:
        query = query.where(OwnCost.worked_on <= until)
    return db.session.scalars(query.order_by(OwnCost.worked_on, OwnCost.id)).all()
