"""What an hour earns, as it may be published: a cooperative × a craft × twelve months, never about fewer than five."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import noload

from marketplace.config import HOURLY_PAY_MONTHS, HOURLY_PAY_PEOPLE_MIN
from marketplace.kernel.db import db
from producers.labour.models import OwnCost, WorkRecord
from producers.lots.models import Step
from producers.wages.hourly import check_of

DAYS_A_MONTH = Fraction(365, 12)

Row = TypeVar("Row", WorkRecord, OwnCost)


@dataclass(frozen=True, slots=True)
class HourlyPay:
    """What an hour of one craft earned over the twelve months; the figures are exact, in minor units of the currency.

    None for all three where fewer than five people worked in it: no figure of theirs is ever worked out.
    """

    craft: str
    people: int | None = None
    mean_hour: Fraction | None = None
    median_hour: Fraction | None = None


def months_before(on: date) -> date:
    """The day after which the twelve months to `on` begin."""
    return on - timedelta(days=int(HOURLY_PAY_MONTHS * DAYS_A_MONTH))


def hourly_pay(organisation_id: str, on: date) -> list[HourlyPay]:
    """Every named craft of the twelve months to a day, by name: wages and own costs not repaid, by hours signed off.

    'Weaving' and 'weaving' are one craft: a step names it as it was typed, a weighed slip as its rate does.
    """
    work = _by_craft(organisation_id, on, WorkRecord)
    costs = _by_craft(organisation_id, on, OwnCost)
    spelt = {same_craft(craft): craft for craft in sorted(work, reverse=True)}
    return [
        _craft(craft, _joined(work, key), _joined(costs, key))
        for key, craft in sorted(spelt.items(), key=lambda item: item[1])
    ]


def same_craft(craft: str) -> str:
    """What two spellings of one craft have in common."""
    return craft.strip().casefold()


def _joined(rows: Mapping[str, Sequence[Row]], key: str) -> list[Row]:
    return [row for craft, found in rows.items() if same_craft(craft) == key for row in found]


def _craft(craft: str, work: Sequence[WorkRecord], costs: Sequence[OwnCost]) -> HourlyPay:
    members = {record.member_id for record in work}
    checks = [
        check_of(
            [record for record in work if record.member_id == member],
            [cost for cost in costs if cost.member_id == member],
            None,
            None,
        )
        for member in members
    ]
    hours = sorted(check.effective_hour for check in checks if check.effective_hour is not None)
    # Pay for hours that nobody counted would make every hour look better paid (DESIGN.md §4).
    if len(hours) < HOURLY_PAY_PEOPLE_MIN or any(check.uncounted for check in checks):
        return HourlyPay(craft)
    middle = len(hours) // 2
    median = hours[middle] if len(hours) % 2 else (hours[middle - 1] + hours[middle]) / 2
    return HourlyPay(craft, len(hours), check_of(work, costs, None, None).effective_hour, median)


def _by_craft(organisation_id: str, on: date, kind: type[Row]) -> dict[str, list[Row]]:
    rows = db.session.execute(
        select(Step.craft, kind)
        .join(Step, Step.id == kind.step_id)
        .where(
            Step.organisation_id == organisation_id,
            Step.craft != "",
            Step.state == "posted",
            Step.worked_on > months_before(on),
            Step.worked_on <= on,
            kind.state == "signed_off",
        )
        .options(noload(kind.member))
    )
    grouped: dict[str, list[Row]] = defaultdict(list)
    for craft, row in rows:
        grouped[craft].append(row)
    return grouped
