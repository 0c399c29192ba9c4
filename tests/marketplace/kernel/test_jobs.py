import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from marketplace.config import DELIVER_EVERY_MS, RUSH_WORK_SHARE
from marketplace.kernel import clock, jobs, outbox
from marketplace.kernel.db import db
from marketplace.kernel.journal.models import Checkpoint
from marketplace.ledger.services import open_book
from tests import databases

CHECKOUT = Path(__file__).resolve().parents[3]
SECONDS_MAX = 60


def test_the_worker_sequences_and_ends_when_told(app: Flask, database: databases.Database, engine: str, tmp_path: Path):
    if engine != "sqlite":
        pytest.skip("the process is the same whatever the engine")
    with app.app_context():
        open_book("silk")
        db.session.commit()
    log = tmp_path / "log"
    environment = {**os.environ, "DATABASE_URL": database.url, "LUMBUNG_ENV": "test", "MEDIA_URL": str(tmp_path)}
    command = [sys.executable, "-m", "marketplace.cli", "work"]
    with log.open("wb") as output:
        worker = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output)
    try:
        until = time.monotonic() + SECONDS_MAX
        while not sequenced(database) and time.monotonic() < until:
            time.sleep(0.1)
        assert sequenced(database), log.read_text()

        worker.send_signal(signal.SIGTERM)

        assert worker.wait(SECONDS_MAX) == 0, log.read_text()
    finally:
        worker.kill()
        worker.wait()


def sequenced(database: databases.Database) -> bool:
    with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
        return bool(connection.execute("SELECT count(*) FROM journal_checkpoint").fetchone()[0])


def test_one_round_does_everything_that_is_due(app: Flask):
    done: list[str] = []
    jobs.every(app, 5, "test.count", lambda: done.append("ran"))
    with app.app_context():
        open_book("silk")
        db.session.commit()

    jobs.run_once(app)

    assert done == ["ran"]
    with app.app_context():
        assert db.session.query(Checkpoint).count() == 1


def test_a_job_that_fails_does_not_keep_the_others_waiting(app: Flask):
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError

    jobs.every(app, 5, "test.fail", fail)
    jobs.every(app, 5, "test.after", lambda: done.append("ran"))

    jobs.run_once(app)

    assert done == ["ran"]


def test_two_jobs_may_not_share_a_name(app: Flask):
    jobs.every(app, 1, "test.one", lambda: None)

    with pytest.raises(ValueError, match="already"):
        jobs.every(app, 1, "test.one", lambda: None)


def test_in_a_rush_the_worker_rests_so_that_it_keeps_to_its_share(app: Flask, monkeypatch: pytest.MonkeyPatch):
    def work_for_a_while(_payload: dict[str, Any]) -> None:
        until = time.thread_time() + 0.01
        while time.thread_time() < until:
            pass
        time.sleep(0.05)  # a mail server thinks: that is nobody's time

    outbox.subscribe(app, "test.slow", "test.slow", work_for_a_while)
    monkeypatch.setattr(outbox, "RUSH_MESSAGES_MIN", 1)
    with app.app_context(), clock.at(clock.now()):
        outbox.publish("test.slow", {})
        db.session.commit()
        began = time.thread_time()
        rest_s = jobs.deliver()
        took_s = time.thread_time() - began

        assert 0.01 / RUSH_WORK_SHARE <= 0.01 + rest_s <= took_s / RUSH_WORK_SHARE
        assert jobs.deliver() == DELIVER_EVERY_MS / 1000  # nothing is due

        outbox.publish("test.slow", {})
        db.session.commit()
        monkeypatch.setattr(outbox, "RUSH_QUIET_S", 0)
        assert jobs.deliver() == 0
