"""When hourly pay may be shown: only for a cooperative × craft × twelve months with at least five people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import select

from marketplace.config import HOURLY_PAY_MONTHS, HOURLY_PAY_PEOPLE_MIN
from marketplace.kernel.db import db
from producers.fairprice.queries import benchmark_on
from producers.labour.models import OwnCost, WorkRecord
from producers.lots.models import Step
from producers.wages.hourly import check_of

DAYS_A_MONTH = Fraction(365, 12)


@dataclass(frozen=True, slots=True)
class HourlyPay:
    """What an hour of one craft earned in one cooperative over twelve months, and how many people that is about."""

    people: int
    effective_hour: Fraction
    minimum_hour: Fraction | None
    living_hour: Fraction | None


def wage_check_published(makers: Collection[str]) -> bool:
    """Whether the hourly check of an item's makers may be shown: never for fewer than five people."""
    return len(makers) >= HOURLY_PAY_PEOPLE_MIN


def published_hourly_pay(organisation_id: str, craft: str, on: date) -> HourlyPay | None:
    """The hourly pay of a craft over the twelve months to a day; None where fewer than five people worked."""
    since = on - timedelta(days=int(HOURLY_PAY_MONTHS * DAYS_A_MONTH))
    steps = select(Step.id).where(
        Step.organisation_id == organisation_id,
        Step.craft == craft,
        Step.state == "posted",
        Step.worked_on > since,
        Step.worked_on <= on,
    )
    work = db.session.scalars(select(WorkRecord).where(WorkRecord.step_id.in_(steps), WorkRecord.state == "signed_off"))
    laid_out = db.session.scalars(select(OwnCost).where(OwnCost.step_id.in_(steps), OwnCost.state == "signed_off"))
    records = work.all()
    people = {record.member_id for record in records}
    minimum, living = (benchmark_on(organisation_id, kind, on) for kind in ("minimum", "living"))
    check = check_of(records, laid_out.all(), minimum, living)
    if not wage_check_published(people) or check.effective_hour is None:
        return None
    return HourlyPay(len(people), check.effective_hour, minimum, living)
