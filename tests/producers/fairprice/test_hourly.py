"""The hourly check and its publication: benchmarks with an end, never fewer than five people."""

from datetime import timedelta
from fractions import Fraction

import pytest

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock
from producers.cooperatives.services import enrol_member
from producers.fairprice.hourly_pay import HourlyPay, hourly_pay
from producers.fairprice.queries import benchmarks
from producers.fairprice.services import BenchmarkIncomplete, record_benchmark
from producers.labour.services import sign_off_step
from producers.wages.hourly import displayed, wage_check
from tests.factories.producers import buy_yarn, make_coop, weave


@pytest.fixture
def coop(app):
    with app.app_context():
        yield make_coop("sikka")


def benchmark(coop, *, kind="minimum", minor=320_000, hours=8, days=30, source="decree"):
    today = clock.today(coop.organisation.zone)
    return record_benchmark(
        SYSTEM,
        coop.organisation,
        kind=kind,
        amount=coop.money(minor),
        hours=hours,
        source=source,
        reviewed_by="board",
        valid_from=today,
        valid_until=today + timedelta(days=days),
    )


def let_work(coop, member, number: str) -> None:
    yarn = buy_yarn(coop, f"Y {number}", quantity=110).lot
    sign_off_step(coop.approver, weave(coop, yarn, grams=110, pieces=1, number=number, member=member))


def test_the_comparison_is_exact_only_the_display_is_rounded(coop):
    let_work(coop, coop.ani, "K")
    benchmark(coop, minor=50_001, hours=8)

    check = wage_check(coop.ani)

    assert check.effective_hour == Fraction(50_000, 8)
    assert displayed(check.effective_hour) == displayed(check.minimum_hour) == 6_250
    assert (check.meets_minimum, check.top_up_minor, check.meets_living) == (False, 1, None)


def test_an_expired_benchmark_drops_off(coop):
    let_work(coop, coop.ani, "K")
    benchmark(coop, days=30)

    with clock.at(clock.now() + timedelta(days=32)):
        check = wage_check(coop.ani)

    assert (check.minimum_hour, check.meets_minimum, check.top_up_minor) == (None, None, 0)
    assert len(benchmarks(coop.organisation.id)) == 1


def test_a_period_counts_only_its_own_days(coop):
    let_work(coop, coop.ani, "K")
    tomorrow = clock.today(coop.organisation.zone) + timedelta(days=1)

    check = wage_check(coop.ani, since=tomorrow)

    assert (check.wages_minor, check.hours, check.effective_hour) == (0, 0, None)


def test_a_benchmark_has_a_source_and_an_end(coop):
    with pytest.raises(BenchmarkIncomplete):
        benchmark(coop, source="")
    with pytest.raises(BenchmarkIncomplete):
        benchmark(coop, days=-1)
    with pytest.raises(BenchmarkIncomplete):
        benchmark(coop, kind="average")


def test_hourly_pay_of_four_is_nobodys_business(coop):
    people = [enrol_member(SYSTEM, coop.organisation, name=f"Ibu {number}") for number in range(5)]
    today = clock.today(coop.organisation.zone)
    for number, member in enumerate(people[:4]):
        let_work(coop, member, f"K{number}")
    assert hourly_pay(coop.organisation.id, today) == [HourlyPay("weaving")]

    let_work(coop, people[4], "K4")

    hour = Fraction(50_000, 8)
    assert hourly_pay(coop.organisation.id, today) == [HourlyPay("weaving", 5, hour, hour)]
    # A year and a day later it is no longer the pay of the last twelve months.
    assert hourly_pay(coop.organisation.id, today + timedelta(days=364))[0].people == 5
    assert hourly_pay(coop.organisation.id, today + timedelta(days=365)) == []
