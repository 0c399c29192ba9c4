"""Whoever edits a number by hand is found: 200 random edits of the worked example's database, 200 named.

What is edited is drawn from the database's own catalogue: any table whose rows are journaled, any row, any column of
numbers. The triggers and checks are dropped first, as somebody with the owner's password would.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, Numeric, Table, create_engine, select, text
from sqlalchemy.exc import IntegrityError

from marketplace import config
from marketplace.kernel import invariants
from marketplace.kernel.db import Base, db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal import sequencer, verify
from orders.replay.player import play
from tests.databases import Database
from tests.marketplace.kernel.journal.test_verify import drop_triggers

SEED = int(os.environ.get("LUMBUNG_EDIT_SEED", "20261123"))
EXAMPLE = Path(__file__).parent.parent / "worked_example.json"


@pytest.fixture
def owner(app: Flask, database: Database) -> Iterator[Engine]:
    """The worked example, sequenced; the owner's engine with every trigger and check out of the way."""
    with app.app_context():
        play(json.loads(EXAMPLE.read_text())["inputs"])
        db.session.commit()
        sequencer.sequence()
        assert broken() == []
        db.session.rollback()
        engine = create_engine(config.database_url(database.owner_url))
        with engine.begin() as connection:
            drop_triggers(connection)
            drop_checks(connection)
        yield engine
        engine.dispose()


def drop_checks(connection: Connection) -> None:
    """Let an edit pass that a CHECK would refuse; SQLite is told so at every edit."""
    if connection.dialect.name == "sqlite":
        return
    rows = connection.execute(
        text("SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0")
    ).all()
    for table, name in rows:
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))


def broken() -> list[Broken]:
    db.session.rollback()
    db.session.expire_all()
    found = [*verify.check_journal(), *invariants.run_all()]
    db.session.rollback()  # on SQLite the lock would keep the next edit out
    return found


def numbers_of(table: Table) -> list[Column]:
    """Columns of numbers that are neither part of the row's own name nor personal, which must be erasable."""
    kinds = (Integer, BigInteger, Numeric)
    personal = next(m.class_ for m in verify.journaled_mappers() if m.local_table is table).journal_personal
    numbers = [column for column in table.columns if isinstance(column.type, kinds) and not column.primary_key]
    return [column for column in numbers if column.name not in personal]


def editable(connection: Connection) -> list[Table]:
    """Every table with a row and a number in it."""
    journaled = [mapper.local_table for mapper in verify.journaled_mappers()]
    tables = [table for table in journaled if isinstance(table, Table) and table.name in Base.metadata.tables]
    return [table for table in tables if numbers_of(table) and connection.execute(select(table).limit(1)).first()]


def key_of(table: Table, row: object) -> str:
    return "/".join(str(getattr(row, column.name)) for column in table.primary_key)


def edit(connection: Connection, table: Table, column: Column, row: object, value: object) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
    where = [key == getattr(row, key.name) for key in table.primary_key]
    connection.execute(table.update().where(*where).values({column: value}))


def named() -> set[tuple[str, str]]:
    """The rows that the journal no longer vouches for; the checks across tables may name what follows from them."""
    return {(finding.table, finding.row) for finding in broken() if finding.check in {"row", "tree", "sequence"}}


def other(chance: random.Random, value: int | None, *, typed: bool) -> object:
    """Another number than the one that stands there; an untyped column takes a fraction too."""
    now = int(value or 0)
    wishes: list[object] = [now + 1, now - 1, now * 2 + 7, -now - 3, 0 if now else 5]
    wishes += [] if typed else [3.5]
    return chance.choice([wish for wish in wishes if wish != value])


def test_two_hundred_edits_are_found_and_named(owner: Engine, engine: str):
    chance = random.Random(SEED)
    edits = 200 if engine == "sqlite" or os.environ.get("LUMBUNG_TEST_ALL") else 40
    seen: set[str] = set()
    made = 0
    with owner.connect() as connection:
        tables = editable(connection)
    while made < edits:
        table = chance.choice(tables)
        column = chance.choice(numbers_of(table))
        with owner.begin() as connection:
            row = chance.choice(connection.execute(select(table)).all())
        before = getattr(row, column.name)
        after = other(chance, before, typed=engine != "sqlite")
        try:
            with owner.begin() as connection:
                edit(connection, table, column, row, after)
        except IntegrityError:
            continue  # two rows may not share a number: nothing was edited
        made += 1
        seen.add(table.name)

        what = f"seed {SEED}: {table.name}.{column.name} of {key_of(table, row)}: {before} → {after}"
        assert named() == {(table.name, key_of(table, row))}, what
        with owner.begin() as connection:
            edit(connection, table, column, row, before)

    assert broken() == []
    if edits == 200:
        assert {"lot", "lot_step", "labour_work", "ledger_posting", "checkout_order", "checkout_order_split"} <= seen


def test_a_float_slipped_into_a_column_of_whole_numbers_is_found(owner: Engine, engine: str):
    if engine != "sqlite":
        pytest.skip("the other engine refuses it by type")
    with owner.begin() as connection:
        connection.execute(text("UPDATE ledger_posting SET amount_minor = amount_minor + 0.5"))

    assert "ledger_posting" in {finding.table for finding in broken()}
