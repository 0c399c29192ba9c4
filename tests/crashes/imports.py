"""Imports that are broken off: run again they go on where they stopped, and bring nothing in twice."""

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from marketplace.kernel.db import db, reading
from orders.checkout.models import Order
from orders.history.models import HistoryInvoice
from orders.history.reading import COLUMNS as ORDER_COLUMNS
from producers.lots.coffee_reading import COLUMNS as LOT_COLUMNS
from producers.lots.models import Lot
from tests.conftest import settings
from tests.house import CHECKOUT, environment_of
from tests.orders.history.test_services import assert_clean
from tests.producers.lots.test_coffee_reading import GOOD

INVOICES = 25
"""One commit of INVOICES_PER_COMMIT and a rest."""
LOTS = 20


@dataclass
class Import:
    """`lumbung import KIND FILE` and how much there is when it is whole."""

    app: Flask
    kind: str
    file: Path
    rows: int

    def run(self) -> int:
        """Run the command in this process; its exit code."""
        db.session.rollback()
        result = self.app.test_cli_runner().invoke(args=["import", self.kind, str(self.file)])
        db.session.rollback()
        return int(result.exit_code)

    def begin(self, url: str) -> "subprocess.Popen[bytes]":
        """Run it in a process of its own, which a test may kill."""
        environment = {**os.environ, **environment_of(settings(url, self.file.parent))}
        command = [sys.executable, "-m", "marketplace.cli", "import", self.kind, str(self.file)]
        environment["PYTHONPATH"] = str(CHECKOUT)
        return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL)

    def count(self) -> int:
        """How many of the file's things are here."""
        query = select(func.count()).select_from(HistoryInvoice)
        if self.kind == "lots":
            query = select(func.count()).where(Lot.number.startswith("CQ-"))
        db.session.rollback()
        with reading():  # the import is not to wait for who only looks
            found = db.session.scalar(query) or 0
            db.session.rollback()
        return found

    def goes_on(self) -> None:
        """Run twice more all of it is here, once, and the house verifies."""
        for _time in range(2):
            assert self.run() == 0, self.kind
            assert self.count() == self.rows, self.kind
        if self.kind == "orders":
            assert db.session.scalar(select(func.count()).where(Order.method == "history")) == self.rows
        assert_clean()
        db.session.rollback()


def make_imports(app: Flask, folder: Path, invoices: int = INVOICES, lots: int = LOTS) -> list[Import]:
    """Another shop's orders and a table of coffee lots, as files."""
    folder.mkdir(exist_ok=True)
    return [
        Import(app, "orders", _orders(folder / "orders.csv", invoices), invoices),
        Import(app, "lots", _lots(folder / "lots.csv", lots), lots),
    ]


def _orders(path: Path, invoices: int) -> Path:
    lines = [f"{n},85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom" for n in range(1, invoices + 1)]
    path.write_text("\n".join([",".join(ORDER_COLUMNS), *lines]) + "\n")
    return path


def _lots(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LOT_COLUMNS)
        writer.writeheader()
        writer.writerows({**GOOD, "": str(n)} for n in range(1, rows + 1))
    return path
