"""Payslips as the console lists them, what can still be put on one, and the hourly check of everybody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import noload

from marketplace.kernel.db import db
from marketplace.kernel.paging import Page, paged
from marketplace.kernel.personal import by_name
from producers.cooperatives.models import Member
from producers.fairprice.models import Benchmark
from producers.labour.models import OwnCost, WorkRecord
from producers.wages.hourly import WageCheck, check_of
from producers.wages.models import Payslip, PayslipItem, TopUp
from producers.wages.states import CONTESTED, SlipState

GROUPS: dict[str, tuple[SlipState, ...]] = {
    "approve": (SlipState.PREPARED,),
    "pay": (SlipState.OWED, SlipState.UNPROVEN, SlipState.UNPROVEN_CONFIRMED),
    "confirm": (SlipState.UNCONFIRMED,),
    "contested": tuple(sorted(CONTESTED)),
    "paid": (SlipState.PAID,),
    "all": (),
}
"""What a list of payslips shows, by what is still to be done; nothing listed means all."""


@dataclass(frozen=True, slots=True)
class Payable:
    """What a member has signed off and on no slip yet."""

    member: Member
    records: int
    amount_minor: int
    since: date


@dataclass(frozen=True, slots=True)
class MemberCheck:
    """One member's hourly check and what is still missing after earlier top-ups."""

    member: Member
    check: WageCheck
    topped_up_minor: int

    @property
    def missing_minor(self) -> int:
        """The exact amount of the next top-up; nothing where the minimum is reached."""
        return max(0, self.check.top_up_minor - self.topped_up_minor)


def listed_payslips(organisation_id: str, *, number: int, group: str, sought: str = "") -> Page[Payslip]:
    """A page of payslips, the newest first; `sought` is part of a slip's number or the member's name or number."""
    query = select(Payslip).join(Member, Member.id == Payslip.member_id)
    query = query.where(Payslip.organisation_id == organisation_id)
    if GROUPS[group]:
        query = query.where(Payslip.state.in_([state.value for state in GROUPS[group]]))
    if sought:
        people = select(Member.id, Member.name, Member.number).where(Member.organisation_id == organisation_id)
        meant = Payslip.member_id.in_(by_name(people, sought=sought))
        query = query.where(or_(Payslip.number.icontains(sought, autoescape=True), meant))
    query = query.options(noload(Payslip.organisation), noload(Payslip.items))
    return paged(query.order_by(Payslip.id.desc()), number)


def payable_members(organisation_id: str) -> list[Payable]:
    """Who has pay signed off that stands on no slip yet, whoever waits longest first."""
    on_slip = select(PayslipItem.record_id)
    work = (WorkRecord, WorkRecord.worked_on, [WorkRecord.state == "signed_off"])
    laid_out = (OwnCost, OwnCost.worked_on, [OwnCost.state == "signed_off", OwnCost.is_reimbursed])
    granted: tuple[Any, Any, list[Any]] = (TopUp, TopUp.granted_on, [])
    each = [
        select(model.member_id, func.count(), func.sum(model.amount_minor), func.min(dated))
        .where(model.organisation_id == organisation_id, model.id.not_in(on_slip), *payable_ones)
        .group_by(model.member_id)
        for model, dated, payable_ones in (work, laid_out, granted)
    ]
    sums: dict[str, tuple[int, int, date]] = {}
    for member_id, count, amount, since in db.session.execute(union_all(*each)):
        records, minor, first = sums.get(member_id, (0, 0, since))
        sums[member_id] = records + count, minor + int(amount), min(first, since)
    people = db.session.scalars(select(Member).where(Member.id.in_(sums)).options(noload(Member.organisation)))
    payable = [Payable(member, *sums[member.id]) for member in people]
    return sorted((it for it in payable if it.amount_minor), key=lambda it: (it.since, it.member.number))


def unslipped_top_ups(member_id: str) -> Sequence[TopUp]:
    """A member's top-ups that stand on no slip yet, oldest first."""
    query = select(TopUp).where(TopUp.member_id == member_id, TopUp.id.not_in(select(PayslipItem.record_id)))
    return db.session.scalars(query.order_by(TopUp.id)).all()


def checks_of_all(organisation_id: str, minimum: Benchmark | None, living: Benchmark | None) -> list[MemberCheck]:
    """The hourly check of every member with signed-off hours, over all her records, by number: four questions."""
    hourly = [hourly_of(minimum), hourly_of(living)]
    work = _by_member(WorkRecord, organisation_id)
    laid_out = _by_member(OwnCost, organisation_id)
    granted = select(TopUp.member_id, func.sum(TopUp.amount_minor)).where(TopUp.organisation_id == organisation_id)
    topped_up = {member_id: int(amount) for member_id, amount in db.session.execute(granted.group_by(TopUp.member_id))}
    people = select(Member).where(Member.organisation_id == organisation_id, Member.id.in_(work))
    return [
        MemberCheck(member, check_of(work[member.id], laid_out[member.id], *hourly), topped_up.get(member.id, 0))
        for member in db.session.scalars(people.options(noload(Member.organisation)).order_by(Member.number))
    ]


def hourly_of(benchmark: Benchmark | None) -> Fraction | None:
    """A benchmark's exact figure for an hour."""
    return Fraction(benchmark.amount_minor, benchmark.hours) if benchmark else None


def _by_member(model: type[WorkRecord] | type[OwnCost], organisation_id: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    query: Any = select(model).where(model.organisation_id == organisation_id, model.state == "signed_off")
    for row in db.session.scalars(query.options(noload(model.member))):
        found[row.member_id].append(row)
    return found
