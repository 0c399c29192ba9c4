"""Real order history: by default three days, with LUMBUNG_TEST_ALL the whole of December 2010."""

import csv
import json
import time
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from marketplace.kernel.journal import verify
from marketplace.ledger.queries import balances, book_named
from tests import databases
from tests.conftest import settings

SECONDS_MAX = 180


def days(conformance: Path, count: int) -> list[Path]:
    return sorted((conformance / "orders" / "online-retail" / "by-day").glob("2010-12-*.csv"))[:count]


def run(app: Flask, files: list[Path]) -> dict:
    answer = app.test_cli_runner().invoke(args=["import", "orders", *map(str, files), "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def sums(files: list[Path]) -> tuple[int, int]:
    """Sales and cancellations in pence, read with nothing of ours."""
    sold = taken_back = Decimal(0)
    for path in files:
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            amount = int(row["Quantity"]) * Decimal(row["UnitPrice"])
            if row["InvoiceNo"].startswith("C"):
                taken_back += amount
            elif amount > 0:
                sold += amount
    return int(sold * 100), int(taken_back * 100)


def assert_books(sold: int, taken_back: int) -> None:
    amounts = {code: amount.minor for code, amount in balances(book_named("online-retail"))}
    assert amounts == {"history_clearing": sold + taken_back, "sales:producer_share": -sold - taken_back}
    assert verify.check_house()[0] == []


@pytest.mark.conformance
@pytest.mark.parametrize("engine", ["sqlite"])
def test_three_days_come_in_to_the_penny_and_once(app: Flask, conformance: Path):
    files = days(conformance, 3)
    sold, taken_back = sums(files)

    summary = run(app, files)

    assert summary["sums"] == {"orders": {"GBP": sold}, "credit_notes": {"GBP": taken_back}}
    with app.app_context():
        assert_books(sold, taken_back)
    again = run(app, files)
    assert again["created"] == {}
    assert again["sums"] == summary["sums"]


@pytest.mark.slow
@pytest.mark.conformance
@pytest.mark.timeout(900)
def test_december_2010_comes_in_within_three_minutes(conformance: Path, tmp_path: Path):
    from marketplace.app import create_app

    app = create_app(settings(databases.fresh("sqlite").url, tmp_path))
    begun = time.monotonic()

    summary = run(app, days(conformance, 31))

    assert time.monotonic() - begun < SECONDS_MAX
    assert summary["rows"] == 42_481
    assert summary["created"] == {
        "order": 1_559,
        "order_line": 41_480,
        "receipt": 1_559,
        "credit_note": 326,
        "credit_row": 728,
    }
    assert summary["rejected"] == len(summary["errors"]) == 273
    assert summary["sums"] == {"orders": {"GBP": 82_374_614}, "credit_notes": {"GBP": -7_478_912}}
    with app.app_context():
        assert_books(82_374_614, -7_478_912)
    assert run(app, days(conformance, 31))["created"] == {}
