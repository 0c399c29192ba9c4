from fractions import Fraction

from flask import Flask

from marketplace.kernel import clock
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
