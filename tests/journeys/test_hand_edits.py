"""Whoever edits a number by hand is found: 200 random edits of the worked example's database, 200 named.

What is edited is drawn from the database's own catalogue: each table with a number in it, any row, any column of
numbers; a new table is in by itself, or says in UNWATCHED why not. The triggers and checks are dropped first, as
somebody with the owner's password would.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Numeric, Table, create_engine, select, text
from sqlalchemy.exc import IntegrityError

from marketplace import config
from marketplace.kernel import invariants
from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal import sequencer, verify
from orders.replay.player import play
from tests.databases import Database
from tests.marketplace.kernel.journal.test_verify import drop_triggers

SEED = int(os.environ.get("LUMBUNG_EDIT_SEED", "20261123"))
# Numbers that no figure rests on, and why nobody vouches for them.
UNWATCHED = {
    "account_second_factor": "which code was used last",
    "api_answer": "what a program was told, kept to say it again",
    "cart_basket_line": "a basket is a wish",
    "check_run": "what an earlier check found",
    "coop_series": "the next free number; one that is taken twice is refused",
    "job_run": "how often a job failed",
    "journal_event": "the log itself, checked as a tree",
    "payment_reconciliation": "what an earlier comparison with the provider found",
    "outbox_delivery": "how often a letter was tried",
    "rate_count": "how often somebody knocked",
}
# What the promise names: lots, steps, labour, wages, payments, postings, splits, orders, documents.
PROMISED = {
    "lot", "lot_cost", "lot_movement", "lot_step", "lot_step_input", "lot_step_output", "labour_work",
    "labour_own_cost", "wage_payslip", "wage_payslip_item", "wage_payment", "payment_payment", "ledger_posting",
    "checkout_order", "checkout_order_line", "checkout_order_split", "publication_split", "catalogue_stock_split",
    "receipt_receipt", "receipt_revision", "receipt_credit_note", "refund_refund", "settlement_payout",
}  # fmt: skip
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


def journaled() -> dict[str, frozenset[str]]:
    """The tables whose rows are journaled, each with its personal columns, which must be erasable."""
    return {str(mapper.local_table): mapper.class_.journal_personal for mapper in verify.journaled_mappers()}


def numbers_of(table: Table) -> list[Column]:
    """Columns of numbers that are neither part of the row's own name nor personal."""
    personal = journaled().get(table.name, frozenset())
    numbers = [it for it in table.columns if isinstance(it.type, Integer | Numeric) and not it.primary_key]
    return [column for column in numbers if column.name not in personal]


def tables_of(connection: Connection) -> list[Table]:
    """Every table that the database itself says it has, with a number in it."""
    catalogue = MetaData()
    catalogue.reflect(connection)
    return [table for table in catalogue.sorted_tables if numbers_of(table)]


def editable(connection: Connection) -> list[Table]:
    """Every table with a number in it, a row, and a reason to be believed."""
    tables = [table for table in tables_of(connection) if table.name not in UNWATCHED]
    return [table for table in tables if connection.execute(select(table).limit(1)).first()]


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
    seen: set[str] = set()
    made = 0
    with owner.connect() as connection:
        tables = editable(connection)
    edits = 200 if engine == "sqlite" or os.environ.get("LUMBUNG_TEST_ALL") else len(tables)
    while made < edits:
        table = tables[made] if made < len(tables) else chance.choice(tables)
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
    assert seen == {table.name for table in tables}
    assert seen >= PROMISED


def test_every_number_is_vouched_for_or_says_why_not(app: Flask, database: Database):
    engine = create_engine(config.database_url(database.owner_url))
    with engine.connect() as connection:
        numbered = {table.name for table in tables_of(connection)}
    engine.dispose()

    with app.app_context():
        assert numbered - set(journaled()) == set(UNWATCHED)


def test_a_float_slipped_into_a_column_of_whole_numbers_is_found(owner: Engine, engine: str):
    if engine != "sqlite":
        pytest.skip("the other engine refuses it by type")
    with owner.begin() as connection:
        connection.execute(text("UPDATE ledger_posting SET amount_minor = amount_minor + 0.5"))

    assert "ledger_posting" in {finding.table for finding in broken()}
