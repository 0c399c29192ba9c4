import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from producers.lots.models import Lot
from producers.lots.queries import costs_of
from producers.lots.services import CostStands, declare_cost
from tests.producers.lots.test_coffee_reading import table


def run(app: Flask, *arguments: str) -> dict:
    answer = app.test_cli_runner().invoke(args=["import", "lots", *arguments, "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(table(tmp_path, {}, {"": "8", "Bag.Weight": "2 kg,lbs"}, {"": "9", "Altitude": "high"}))


def test_usable_rows_become_lots_and_every_bad_cell_is_reported(app: Flask, file: str):
    summary = run(app, file)

    assert (summary["rows"], summary["created"], summary["rejected"]) == (3, {"lot": 2}, 1)
    assert [(error["row"], error["column"], error["code"]) for error in summary["errors"]] == [
        (3, "Bag.Weight", "unit_not_single"),
        (4, "Altitude", "altitude_unreadable"),
    ]
    assert summary["errors"][1]["message"].startswith("Write the altitude in metres")
    assert len(summary["sources"][0]["sha256"]) == 64
    with app.app_context():
        lots = db.session.scalars(select(Lot).order_by(Lot.number)).all()
        assert [(lot.number, lot.stock, lot.unit) for lot in lots] == [
            ("CQ-7", 120_000, "GRM"),
            ("CQ-9", 120_000, "GRM"),
        ]


def test_nothing_is_brought_in_twice(app: Flask, file: str):
    run(app, file)

    again = run(app, file)

    assert (again["created"], again["unchanged"]) == ({}, 2)


def test_a_dry_run_reports_and_keeps_nothing(app: Flask, file: str):
    assert run(app, file, "--dry-run")["created"] == {"lot": 2}

    with app.app_context():
        assert db.session.scalars(select(Lot)).all() == []


def test_an_unknown_cooperative_is_named(app: Flask, file: str):
    answer = app.test_cli_runner().invoke(args=["import", "lots", file, "--cooperative", "nowhere"])

    assert answer.exit_code != 0
    assert "nowhere" in str(answer.exception)


def test_a_cost_is_declared_later_and_once(app: Flask, file: str):
    run(app, file)

    with app.app_context():
        lot = db.session.scalars(select(Lot).where(Lot.number == "CQ-7")).one()
        assert costs_of(lot.id) == []
        declare_cost(SYSTEM, lot, {"crop": 90_000})
        db.session.commit()
        assert [(row.purpose, row.amount_minor) for row in costs_of(lot.id)] == [("crop", 90_000)]
        with pytest.raises(CostStands):
            declare_cost(SYSTEM, lot, {"crop": 1})
        sequencer.sequence()
        assert list(verify.check_journal()) == []
