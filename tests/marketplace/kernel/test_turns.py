"""Writers on SQLite take turns: nobody is passed over, nobody is told that the database is locked."""

import threading
import time

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from marketplace.kernel import turns
from marketplace.kernel.db import db, only_read, reading

WRITERS, WRITES = 8, 6


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def writing() -> None:
    """A request of an earlier test may have left this thread reading only."""
    only_read(False)


def test_many_writers_all_write(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE tally (n INTEGER)"))
        connection.execute(text("INSERT INTO tally VALUES (0)"))

    def write() -> None:
        for _turn in range(WRITES):
            with app.app_context(), db.engine.begin() as connection:
                before = connection.execute(text("SELECT n FROM tally")).scalar_one()
                time.sleep(0.001)  # long enough for the others to ask in between
                connection.execute(text("UPDATE tally SET n = :n"), {"n": before + 1})

    writers = [threading.Thread(target=write) for _writer in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    with app.app_context(), db.engine.begin() as connection:
        assert connection.execute(text("SELECT n FROM tally")).scalar_one() == WRITERS * WRITES


def test_a_turn_ends_with_its_transaction_however_that_ends(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_WAIT_MS_MAX", 50)
    with app.app_context():
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            with pytest.raises(OperationalError, match="locked"), db.engine.connect() as other:
                other.execute(text("SELECT 1"))
            connection.rollback()
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            connection.invalidate()
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            connection.commit()
        with db.engine.begin() as connection:
            connection.execute(text("SELECT 1"))


def test_readers_wait_for_nobody(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as writer:
        writer.execute(text("SELECT 1"))

        with reading(), db.engine.connect() as reader:
            assert reader.execute(text("SELECT 1")).scalar_one() == 1
