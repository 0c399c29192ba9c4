"""What an hour of work earned, beside the minimum and the living wage: exact fractions, rounded for display only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from marketplace.kernel import clock
from marketplace.kernel.money import round_half_away
from producers.cooperatives.models import Member
from producers.fairprice.queries import benchmark_on
from producers.labour.models import OwnCost, WorkRecord
from producers.labour.queries import signed_own_costs_of, signed_work_of


@dataclass(frozen=True, slots=True)
class WageCheck:
    """Rule 10 for one member; hourly figures are exact, None where no benchmark holds or the hours are not known.

    They are not known where one record of work has none: its pay would make every other hour look better paid.
    """

    wages_minor: int
    own_costs_not_repaid_minor: int
    hours: Fraction
    minimum_hour: Fraction | None
    living_hour: Fraction | None
    uncounted: int = 0
    """How many records of work have no hours; new ones are refused."""

    @property
    def earned_minor(self) -> int:
        """What is left of the wages after own costs that nobody repaid."""
        return self.wages_minor - self.own_costs_not_repaid_minor

    @property
    def effective_hour(self) -> Fraction | None:
        """What an hour earned."""
        return self.earned_minor / self.hours if self.hours and not self.uncounted else None

    @property
    def meets_minimum(self) -> bool | None:
        """Whether an hour earned the minimum, compared exactly."""
        return _meets(self.effective_hour, self.minimum_hour)

    @property
    def meets_living(self) -> bool | None:
        """Whether an hour earned the living wage, compared exactly."""
        return _meets(self.effective_hour, self.living_hour)

    @property
    def top_up_minor(self) -> int:
        """What is missing to the minimum for all hours, without regard to top-ups already granted; 0 if unknown."""
        if self.minimum_hour is None or self.uncounted:
            return 0
        return max(0, round_half_away(self.hours * self.minimum_hour - self.earned_minor))

    @property
    def living_gap_hour(self) -> Fraction | None:
        """What is missing to the living wage for each hour."""
        if self.living_hour is None or self.effective_hour is None:
            return None
        return max(Fraction(0), self.living_hour - self.effective_hour)


def wage_check(member: Member, *, since: date | None = None, until: date | None = None) -> WageCheck:
    """The hourly check of a member over her signed-off records, all of them or those of a period (both days in it).

    The benchmarks are those in force today; an expired one drops off and leaves its figures None.
    """
    work = signed_work_of(member.id, since, until)
    laid_out = signed_own_costs_of(member.id, since, until)
    today = clock.today(member.organisation.zone)
    return check_of(
        work, laid_out, *(benchmark_on(member.organisation_id, kind, today) for kind in ("minimum", "living"))
    )


def check_of(
    work: Sequence[WorkRecord],
    laid_out: Sequence[OwnCost],
    minimum_hour: Fraction | None,
    living_hour: Fraction | None,
) -> WageCheck:
    """The check of some records against hourly benchmarks."""
    return WageCheck(
        wages_minor=sum(record.amount_minor for record in work),
        own_costs_not_repaid_minor=sum(cost.amount_minor for cost in laid_out if not cost.is_reimbursed),
        hours=sum((record.hours_exact for record in work), Fraction(0)),
        minimum_hour=minimum_hour,
        living_hour=living_hour,
        uncounted=sum(not record.hours_exact for record in work),
    )


def displayed(hourly: Fraction | None) -> int | None:
    """An hourly figure as it is shown: rounded to the minor unit."""
    return None if hourly is None else round_half_away(hourly)


def _meets(effective: Fraction | None, benchmark: Fraction | None) -> bool | None:
    return None if effective is None or benchmark is None else effective >= benchmark
