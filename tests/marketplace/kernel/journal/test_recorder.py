"""When the events of a transaction are written: together, before its commit, and none that was taken back."""

import contextlib
import json
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import bindparam, inspect
from sqlalchemy.exc import DataError

from marketplace.accounts.models import Device, Organisation, User
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal.commitments import check_commitments, latest_commitments
from marketplace.kernel.journal.models import Event
from marketplace.kernel.journal.recorder import (
    change,
    change_rows,
    changed_rows,
    digest_of,
    insert_new,
    insert_new_object,
    insert_object,
    insert_rows,
    telling,
)
from marketplace.ledger.models import Account, Book
from marketplace.ledger.services import open_book
from orders.receipts.models import CreditNote
from tests.factories.accounts import make_organisation
from tests.queries import count_queries


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def recorded() -> list[str]:
    """The books that the journal has events of, read anew."""
    db.session.rollback()
    return _in_journal()


def _in_journal() -> list[str]:
    rows = db.session.scalars(db.select(Event.row_id).where(Event.table_name == "ledger_book").order_by(Event.id))
    return [db.session.get_one(Book, row).name for row in rows]


def test_what_was_never_flushed_by_hand_is_recorded_too() -> None:
    db.session.add(Book(name="one"))

    db.session.commit()

    assert recorded() == ["one"]


def test_a_savepoint_taken_back_takes_its_own_events_alone() -> None:
    def take_back() -> None:
        with db.session.begin_nested():
            open_book("inside, first")
            with db.session.begin_nested():
                open_book("inside, second")
            raise ZeroDivisionError

    open_book("before")
    with pytest.raises(ZeroDivisionError):
        take_back()
    with db.session.begin_nested():
        open_book("kept")
    open_book("after")

    db.session.commit()

    assert recorded() == ["before", "kept", "after"]


def test_what_is_rolled_back_is_not_recorded_by_the_next() -> None:
    open_book("given up")
    db.session.rollback()
    open_book("closed over")
    db.session.close()

    open_book("meant")
    db.session.commit()

    assert recorded() == ["meant"]


def test_the_transaction_reads_its_own_events() -> None:
    open_book("mine")

    assert _in_journal() == ["mine"]


def test_many_flushes_are_one_statement(app: Flask) -> None:
    with count_queries(app) as asked:
        for name in ("one", "two", "three"):
            open_book(name)
        db.session.commit()

    assert sum("INSERT INTO journal_event" in statement for statement in asked) == 1
    assert recorded() == ["one", "two", "three"]


def test_rows_inserted_as_plain_values_are_recorded_as_objects_are() -> None:
    book = open_book("plain")
    insert_rows(Account, [{"id": "A-1", "book_id": book.id, "code": "cash"}])
    db.session.add(Account(id="A-2", book_id=book.id, code="sales"))
    db.session.commit()

    events = {event.row_id: event for event in db.session.scalars(db.select(Event).where(Event.row_id.like("A-%")))}
    for account in db.session.scalars(db.select(Account)):
        assert events[account.id].digest == digest_of(account)
        leaf = {"at": events[account.id].at.isoformat(), "digest": digest_of(account), "id": account.id}
        assert json.loads(events[account.id].leaf) == leaf | {"table": "ledger_account", "v": 1}
    assert len(events) == 2


def test_a_row_that_is_there_already_is_neither_inserted_nor_recorded() -> None:
    row = {"id": "B-1", "name": "once", "currency": None}

    assert [insert_new(Book, row), insert_new(Book, row), insert_new(Book, row | {"id": "B-2"})] == [True, False, False]
    db.session.commit()

    assert recorded() == ["once"]


def newest(row_id: str) -> str:
    """The digest in the last event of a row."""
    query = db.select(Event.digest).where(Event.row_id == row_id).order_by(Event.id.desc())
    return str(db.session.scalars(query).first())


def test_an_object_changed_at_once_is_recorded_as_a_flush_would() -> None:
    coop = make_organisation()
    coop.name = "Changed before"

    change(coop, district="Sumba Timur", approved_at=None)
    assert newest(coop.id) == digest_of(coop)
    db.session.commit()

    assert (coop.name, coop.district, coop.approved_at) == ("Changed before", "Sumba Timur", None)
    assert newest(coop.id) == digest_of(coop)


def test_rows_changed_by_a_statement_are_recorded_and_read_anew_by_who_holds_them() -> None:
    coop, table = make_organisation(), Organisation.__table__
    row = {column.key: getattr(coop, column.key) for column in table.columns}

    second = make_organisation("other")
    both = [row, {column.key: getattr(second, column.key) for column in table.columns}]
    change_rows(Organisation, ("district", "approved_at"), [each | {"district": "Alor"} for each in both])
    assert (coop.district, second.district) == ("Alor", "Alor")
    change_rows(Organisation, ("district",), [row | {"district": "Ende"}])
    assert (coop.district, newest(coop.id)) == ("Ende", digest_of(coop))
    assert (second.district, newest(second.id)) == ("Alor", digest_of(second))
    statement = db.update(Organisation).where(Organisation.id == bindparam("it")).values(district="Sikka")
    statement = telling(Organisation, statement)
    (changed,) = changed_rows(Organisation, statement, {"it": coop.id})
    assert changed_rows(Organisation, statement, {"it": "none"}) == []
    db.session.commit()

    assert (changed["district"], coop.district, newest(coop.id)) == ("Sikka", "Sikka", digest_of(coop))


def test_what_an_object_holds_unwritten_is_not_lost_to_a_statement() -> None:
    coop = make_organisation()
    db.session.commit()
    row = {column.key: getattr(coop, column.key) for column in Organisation.__table__.columns}
    coop.name = "Not written yet"

    with pytest.raises(TypeError, match="flush before"):
        change_rows(Organisation, ("district",), [row | {"district": "Ende"}])


def test_plain_rows_are_committed_to_in_what_is_personal() -> None:
    coop, moment = make_organisation(), clock.now()
    empty = {"organisation_id": coop.id, "created_at": moment, "expires_at": moment, "label": ""}

    rows = [
        empty | {"id": "D-1", "token_hash": "1", "label": "Bu Ani's phone"},
        empty | {"id": "D-2", "token_hash": "2"},
    ]
    insert_rows(Device, rows)
    db.session.commit()

    assert [device.label for device in db.session.scalars(db.select(Device).order_by(Device.id))] == [
        "Bu Ani's phone",
        "",
    ]
    leaves = {it.row_id: it.leaf for it in db.session.scalars(db.select(Event).where(Event.row_id.like("D-%")))}
    assert "Ani" not in leaves["D-1"]
    assert (len(json.loads(leaves["D-1"])["commitment"]), json.loads(leaves["D-2"])["commitment"]) == (64, "")
    assert list(check_commitments(inspect(Device), latest_commitments()[Device.__tablename__])) == []


def test_a_text_too_long_for_its_column_is_refused_and_never_cut(app: Flask) -> None:
    book = open_book("long")

    with contextlib.suppress(DataError):  # PostgreSQL's own refusal; SQLite keeps all of it
        insert_rows(Account, [{"id": "L-1", "book_id": book.id, "code": "x" * 121}])
        assert db.session.scalars(db.select(Account.code)).all() == ["x" * 121]


def test_what_is_personal_is_changed_in_an_object_alone() -> None:
    with pytest.raises(TypeError, match="changed in an object"):
        change_rows(Device, ("label",), [{"id": "D-1", "label": "elsewhere"}])


def test_plain_values_are_refused_where_an_event_would_say_too_little() -> None:
    with pytest.raises(TypeError, match="add it as an object"):
        insert_rows(User, [{"id": "O-1"}])
    with pytest.raises(TypeError, match="lacks code"):
        insert_rows(Account, [{"id": "A-1", "book_id": "B-1"}])
    with pytest.raises(TypeError, match="change an object"):
        change_rows(CreditNote, ("number",), [{"id": "C-1", "number": "2"}])
    with pytest.raises(TypeError, match="change an object"):
        telling(CreditNote, db.update(CreditNote).values(number="2"))


def test_an_object_inserted_past_the_flush_is_the_session_s_and_recorded(app: Flask) -> None:
    book = Book(id="B-1", name="object", currency=None)

    insert_object(book)
    with count_queries(app) as asked:
        assert db.session.get_one(Book, "B-1") is book
        db.session.commit()
    assert not insert_new_object(Book(id="B-1", name="again", currency=None))

    assert not any("ledger_book " in statement for statement in asked)
    assert recorded() == ["object"]
