"""The worked example from yarn to listing (E01 to E37), to the unit, and single inputs altered with figures by hand."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from orders.replay.player import play
from orders.replay.world import EventIncomplete, EventRefused, NotEmpty, UnknownEvent
from producers.fairprice.status import statuses

EXAMPLE = json.loads((Path(__file__).parents[2] / "worked_example.json").read_text(encoding="utf-8"))
LAST = "E37"
EMPTIED_BY_ORDERS = {"SC-1", "BT-1"}


def producer_inputs() -> dict[str, Any]:
    inputs = copy.deepcopy(EXAMPLE["inputs"])
    inputs["events"] = [event for event in inputs["events"] if event["id"] <= LAST]
    return inputs


def event(inputs: dict[str, Any], name: str) -> dict[str, Any]:
    return next(it for it in inputs["events"] if it["id"] == name)


def drop(inputs: dict[str, Any], *names: str) -> None:
    inputs["events"] = [it for it in inputs["events"] if it["id"] not in names]


def replayed(app, inputs: dict[str, Any]) -> dict[str, Any]:
    with app.app_context():
        outcome = play(inputs)
        db.session.commit()
        assert list(run_all()) == []
    return json.loads(json.dumps(outcome))


def posting(outcome: dict[str, Any], entry: str, account: str) -> int:
    postings = next(it["postings"] for it in outcome["ledger"] if it["entry"] == entry)
    return sum(it["debit_minor"] - it["credit_minor"] for it in postings if it["account"] == account)


def balance(outcome: dict[str, Any], account: str) -> int:
    return sum(it["debit_minus_credit_minor"] for it in outcome["balances"] if it["account"] == account)


def test_the_producers_half_is_the_worked_examples(app):
    outcome, expected = replayed(app, producer_inputs()), EXAMPLE["expected"]

    for part in ("steps", "work", "payslips", "wage_checks", "publications"):
        assert outcome[part] == expected[part]
    assert outcome["ledger"] == [entry for entry in expected["ledger"] if entry["event"] <= LAST]
    assert outcome["lots"].keys() == expected["lots"].keys()
    for number in expected["lots"].keys() - EMPTIED_BY_ORDERS:
        assert outcome["lots"][number] == expected["lots"][number]


def test_the_books_balance_before_the_first_order(app):
    outcome = replayed(app, producer_inputs())

    # 50,000.00 less 12,300.00 and 900.00 to suppliers and 954.23, 2,571.91, 233.75 in wages.
    assert balance(outcome, "silk:cash") == 3304011
    assert balance(outcome, "silk:inventory:SC-1") == 872667
    assert balance(outcome, "silk:wages_payable:M1") == -23375
    assert balance(outcome, "silk:wages_payable:M3") == -135800
    for currency in ("THB", "IDR", "USD"):
        sums = [it["debit_minus_credit_minor"] for it in outcome["balances"] if it["currency"] == currency]
        assert sum(sums) == 0


def test_statuses_before_the_first_order(app):
    replayed(app, producer_inputs())
    sources = [("materials", "E04"), ("materials", "E06"), ("labour", "W01"), ("labour", "W02"), ("labour", "W07")]
    sources += [("labour", "W08"), ("own_costs", "K01"), ("materials", "E35"), ("labour", "E35")]

    with app.app_context():
        read = [statuses(sources)[source] for source in sources]

    expected = ["paid", "owed", "paid", "paid_unconfirmed", "owed", "owed", "paid_unconfirmed", "declared", "declared"]
    assert read == expected


def test_a_higher_rate_moves_on_with_the_yarn(app):
    inputs = producer_inputs()
    event(inputs, "E11")["labour"][0]["rate_minor"] = 1900

    outcome = replayed(app, inputs)

    # 21.85 × 19.00 = 415.15; 4,715.00 of yarn and 415.15 of work make RL-1 worth 5,130.15.
    assert outcome["work"]["W01"] == 41515
    assert posting(outcome, "E11/1", "silk:inventory:RL-1") == 513015
    assert posting(outcome, "E11/1", "silk:wages_payable:M1") == -41515
    assert outcome["payslips"]["PS-1"]["net_minor"] == 95423 + 41515 - 40423


def test_a_larger_loss_at_home_costs_the_cooperative_more(app):
    inputs = producer_inputs()
    event(inputs, "E14")["quantity"] = 40
    event(inputs, "E15")["quantity"] = 60

    outcome = replayed(app, inputs)

    # 3,958.50 ÷ 2,100 g × 40 g = 75.40
    assert posting(outcome, "E14/1", "silk:expense:abnormal_loss") == 7540
    assert outcome["lots"]["SY-2"]["cost_minor"] == {"materials": 395850 - 7540}
    assert outcome["lots"]["SY-2"]["passbook"]["M2"] == {"issued": 2000, "used": 1900, "returned": 60, "scrap": 40}


def test_half_a_satang_is_rounded_away_from_zero(app):
    inputs = producer_inputs()
    event(inputs, "E11")["labour"][0]["quantity"] = "21.83"

    # 21.83 × 18.50 = 403.855
    assert replayed(app, inputs)["work"]["W01"] == 40386


def test_a_purchase_without_the_suppliers_receipt_stays_owed(app):
    inputs = producer_inputs()
    event(inputs, "E05")["payee_document"] = False

    replayed(app, inputs)

    with app.app_context():
        assert statuses([("materials", "E04")]) == {("materials", "E04"): "owed"}


def test_fewer_hours_lift_the_hourly_pay_over_the_minimum(app):
    inputs = producer_inputs()
    event(inputs, "E23")["labour"][0]["hours"] = "25"
    drop(inputs, "E37")

    check = replayed(app, inputs)["wage_checks"]["M3"]

    # (1,260.00 − 38.00) ÷ 25 = 48.88
    assert (check["effective_hour_minor"], check["meets_minimum"], check["top_up_minor"]) == (4888, True, 0)


def test_the_floor_itself_may_be_the_price(app):
    inputs = producer_inputs()
    event(inputs, "E34")["price_minor"] = 178497

    split = replayed(app, inputs)["publications"][0]["split_per_piece"]

    assert 0 <= split["surplus"] <= 1
    assert sum(split.values()) == 178497


@pytest.mark.parametrize(
    ("name", "field", "value", "words"),
    [
        ("E13", "loss_g", 113, "1900 g went in"),
        ("E13", "max_yield", "0.93", "1767 at most"),
        ("E09", "quantity", 6001, "6000 left"),
        ("E12", "quantity", 101, "holds 100"),
        ("E34", "price_minor", 178496, "floor of ฿1,784.97"),
        ("E34", "quantity", 8, "7 left"),
        ("E37", "amount_minor", 9700, "฿98.00"),
        ("E28", "items", ["W08", "W01"], "W01"),
        ("E32", "by", "M2", "the payslip is for"),
    ],
)
def test_a_refusal_names_the_event_and_what_to_do(app, name, field, value, words):
    inputs = producer_inputs()
    event(inputs, name)[field] = value

    with app.test_request_context("/?lang=en"), pytest.raises(EventRefused) as refusal:
        play(inputs)

    assert name in refusal.value.params["event"]
    assert words in refusal.value.params["reason"]


def test_an_unknown_type_is_named(app):
    inputs = producer_inputs()
    event(inputs, "E20")["type"] = "teleport"

    with app.app_context(), pytest.raises(UnknownEvent) as refusal:
        play(inputs)

    assert refusal.value.params == {"event": "E20", "type": "teleport"}


def test_a_missing_field_is_named(app):
    inputs = producer_inputs()
    del event(inputs, "E11")["loss_g"]

    with app.app_context(), pytest.raises(EventIncomplete) as refusal:
        play(inputs)

    assert refusal.value.params["event"] == "E11"
    assert "loss_g" in str(refusal.value.params["what"])


def test_a_database_in_use_is_refused(app):
    replayed(app, producer_inputs())

    with app.app_context(), pytest.raises(NotEmpty):
        play(producer_inputs())
