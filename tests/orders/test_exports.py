"""`lumbung export`: rows as CSV without names, formulas or surprises, for each kind there is."""

import csv
import io

import pytest
from flask import Flask

from marketplace.cli import cli
from marketplace.kernel.db import db
from marketplace.kernel.exports import cell, export_group
from producers.lots.models import Lot
from tests.factories.door import make_door
from tests.orders.shop import BUYER, Shop

KINDS = ("ledger", "lots", "orders", "payslips")


def exported(app: Flask, kind: str, slug: str) -> list[dict[str, str]]:
    result = app.test_cli_runner().invoke(cli, ["export", kind, "--cooperative", slug], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.output)))


def test_there_is_a_command_for_each_kind_and_no_other(app: Flask):
    assert tuple(sorted(export_group.commands)) == KINDS
    runner = app.test_cli_runner()

    assert runner.invoke(cli, ["export", "secrets", "--cooperative", "silk"]).exit_code == 2
    assert runner.invoke(cli, ["export", "lots"]).exit_code == 2
    for kind in KINDS:
        nobody = runner.invoke(cli, ["export", kind, "--cooperative", "nobody"])
        assert (nobody.exit_code, nobody.output) == (1, "")
        assert "There is no cooperative nobody" in str(nobody.exception)


def test_each_kind_holds_the_cooperatives_own_rows_and_nobodys_name(app: Flask, shop: Shop):
    order = shop.paid({"scarf": 2, "runner": 1})
    door = make_door()
    door.weigh(door.deliver())
    db.session.get_one(Lot, shop.lots["SC-1"].id).name = "=1+1"
    db.session.commit()

    told = {kind: exported(app, kind, "silk") for kind in KINDS}

    (lot,) = told["lots"]
    assert (lot["name"], lot["sold"], lot["stock"]) == ("'=1+1", "2", "5")
    assert [line["title"] for line in told["orders"]] == ["Silk scarf", "Parcel from Khon Kaen"]
    assert {line["order"] for line in told["orders"]} == {order.number}
    by_entry: dict[str, int] = {}
    for posting in told["ledger"]:
        by_entry[posting["entry"]] = by_entry.get(posting["entry"], 0) + int(posting["amount_minor"])
    assert set(by_entry.values()) == {0}
    assert told["payslips"] == []
    assert BUYER.name not in str(told)
    assert exported(app, "lots", "lepo")[0]["name"] == "Benang nila"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_begins_like_a_formula_is_quoted(text: str):
    assert cell(text) == f"'{text}"
    assert (cell(-1), cell(None), cell(True)) == ("-1", "", "yes")
