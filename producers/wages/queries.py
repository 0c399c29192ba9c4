"""Reading payslips, payments and what is not yet on a slip."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from producers.labour.models import OwnCost, WorkRecord
from producers.wages.models import Payslip, PayslipItem, TopUp


def payslip_of(organisation_id: str, payslip_id: str) -> Payslip:
    """The payslip with this id; NotFound where it is not this cooperative's."""
    slip = db.session.get(Payslip, payslip_id)
    if slip is None or slip.organisation_id != organisation_id:
        raise NotFound
    return slip


def payslip_numbered(organisation_id: str, number: str) -> Payslip | None:
    """The payslip with this number."""
    query = select(Payslip).where(Payslip.organisation_id == organisation_id, Payslip.number == number)
    return db.session.scalar(query)


def payslips(organisation_id: str, *, limit: int, after: str | None = None) -> Sequence[Payslip]:
    """A cooperative's payslips, the newest first; `after` is the last id of the page before."""
    query = select(Payslip).where(Payslip.organisation_id == organisation_id)
    if after:
        query = query.where(Payslip.id < after)
    return db.session.scalars(query.order_by(Payslip.id.desc()).limit(limit)).all()


def payslips_of_member(member_id: str) -> Sequence[Payslip]:
    """A member's payslips, the newest first."""
    return db.session.scalars(select(Payslip).where(Payslip.member_id == member_id).order_by(Payslip.id.desc())).all()


def slips_of_records(record_ids: Collection[str]) -> dict[str, Payslip]:
    """The payslip on which each record stands, for those that stand on one."""
    if not record_ids:
        return {}
    rows = db.session.execute(
        select(PayslipItem.record_id, Payslip)
        .join(Payslip, Payslip.id == PayslipItem.payslip_id)
        .where(PayslipItem.record_id.in_(record_ids))
    )
    return {record_id: slip for record_id, slip in rows}  # noqa: C416 - rows are not pairs to mypy


def unslipped_work(organisation_id: str, member_id: str | None = None) -> Sequence[WorkRecord]:
    """Signed-off work that stands on no slip yet, oldest first."""
    query = select(WorkRecord).where(
        WorkRecord.organisation_id == organisation_id,
        WorkRecord.state == "signed_off",
        WorkRecord.id.not_in(select(PayslipItem.record_id)),
    )
    if member_id:
        query = query.where(WorkRecord.member_id == member_id)
    return db.session.scalars(query.order_by(WorkRecord.worked_on, WorkRecord.id)).all()


def unslipped_own_costs(organisation_id: str, member_id: str | None = None) -> Sequence[OwnCost]:
    """Own costs to be repaid that stand on no slip yet, oldest first."""
    query = select(OwnCost).where(
        OwnCost.organisation_id == organisation_id,
        OwnCost.state == "signed_off",
        OwnCost.is_reimbursed,
        OwnCost.id.not_in(select(PayslipItem.record_id)),
    )
    if member_id:
        query = query.where(OwnCost.member_id == member_id)
    return db.session.scalars(query.order_by(OwnCost.worked_on, OwnCost.id)).all()


def top_ups_of(member_id: str) -> Sequence[TopUp]:
    """A member's top-ups, oldest first."""
    return db.session.scalars(select(TopUp).where(TopUp.member_id == member_id).order_by(TopUp.id)).all()
