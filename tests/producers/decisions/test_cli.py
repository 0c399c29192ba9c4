from datetime import UTC, date, datetime
from fractions import Fraction

from flask import Flask

from marketplace.accounts.organisations import platform_today
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from producers.decisions.queries import fee_estimate_on, refund_reserve_on


def test_a_house_without_demo_gets_its_platform_in_two_commands(app: Flask):
    runner = app.test_cli_runner()

    assert runner.invoke(args=["operator", "op@example.org"]).exit_code == 0
    answer = runner.invoke(args=["platform", "--card-fee", "0.034"])

    assert answer.exit_code == 0, answer.output
    with app.app_context():
        estimate = fee_estimate_on(clock.today())
        assert (estimate.rate, estimate.fixed_minor) == (Fraction("0.034"), 30)
        assert refund_reserve_on(clock.today()) == Fraction("0.2")


def test_the_platforms_days_begin_where_it_says(app: Flask):
    runner = app.test_cli_runner()
    with clock.at(datetime(2026, 11, 26, 23, 30, tzinfo=UTC)):
        assert runner.invoke(args=["operator", "op@example.org"]).exit_code == 0
        assert isinstance(runner.invoke(args=["platform", "--zone", "Asia/Nowhere"]).exception, Invalid)
        assert runner.invoke(args=["platform", "--zone", "Asia/Jakarta"]).exit_code == 0

        with app.app_context():
            assert platform_today() == date(2026, 11, 27)
            assert fee_estimate_on(platform_today()).fixed_minor == 30
