"""What a connection to PostgreSQL keeps from one transaction to the next: the statements that the server knows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from marketplace.kernel.db import db
from marketplace.kernel.journal.recorder import insert_rows
from marketplace.kernel.plain import run
from marketplace.kernel.together import together
from marketplace.ledger.models import Book

OFTEN = 8
"""So often that the driver has a statement prepared."""
ASKED = text("SELECT name FROM ledger_book WHERE id = :id")
KNOWN = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%ledger_book%' AND name <> ''")

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    with app.app_context():
        db.engine.dispose()
        yield


def look() -> None:
    run(ASKED, {"id": "nobody"}).all()
    db.session.rollback()


def known() -> int:
    found = run(KNOWN).scalar_one()
    db.session.rollback()
    return int(found)


def test_whoever_only_looks_leaves_statements_prepared() -> None:
    for _each in range(OFTEN):
        look()

    assert known() == 1


def test_a_failure_has_them_forgotten() -> None:
    for _each in range(OFTEN):
        look()

    with pytest.raises(ProgrammingError):
        run(text("SELECT nothing FROM nowhere"))
    db.session.rollback()

    assert known() == 0
    look()


def test_what_is_undone_is_not_there() -> None:
    for _each in range(OFTEN):
        insert_rows(Book, [{"id": "P-1", "name": "undone", "currency": None}])
        db.session.rollback()

    assert run(ASKED, {"id": "P-1"}).all() == []
    db.session.rollback()


def test_a_transaction_goes_there_and_back_for_its_first_statement_and_its_end_alone(tmp_path: Path) -> None:
    insert_rows(Book, [{"id": "P-1", "name": "first", "currency": None}])
    db.session.rollback()
    driver: Any = db.session.connection().connection.driver_connection
    with (tmp_path / "talk").open("w+") as talk:
        driver.pgconn.trace(talk.fileno())

        insert_rows(Book, [{"id": "P-1", "name": "first", "currency": None}])
        with together():
            insert_rows(Book, [{"id": "P-2", "name": "second", "currency": None}])
            insert_rows(Book, [{"id": "P-3", "name": "third", "currency": None}])
        db.session.commit()

        driver.pgconn.untrace()
        talk.seek(0)
        sent = [line.split("\t")[3].split()[0] for line in talk if line.split("\t")[1] == "F"]
    assert sent.count("Sync") == 3
    assert sent.count("Flush") == 0
    assert run(text("SELECT count(*) FROM ledger_book WHERE id LIKE 'P-%'")).scalar_one() == 3
