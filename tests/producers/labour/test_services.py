"""Work: read exactly, rounded once, by a rate that was agreed or decided."""

from fractions import Fraction

import pytest

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel.invariants import run_all
from producers.decisions.services import record_decision
from producers.labour.services import (
    ForeignMember,
    HoursMissing,
    RateMissing,
    RateNegative,
    WorkUnreadable,
    record_own_cost,
    record_work,
    sign_off_step,
)
from producers.lots.queries import costs_of, lot_numbered
from producers.wages.hourly import check_of
from tests.factories.producers import buy_yarn, make_coop, weave


@pytest.fixture
def coop(app):
    with app.app_context():
        yield make_coop("sikka")


@pytest.fixture
def step(coop):
    return weave(coop, buy_yarn(coop, "Y").lot, grams=550, pieces=5, number="K")


def work(coop, step, **changes):
    arguments = {"kind": "hour", "quantity": "1.5", "hours": "1.5", "rate": coop.money(101)}
    return record_work(coop.preparer, step, changes.pop("member", coop.ani), **(arguments | changes))


def test_pay_is_rounded_once_half_away_from_zero(coop, step):
    assert work(coop, step).amount_minor == 152  # 151.5
    assert work(coop, step, quantity="1/3", rate=coop.money(100)).amount_minor == 33


def test_a_decided_rate_is_cited(coop, step):
    decision = record_decision(SYSTEM, coop.organisation, title="Rates", figures={"rate:hour": "5500"})

    record = work(coop, step, rate=None, rate_key="hour")

    assert (record.amount_minor, record.rate_decision_id) == (8_250, decision.id)


def test_what_cannot_be_work(coop, step):
    with pytest.raises(RateMissing):
        work(coop, step, rate=None)
    with pytest.raises(RateNegative):
        work(coop, step, rate=coop.money(-1))
    with pytest.raises(WorkUnreadable):
        work(coop, step, hours="two")
    for none in ("0", "0.00", "0/5"):
        with pytest.raises(HoursMissing):
            work(coop, step, kind="piece", hours=none)
    with pytest.raises(ForeignMember):
        work(coop, step, member=make_coop("ende").ani)
    with pytest.raises(RateNegative):
        record_own_cost(coop.preparer, step, coop.ani, what="thread", amount=coop.money(0), is_reimbursed=True)


def test_hours_that_nobody_counted_make_no_hour_look_better_paid(coop, step):
    work(coop, step, kind="piece", quantity="1", hours="2", rate=coop.money(100_000))
    sign_off_step(coop.approver, step)
    woven, counted = work_records(step)
    known = check_of([woven, counted], [], Fraction(50_000), None)
    counted.hours = "0"  # as records of before were

    check = check_of([woven, counted], [], Fraction(50_000), None)

    assert (known.hours, known.effective_hour, known.top_up_minor) == (10, 35_000, 150_000)
    assert (check.uncounted, check.effective_hour, check.meets_minimum, check.top_up_minor) == (1, None, None, 0)


def test_a_repeated_tap_is_one_record(coop, step):
    assert work(coop, step, client_key="tap") is work(coop, step, client_key="tap")


def test_only_repaid_costs_go_into_the_goods(coop, step):
    repaid = record_own_cost(coop.preparer, step, coop.ani, what="thread", amount=coop.money(700), is_reimbursed=True)
    record_own_cost(coop.preparer, step, coop.ani, what="lamp oil", amount=coop.money(900), is_reimbursed=False)

    sign_off_step(coop.approver, step)

    rows = costs_of(lot_numbered(coop.organisation.id, "K").id)
    assert [(row.source_id, row.amount_minor) for row in rows if row.purpose == "own_costs"] == [(repaid.id, 700)]


def test_an_edited_amount_is_found(coop, step):
    sign_off_step(coop.approver, step)
    record = work_records(step)[0]
    record.amount_minor += 1

    assert ("labour_work", record.id) in {(broken.table, broken.row) for broken in run_all()}


def work_records(step):
    from producers.labour.queries import work_of_step

    return work_of_step(step.id)
