"""Decisions: what holds on a day, and what cannot be decided."""

from datetime import date
from fractions import Fraction

import pytest

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock
from marketplace.kernel.db import db
from producers.decisions.models import Decision
from producers.decisions.queries import (
    NotDecided,
    decisions,
    fee_estimate_on,
    figure_on,
    refund_reserve_on,
    rule_figures_on,
    rules_on,
)
from producers.decisions.services import (
    DecisionNumberTaken,
    FigureKindUnknown,
    FigureUnreadable,
    VotesExceedPresent,
    record_decision,
)
from tests.factories.accounts import make_organisation
from tests.factories.producers import make_platform

FIRST = {"tax": "0.07", "overhead_on_labour": "0.25", "premium": "0.05", "reserve": "0.02"}
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def coop(app):
    with app.app_context(), clock.at(MARCH):
        make_platform()
        coop = make_organisation("sikka")
        record_decision(SYSTEM, coop, title="First decisions", figures=FIRST)
        yield coop


def test_rules_cite_the_decisions_they_come_from(coop):
    figures = rule_figures_on(coop.id, MARCH)

    first = decisions(coop.id)[0]
    assert {figure.decision_id for kind, figure in figures.items() if kind != "platform_fee"} == {first.id}
    assert rules_on(coop.id, MARCH).overhead_on_labour == Fraction(1, 4)
    assert rules_on(coop.id, MARCH).platform_fee == Fraction(6, 100)


def test_a_later_decision_holds_from_its_own_day(coop):
    record_decision(SYSTEM, coop, title="More premium", figures={"premium": "0.1"}, effective_on=APRIL)

    assert rules_on(coop.id, MARCH).premium == Fraction(5, 100)
    assert rules_on(coop.id, APRIL).premium == Fraction(10, 100)


def test_the_platform_may_decide_a_fee_for_one_cooperative(coop):
    platform_id = rule_figures_on(coop.id, MARCH)["platform_fee"].decision_id
    platform = db.session.get_one(Decision, platform_id).organisation_id
    from marketplace.accounts.models import Organisation

    record_decision(
        SYSTEM, db.session.get_one(Organisation, platform), title="Young", figures={"platform_fee:sikka": "0.03"}
    )

    assert rules_on(coop.id, MARCH).platform_fee == Fraction(3, 100)


def test_the_platforms_own_figures(coop):
    estimate = fee_estimate_on(MARCH)

    assert (estimate.rate, estimate.fixed_minor) == (Fraction("0.029"), 30)
    assert refund_reserve_on(MARCH) == Fraction(1, 5)


def test_before_a_decision_nothing_holds(coop):
    with pytest.raises(NotDecided):
        rules_on(coop.id, date(2026, 2, 28))
    with pytest.raises(NotDecided):
        figure_on(coop.id, "rate:weaving", MARCH)


@pytest.mark.parametrize(
    ("figures", "error"),
    [
        ({"profit": "1"}, FigureKindUnknown),
        ({"rate": "1"}, FigureKindUnknown),
        ({"premium": "5 %"}, FigureUnreadable),
        ({"premium": "-0.05"}, FigureUnreadable),
        ({"premium": "1/0"}, FigureUnreadable),
        ({"rate:weaving": "420.5"}, FigureUnreadable),
        ({"fee_fixed_minor": "0.5"}, FigureUnreadable),
    ],
)
def test_figures_that_nobody_could_use(coop, figures, error):
    with pytest.raises(error):
        record_decision(SYSTEM, coop, title="?", figures=figures)


def test_a_number_is_taken_once_and_votes_are_people(coop):
    assert decisions(coop.id)[0].number == "K-1"

    with pytest.raises(DecisionNumberTaken):
        record_decision(SYSTEM, coop, title="Again", figures={}, number="K-1")
    with pytest.raises(VotesExceedPresent):
        record_decision(SYSTEM, coop, title="?", figures={}, present=10, votes_for=9, votes_against=2)


def test_the_database_keeps_decisions_as_they_were(coop):
    decisions(coop.id)[0].title = "Something else"

    with pytest.raises(Exception, match="append-only"):
        db.session.flush()
