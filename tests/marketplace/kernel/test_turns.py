"""Writers on SQLite take turns: nobody is passed over, nobody is told that the database is locked."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from marketplace.kernel import turns
from marketplace.kernel.db import db, only_read, reading
from tests.databases import Database

WRITERS, WRITES = 8, 6
STANDS_AT_THE_FRONT = """
import fcntl, sqlite3, sys
line = open(sys.argv[1] + "-turn", "w")
fcntl.flock(line, fcntl.LOCK_EX)
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("there", flush=True)
sys.stdin.read()
"""


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
    monkeypatch.setattr(turns, "LOCK_WAIT_MS_MAX", 50)
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


@pytest.fixture
def elsewhere(database: Database) -> Iterator[Engine]:
    """The same file as another process has it: with a place in the line of its own."""
    engine = create_engine(database.url)
    yield engine
    engine.dispose()


def test_who_waits_is_next_however_busy_another_process_is(app: Flask, elsewhere: Engine) -> None:
    order: list[str] = []
    is_enough = threading.Event()

    def write_on_and_on() -> None:
        while not is_enough.is_set():
            with elsewhere.begin() as connection:
                connection.execute(text("SELECT 1"))
                order.append("other")
                time.sleep(0.005)

    other = threading.Thread(target=write_on_and_on)
    other.start()
    with app.app_context():
        for _turn in range(10):
            before = len(order)
            with db.engine.begin() as connection:
                connection.execute(text("SELECT 1"))
                order.append("we")
            assert order[before:].count("other") <= 2  # the one that had the file, and one that stood before us
    is_enough.set()
    other.join()


def test_a_killed_process_keeps_nobody_waiting(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    path = database.url.removeprefix("sqlite:///")
    with (
        subprocess.Popen(
            [sys.executable, "-c", STANDS_AT_THE_FRONT, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder,
        app.app_context(),
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"there\n"
        with monkeypatch.context() as patched:
            patched.setattr(turns, "TURN_WAIT_MS_MAX", 20)
            with pytest.raises(OperationalError, match="locked"), db.engine.begin():
                pass

        holder.kill()
        holder.wait()
        began = time.monotonic()
        with db.engine.begin() as connection:
            connection.execute(text("SELECT 1"))

    assert time.monotonic() - began < 1
