"""A migration is whole or has not been: killed anywhere, the next one finds the former state and goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, inspect, select, text

from marketplace import config
from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from producers.cooperatives.models import Member
from tests.conftest import settings
from tests.factories.door import make_door
from tests.house import CHECKOUT, environment_of

# Ends like a power cut after so many statements of the migrations.
KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from flask_migrate import upgrade
from marketplace.app import create_app
app, left = create_app(), int(sys.argv[1])
@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
with app.app_context():
    upgrade()
"""
SOON, LATE = 20, 900


def killed_upgrade(url: str, folder: Path, statements: int) -> int:
    environment = {**os.environ, **environment_of(settings(url, folder)), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", KILLED, str(statements)]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True).returncode


def state(url: str) -> tuple[str | None, set[str]]:
    """The revision, and the tables there are."""
    engine = create_engine(config.database_url(url))
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        known = inspect(connection).has_table("alembic_version")
        revision = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    engine.dispose()
    return revision, tables


def test_a_killed_upgrade_leaves_the_former_state_and_the_next_one_goes_on(fresh_database, engine, tmp_path: Path):
    url = fresh_database(engine, empty=True).owner_url

    assert killed_upgrade(url, tmp_path, SOON) == -signal.SIGKILL
    assert state(url) == (None, set())
    assert killed_upgrade(url, tmp_path, LATE) == 0

    _revision, made = state(url)
    app = create_app(settings(url, tmp_path))
    with app.app_context():
        assert made == set(db.metadata.tables)
        db.engine.dispose()


def test_a_house_with_rows_goes_down_and_up_and_is_the_same(fresh_database, engine, tmp_path: Path):
    url = fresh_database(engine).owner_url
    app = create_app(settings(url, tmp_path))
    with app.app_context():
        door = make_door()
        door.deliver()
        door.maria.birth_year = 1984
        db.session.commit()
        sequencer.sequence()
        before, held = rows(app), people()
        newest = state(url)

        downgrade(revision="0001")
        plain = db.session.execute(text("SELECT name, birth_year FROM coop_member ORDER BY id")).all()
        db.session.rollback()
        assert killed_upgrade(url, tmp_path, 3) == -signal.SIGKILL
        assert state(url)[0] == "0001"
        upgrade()

        assert state(url) == newest
        assert (rows(app), people()) == (before, held)
        assert [tuple(row) for row in plain] == [(name, year) for _key, name, year, _email in held]
        assert verify.check_house()[0] == []
        db.session.remove()
        db.engine.dispose()


def people() -> list[tuple[str, str, int | None, str | None]]:
    """What is personal of the members and their users, plain."""
    query = select(Member.id, Member.name, Member.birth_year, User.email).outerjoin(Member.user).order_by(Member.id)
    held = list(db.session.execute(query).tuples())
    db.session.rollback()
    return held


def rows(app: Flask) -> dict[str, int]:
    """How many rows each table of facts has."""
    db.session.rollback()
    tables = [mapper.local_table for mapper in verify.journaled_mappers()]
    counts = {str(table): db.session.scalar(db.select(db.func.count()).select_from(table)) or 0 for table in tables}
    db.session.rollback()  # a migration would wait for its locks
    return counts


@pytest.mark.slow
def test_killed_anywhere(fresh_database, engine, tmp_path: Path):
    url = fresh_database(engine, empty=True).owner_url

    for statements in range(5, 10_000, 40):
        before = state(url)
        done = killed_upgrade(url, tmp_path, statements)
        revision, tables = state(url)
        assert (revision is None) == (tables == set())
        assert done == 0 or revision == before[0] or revision is not None
        if done == 0:
            break
