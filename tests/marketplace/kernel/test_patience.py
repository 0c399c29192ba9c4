"""What a connection to PostgreSQL keeps from one transaction to the next: the statements that the server knows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, delete, literal_column, select, text
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from marketplace.config import CURSORS_KEPT_MAX
from marketplace.kernel import scope
from marketplace.kernel.db import db
from marketplace.kernel.journal.recorder import insert_rows
from marketplace.kernel.outbox import Delivery
from marketplace.kernel.plain import run, write
from marketplace.kernel.together import together, with_commit
from marketplace.ledger.models import Account, Book

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


def connected() -> Any:
    """The driver's connection of a transaction that has begun."""
    run(ASKED, {"id": "nobody"})
    return db.session.connection().connection.driver_connection


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


def test_a_statement_takes_other_values_and_kinds_of_them_each_time() -> None:
    given = [None, "IDR", None, "VND", None, "JPY", "KHR"]
    for each, currency in enumerate(given):
        insert_rows(Book, [{"id": f"P-{each}", "name": f"kind {each}", "currency": currency}])
    wanted = select(Book.currency).where(Book.id == bindparam("id"))

    assert [run(wanted, {"id": f"P-{each}"}).scalar_one() for each in range(len(given))] == given
    assert run(wanted, {"id": None}).all() == []
    db.session.rollback()


def test_cursors_are_kept_for_so_many_statements_and_no_more() -> None:
    texts = [select(literal_column(str(each))) for each in range(CURSORS_KEPT_MAX + 1)]

    assert [run(each).scalar_one() for each in texts] == list(range(CURSORS_KEPT_MAX + 1))
    driver: Any = db.session.connection().connection.driver_connection
    assert len(driver._cursors) == 1
    db.session.rollback()


def test_a_statement_that_was_refused_is_executed_again() -> None:
    wrong, right = ({"id": "P-1", "name": name, "currency": None} for name in ("a" * 81, "a" * 80))
    for _twice in "12":
        with pytest.raises(DataError):
            insert_rows(Book, [wrong])
        db.session.rollback()

    insert_rows(Book, [right])
    db.session.commit()
    assert run(ASKED, {"id": "P-1"}).scalar_one() == right["name"]
    db.session.rollback()


def test_who_reads_after_what_was_refused_is_told_and_need_not_wait_for_the_end() -> None:
    driver = connected()
    driver.answer_s_max = 2.0

    def send() -> None:
        with together():
            insert_rows(Account, [{"id": "A-1", "book_id": "nowhere", "code": "cash"}])
            run(select(Book.name))

    with pytest.raises(IntegrityError):
        send()
    db.session.rollback()

    assert run(ASKED, {"id": "P-1"}).all() == []
    assert connected() is driver
    db.session.rollback()


def test_who_undoes_within_what_goes_together_undoes_all_of_it() -> None:
    connected()
    with together():
        insert_rows(Book, [{"id": "P-1", "name": "first", "currency": None}])
        db.session.rollback()
        insert_rows(Book, [{"id": "P-2", "name": "second", "currency": None}])
    db.session.commit()

    assert run(text("SELECT id FROM ledger_book WHERE id LIKE 'P-%'")).scalars().all() == ["P-2"]
    db.session.rollback()


def test_who_undoes_what_is_refused_is_not_told_of_it() -> None:
    connected()
    with together():
        insert_rows(Account, [{"id": "A-1", "book_id": "nowhere", "code": "cash"}])
        db.session.rollback()
        insert_rows(Book, [{"id": "P-1", "name": "first", "currency": None}])
    db.session.commit()

    assert run(ASKED, {"id": "P-1"}).scalar_one() == "first"
    db.session.rollback()


def test_many_of_one_statement_that_begin_a_transaction_go_with_its_commit() -> None:
    inserting = "INSERT INTO ledger_book (id, name) VALUES (%s, %s)"
    with scope.organisation(scope.NOTHING):  # else its setting comes first
        connection = db.session.connection()
        with_commit(connection)

        connection.exec_driver_sql(inserting, [("P-1", "first"), ("P-2", "second")])
        db.session.commit()

    assert run(text("SELECT count(*) FROM ledger_book WHERE id LIKE 'P-%'")).scalar_one() == 2
    db.session.rollback()


def test_what_the_server_never_came_to_prepare_is_not_taken_for_known() -> None:
    removing = delete(Delivery).where(Delivery.id == bindparam("id"))

    def send() -> None:
        with db.session.begin_nested(), together():
            insert_rows(Account, [{"id": "A-1", "book_id": "nowhere", "code": "cash"}])
            write(removing, {"id": "none"})

    for each in range(OFTEN):
        with pytest.raises(IntegrityError):
            send()
        insert_rows(Book, [{"id": f"P-{each}", "name": f"kept {each}", "currency": None}])
        assert write(removing, {"id": "none"}).rowcount == 0
        db.session.commit()

    assert run(text("SELECT count(*) FROM ledger_book WHERE id LIKE 'P-%'")).scalar_one() == OFTEN
    db.session.rollback()


def test_a_statement_without_values_takes_some_the_next_time() -> None:
    cursor = connected().cursor()
    asked = "SELECT 1"

    for values in (None, (), {}, None):
        assert cursor.execute(asked, values).fetchall() == [(1,)]
    db.session.rollback()
