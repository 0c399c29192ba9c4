"""Publishing hourly pay: a manager freezes the table, benchmarks and all; the shop window never reads a wage."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.catalogue.listings import HourlyFigures, publish_hourly_pay
from marketplace.catalogue.models import HourlyPay
from marketplace.catalogue.queries import hourly_pay_of
from marketplace.config import HOURLY_PAY_PEOPLE_MIN, HOURLY_PAY_SHOWN_DAYS
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import round_half_away
from producers.fairprice import hourly_pay
from producers.fairprice.models import BENCHMARK_KINDS, Benchmark
from producers.fairprice.queries import current_benchmark
from producers.lots.models import Step


class NoCraft(Conflict):
    """Nothing was signed off under the name of a craft."""

    code = "no_craft"
    message = _l("No work of the last twelve months names its craft. Name the craft when you record a step.")


class NoBenchmark(Conflict):
    """An hourly figure stands beside what it is measured by."""

    code = "no_benchmark"
    message = _l("No wage benchmark holds today. Record the minimum or the living wage with its source first.")


def publish_hourly(actor: Actor, organisation: Organisation) -> list[HourlyPay]:
    """Publish what an hour of each craft earned in the twelve months to today, beside the benchmarks in force.

    A craft of fewer than five people is named without a figure. Refuses where no craft or no benchmark is recorded.
    """
    today = clock.today(organisation.zone)
    crafts = hourly_pay.hourly_pay(organisation.id, today)
    if not crafts:
        raise NoCraft
    found = [current_benchmark(organisation.id, kind, today) for kind in BENCHMARK_KINDS]
    benchmarks = [benchmark for benchmark in found if benchmark]
    if not benchmarks:
        raise NoBenchmark
    last_day = max(benchmark.valid_until for benchmark in benchmarks)
    return publish_hourly_pay(
        actor,
        organisation,
        [_figures(craft, benchmarks) for craft in crafts],
        since=hourly_pay.months_before(today) + timedelta(days=1),
        until=today,
        holds_until=min(last_day, today + timedelta(days=HOURLY_PAY_SHOWN_DAYS)),
    )


def hourly_of_item(organisation: Organisation, makers: set[str], steps: list[Step]) -> list[dict[str, Any]]:
    """What is published of the crafts behind an item: nothing where it has fewer than five makers (rule 10)."""
    if len(makers) < HOURLY_PAY_PEOPLE_MIN:
        return []
    crafts = {hourly_pay.same_craft(step.craft) for step in steps}
    published = hourly_pay_of(organisation.id, clock.today(organisation.zone))
    return [_frozen(row) for row in published if row.people and hourly_pay.same_craft(row.craft) in crafts]


def _figures(pay: hourly_pay.HourlyPay, benchmarks: list[Benchmark]) -> HourlyFigures:
    if pay.mean_hour is None or pay.median_hour is None:
        return HourlyFigures(pay.craft)
    return HourlyFigures(
        craft=pay.craft,
        people=pay.people,
        mean_minor=round_half_away(pay.mean_hour),
        median_minor=round_half_away(pay.median_hour),
        benchmarks=[_beside(benchmark, pay) for benchmark in benchmarks],
    )


def _beside(benchmark: Benchmark, pay: hourly_pay.HourlyPay) -> dict[str, Any]:
    """A benchmark as published, and whether the exact mean reaches it: rounding decides nothing."""
    hour = Fraction(benchmark.amount_minor, benchmark.hours)
    return {
        "kind": benchmark.kind,
        "hour_minor": round_half_away(hour),
        "amount_minor": benchmark.amount_minor,
        "hours": benchmark.hours,
        "source": benchmark.source,
        "from": benchmark.valid_from.isoformat(),
        "until": benchmark.valid_until.isoformat(),
        "is_met": pay.mean_hour is not None and pay.mean_hour >= hour,
    }


def _frozen(row: HourlyPay) -> dict[str, Any]:
    return {
        "craft": row.craft,
        "people": row.people,
        "mean_minor": row.mean_minor,
        "median_minor": row.median_minor,
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        "benchmarks": row.benchmarks,
    }
