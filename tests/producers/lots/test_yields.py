"""More than a recipe allows: a reason and a second person, held by the service, the database and `verify`."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from producers.labour.services import sign_off_step
from producers.lots.errors import ExcessNotConfirmed, YieldTooHigh
from producers.lots.models import Step
from producers.lots.steps import InputLine, OutputLine, record_step
from producers.lots.yields import Excess, Goods, excess_of
from tests.factories.producers import buy_yarn, make_coop

REASON = "The scale stood on a slope; weighed again on the other one."


@pytest.fixture
def coop(app):
    with app.app_context():
        yield make_coop("sikka")


def roast(coop, *, reason: str = "", out_g: int = 95, max_yield: str = "0.9") -> Step:
    green = buy_yarn(coop, f"G{out_g} {reason[:3]}", quantity=1000).lot
    return record_step(
        coop.preparer, coop.organisation, name="roasting", max_yield=max_yield, inputs=[InputLine(green, 100)],
        outputs=[OutputLine(out_g, "GRM")], loss_g=100 - out_g, override_reason=reason,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("out", "max_yield", "excess"),
    [
        ([Goods("GRM", 98, 98)], "0.98", None),
        ([Goods("GRM", 99, 99)], "0.98", Excess("GRM", 99, 98)),
        ([Goods("H87", 1, 90)], "1/100", None),
        ([Goods("H87", 2, 90)], "1/100", Excess("H87", 2, 1)),
    ],
)
def test_the_most_is_exact(out, max_yield, excess):
    assert excess_of([Goods("GRM", 100, 100)], out, max_yield) == excess


def test_inputs_of_unlike_units_count_in_grams():
    mains = [Goods("GRM", 100, 100), Goods("H87", 1, 200)]

    assert excess_of(mains, [Goods("GRM", 300, 300)], "1") is None
    assert excess_of(mains, [Goods("GRM", 301, 301)], "1") == Excess("GRM", 301, 300)


def test_more_than_the_recipe_takes_a_reason_and_a_second_person(coop):
    with pytest.raises(YieldTooHigh):
        roast(coop)
    step = roast(coop, reason=REASON)

    for actor, confirms in ((coop.approver, False), (coop.preparer, True)):
        with pytest.raises(ExcessNotConfirmed):
            sign_off_step(actor, step, confirms_excess=confirms)
    sign_off_step(coop.approver, step, confirms_excess=True)

    assert (step.state, step.override.reason, step.override.approved_by) == ("posted", REASON, coop.approver.user_id)
    assert (step.override.quantity, step.override.most) == (95, 90)
    assert list(run_all()) == []


def test_a_reason_that_is_not_needed_makes_no_override(coop):
    step = sign_off_step(coop.approver, roast(coop, reason=REASON, out_g=90))

    assert (step.state, step.override) == ("posted", None)


@pytest.mark.parametrize("max_yield", ["0.9", "9/10"])
def test_the_database_refuses_it_without_a_second_person(coop, max_yield):
    step = roast(coop, reason=REASON, max_yield=max_yield)
    within = roast(coop, out_g=90, max_yield=max_yield)
    one = {"step": step.id, "who": coop.preparer.user_id}

    for statement in (
        "UPDATE lot_step SET state = 'posted' WHERE id = :step",
        "UPDATE lot_step_override SET approved_by = :who, approved_at = '2026-11-23 00:00:00+00' WHERE step_id = :step",
        "UPDATE lot_step_override SET reason = '' WHERE step_id = :step",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement), one)

    db.session.execute(text("UPDATE lot_step SET state = 'posted' WHERE id = :step"), {"step": within.id})


def test_verify_misses_an_override_that_is_gone_and_a_second_person_who_is_none(coop):
    step = sign_off_step(coop.approver, roast(coop, reason=REASON), confirms_excess=True)

    db.session.execute(text("UPDATE lot_step SET recorded_by = posted_by"))
    db.session.expire_all()
    assert {(it.check, it.row) for it in run_all() if it.check == "step yield"} == {("step yield", step.id)}
    db.session.execute(text("DELETE FROM lot_step_override"))
    db.session.expire_all()
    assert [it.row for it in run_all() if it.check == "step yield"] == [step.id]
