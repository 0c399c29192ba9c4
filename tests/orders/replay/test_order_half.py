"""The worked example whole, to the unit, and single inputs of its second half altered with figures by hand."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from orders.replay.player import play
from orders.replay.world import EventRefused
from tests.orders.books import assert_sound

EXAMPLE = json.loads((Path(__file__).parents[2] / "worked_example.json").read_text(encoding="utf-8"))
NOT_COMPARED = {"label", "checkpoint", "proof"}


def comparable(value: Any) -> Any:
    """The value without what the worked example does not compare."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if key not in NOT_COMPARED}
    return [comparable(item) for item in value] if isinstance(value, list) else value


def replayed(app: Flask, inputs: dict[str, Any]) -> dict[str, Any]:
    with app.app_context():
        outcome = play(inputs)
        db.session.commit()
        assert_sound()
        assert list(run_all()) == []
    played: dict[str, Any] = json.loads(json.dumps(outcome))
    return played


def altered(name: str, **fields: Any) -> dict[str, Any]:
    inputs: dict[str, Any] = copy.deepcopy(EXAMPLE["inputs"])
    next(event for event in inputs["events"] if event["id"] == name).update(fields)
    return inputs


def balance(outcome: dict[str, Any], account: str, currency: str) -> int:
    found = [it for it in outcome["balances"] if (it["account"], it["currency"]) == (account, currency)]
    return sum(it["debit_minus_credit_minor"] for it in found)


def split(receipt: dict[str, Any], line: int, purpose: str) -> list[tuple[str, int, int]]:
    rows = receipt["lines"][line]["split"]
    return [(it["status"], it["amount_minor"], it["origin_minor"]) for it in rows if it["purpose"] == purpose]


def test_every_figure_of_the_worked_example(app: Flask) -> None:
    outcome, expected = replayed(app, EXAMPLE["inputs"]), EXAMPLE["expected"]

    assert outcome.keys() == expected.keys()
    for part in expected:
        assert comparable(outcome[part]) == comparable(expected[part]), part


def test_a_scarf_too_spoiled_to_sell_again(app: Flask) -> None:
    outcome = replayed(app, altered("E46", goods="scrapped"))

    lot = outcome["lots"]["SC-1"]
    # 7 in, 3 sold, 1 came back and was lost: 4 are left, at the 8,726.67 less 3,740.00 that three took.
    assert (lot["sold"], lot["returned"], lot["lost"], lot["stock"]) == (3, 1, 1, 4)
    assert sum(lot["cost_minor"].values()) == 498667
    assert balance(outcome, "silk:expense:goods_lost", "THB") == 124668
    assert balance(outcome, "silk:inventory:SC-1", "THB") == 498667
    assert balance(outcome, "silk:wages_payable:M3", "THB") == -135800  # wages do not move


def test_a_fee_as_estimated_moves_nothing(app: Flask) -> None:
    outcome = replayed(app, altered("E41", fee_minor=719))

    # The rows stay; only the payment fee's status turns from declared to paid.
    assert split(outcome["receipts"]["E41"], 0, "payment_fee") == [("paid", 566, 19881)]
    assert split(outcome["receipts"]["E41"], 0, "surplus") == [("owed", 2689, 94444)]
    assert [entry["entry"] for entry in outcome["ledger"] if entry["event"] == "E41"] == ["E41/1"]
    # A third of 566 is 189 (188.67): the reserve of 252 bears it alone.
    assert balance(outcome, "platform:refund_reserve", "USD") == -(252 - 189)
    assert balance(outcome, "silk:expense:refund_loss", "THB") == 0


def test_a_better_bank_rate_is_the_platform_s_gain(app: Flask) -> None:
    outcome = replayed(app, altered("E42", bank_rate="36"))

    # 6,047.41 ÷ 36 = 167.98 USD (167.9836); 172.17 were set aside, so 4.19 are gained.
    assert balance(outcome, "platform:expense:exchange_difference", "USD") == -419


def test_all_scarves_come_back(app: Flask) -> None:
    outcome = replayed(app, altered("E46", quantity=3))

    receipt = outcome["receipts"]["E46"]
    assert receipt["lines"][0]["split"] == []
    assert (receipt["refunded_minor"], receipt["lines"][0]["refunded_quantity"]) == (18705, 3)
    assert sum(outcome["lots"]["SC-1"]["cost_minor"].values()) == 872667
    # The real fee's share of the line is 847: 252 from the reserve, 595 the cooperative's, × 35.1250 = 208.99.
    assert balance(outcome, "silk:expense:refund_loss", "THB") == 20899


def test_more_than_was_bought_does_not_come_back(app: Flask) -> None:
    with app.app_context(), pytest.raises(EventRefused):
        play(altered("E46", quantity=4))
