import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, select, text

from marketplace import config
from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import register_organisation
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken, register, run_all
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.journal.models import Checkpoint, Event
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import credit, debit, post
from tests.databases import Database


@pytest.fixture
def house(app: Flask) -> Iterator[Organisation]:
    """A cooperative with one entry in its book, committed and sequenced."""
    with app.app_context():
        organisation = register_organisation(slug="silk", name="Silk", currency="THB")
        book = db.session.get_one(Book, organisation.book_id)
        post(book, "E01", [debit("cash", Money(500, "THB")), credit("capital", Money(500, "THB"))])
        db.session.commit()
        sequencer.sequence()
        yield organisation


Edit = Callable[[str], None]


@pytest.fixture
def by_hand(database: Database, house: Organisation) -> Edit:
    """Edit as somebody with the owner's password would, past every trigger."""

    def edit(statement: str) -> None:
        db.session.rollback()
        owner = create_engine(config.database_url(database.owner_url))
        with owner.begin() as connection:
            drop_triggers(connection)
            connection.execute(text(statement))
        owner.dispose()
        db.session.expire_all()

    return edit


def drop_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        drops = [f"DROP TRIGGER {name}" for name in names]
    else:
        rows = connection.execute(
            text("SELECT DISTINCT event_object_table, trigger_name FROM information_schema.triggers")
        ).all()
        drops = [f"DROP TRIGGER {name} ON {table}" for table, name in rows]
    for drop in drops:
        connection.execute(text(drop))


def broken() -> list[Broken]:
    return list(verify.check_journal())


def test_an_untouched_house_is_clean(house: Organisation):
    assert broken() == []


def test_every_insert_and_change_is_an_event(house: Organisation):
    house.approved_at = clock.now()
    db.session.commit()

    rows = db.session.scalars(select(Event).where(Event.row_id == house.id).order_by(Event.id)).all()

    assert [row.table_name for row in rows] == ["account_organisation"] * 2
    assert rows[0].digest != rows[1].digest
    assert json.loads(rows[1].leaf)["digest"] == rows[1].digest
    sequencer.sequence()
    assert broken() == []


def test_a_rolled_back_change_leaves_no_event(house: Organisation):
    before = db.session.scalars(select(Event.id)).all()

    house.name = "Other"
    db.session.flush()
    db.session.rollback()

    assert db.session.scalars(select(Event.id)).all() == before


def test_a_deleted_row_is_recorded_as_gone(house: Organisation):
    db.session.delete(house)
    db.session.commit()
    sequencer.sequence()

    assert broken() == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE ledger_posting SET amount_minor = amount_minor * 2", "ledger_posting"),
        ("DELETE FROM ledger_posting", "ledger_posting"),
        ("UPDATE account_organisation SET currency = 'USD'", "account_organisation"),
        ("UPDATE journal_event SET leaf = replace(leaf, 'ledger', 'lodger') WHERE seq = 3", "journal_event"),
        ("UPDATE journal_event SET seq = 900 WHERE seq = 1", "journal_event"),
        ("UPDATE journal_checkpoint SET root = '00'", "journal_checkpoint"),
        ("UPDATE journal_node SET position = position + 100 WHERE level = 1", "journal_node"),
    ],
)
def test_an_edit_by_hand_is_found_and_named(by_hand: Edit, statement: str, table: str):
    by_hand(statement)

    assert table in {finding.table for finding in broken()}


def test_a_row_slipped_in_by_hand_is_found(by_hand: Edit):
    by_hand("INSERT INTO ledger_book (id, name) VALUES ('x', 'shadow')")

    assert Broken("row", "ledger_book", "x", "no event records it") in broken()


def test_a_cut_tail_is_found_only_with_a_checkpoint_kept_outside(by_hand: Edit):
    size = sequencer.tree_size()
    outside = db.session.get_one(Checkpoint, size).note
    last = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert last is not None
    by_hand("DELETE FROM journal_checkpoint")
    by_hand("DELETE FROM journal_node")
    by_hand(f"DELETE FROM journal_event WHERE id = {last.id}")

    findings = list(verify.check_journal(outside))

    assert any(finding.check == "checkpoint" and "tail is cut" in finding.detail for finding in findings)


def test_a_rewritten_tail_is_found_only_with_a_checkpoint_kept_outside(
    house: Organisation, by_hand: Edit, app: Flask, tmp_path: Path
):
    house.name = "Silk of Khon Kaen"
    db.session.commit()
    sequencer.sequence()
    last = sequencer.tree_size() - 1
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(app.test_cli_runner().invoke(args=["anchor"]).stdout)
    # Somebody with the owner's password and the signing key writes another ending.
    by_hand(f"DELETE FROM journal_checkpoint WHERE size > {last}")
    by_hand(f"DELETE FROM journal_node WHERE (position + 1) * (1 << level) > {last}")
    by_hand(f"DELETE FROM journal_event WHERE seq = {last}")
    house.name = "Silk of Somebody Else"
    db.session.commit()

    alone = app.test_cli_runner().invoke(args=["verify"])
    against = app.test_cli_runner().invoke(args=["verify", "--checkpoint", str(kept)])

    assert (alone.exit_code, against.exit_code) == (0, 1), alone.output
    assert f"another history had {last + 1} events" in against.output


def test_a_checkpoint_that_was_touched_is_no_checkpoint(house: Organisation, app: Flask, tmp_path: Path):
    origin, size, *rest = app.test_cli_runner().invoke(args=["anchor"]).stdout.split("\n")
    kept = tmp_path / "checkpoint.txt"
    kept.write_text("\n".join([origin, str(int(size) - 1), *rest]))

    answer = app.test_cli_runner().invoke(args=["verify", "--checkpoint", str(kept)])

    assert answer.exit_code == 1
    assert "outside" in answer.output


def test_events_that_wait_too_long_are_a_finding(house: Organisation):
    with clock.at(clock.now() - timedelta(seconds=61)):
        house.name = "Silk of Khon Kaen"
        db.session.commit()

    assert [finding.check for finding in broken()] == ["sequencer"]


def test_the_sequence_goes_on_where_it_stopped(house: Organisation):
    first = sequencer.tree_size()

    house.name = "Silk of Khon Kaen"
    db.session.commit()

    assert sequencer.sequence() == 1
    assert sequencer.tree_size() == first + 1
    assert sequencer.sequence() == 0


def test_the_command_names_what_is_broken(by_hand: Edit, app: Flask):
    by_hand("UPDATE ledger_posting SET amount_minor = 501 WHERE amount_minor = 500")

    answer = app.test_cli_runner().invoke(args=["verify", "--json"])

    assert answer.exit_code == 1
    said = json.loads(answer.output)
    assert said["ok"] is False
    assert {(b["check"], b["table"]) for b in said["broken"]} == {
        ("row", "ledger_posting"),
        ("zero sum", "ledger_entry"),
    }


def test_a_check_that_stumbles_is_a_finding_and_the_others_still_run(house: Organisation, app: Flask):
    after = Broken("after", "ledger_entry", "E01", "seen")

    def stumbles() -> list[Broken]:
        raise TypeError("'float' object cannot be interpreted as an integer")

    register(app, "stumbles", stumbles)
    register(app, "after", lambda: [after])

    findings = list(run_all())

    assert [finding.check for finding in findings] == ["stumbles", "after"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_waits_is_found_in_the_index_of_numbers_and_lies_there_in_order(house: Organisation) -> None:
    query = select(Event.leaf).where(Event.seq.is_(None)).order_by(Event.id)

    (step,) = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query.compile(db.engine)}").all()

    assert step.detail == "SEARCH journal_event USING INDEX sqlite_autoindex_journal_event_1 (seq=?)"
