"""A statement handed to the driver itself gives, and refuses, what SQLAlchemy's own way does, on both engines."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import Select, bindparam, delete, func, insert, literal_column, select, text, update
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, PendingRollbackError, StatementError
from sqlalchemy.orm import Session

from marketplace.kernel import ids
from marketplace.kernel.db import Instant, db, is_postgresql
from marketplace.kernel.driver import send, session_connection
from marketplace.kernel.journal.models import Salt
from marketplace.kernel.outbox import Delivery, Message
from marketplace.kernel.plain import insert_plain, replace_plain, run, write
from marketplace.kernel.statements import among, made
from marketplace.ledger.models import Account, Book
from orders.checkout.models import ExchangeRate, Order
from tests.queries import count_queries

NAMES = ["Ibu Sri", "it's", '"quoted"', "100 %", "%s %(x)s", "ຜ້າໄໝ", "{a,b}", "\\", ""]
LATE = datetime(2026, 11, 27, 23, 30, 1, 5, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


def put(names: list[str]) -> None:
    rows = [(f"M-{place}", name, {"n": place, "words": [name, None]}, LATE) for place, name in enumerate(names)]
    insert_plain(session_connection(), Message.__table__, ("id", "topic", "payload", "created_at"), rows)


def both_ways(query: Select, **values: object) -> list[tuple[object, ...]]:
    """What `run` gives; it is what SQLAlchemy gives, by place and by name."""
    assert made(query, db.engine.dialect) is not None
    ours, theirs = (way(query, values).all() for way in (run, db.session.connection().execute))
    assert [row._mapping for row in ours] == [row._mapping for row in theirs]
    assert [tuple(map(type, row)) for row in ours] == [tuple(map(type, row)) for row in theirs]
    return [tuple(row) for row in ours]


def test_every_type_of_column_is_read_and_given_alike() -> None:
    put(NAMES)
    late = bindparam("late", type_=Instant)
    query = select(*Message.__table__.columns, (Message.topic == "it's").label("mine"))
    query = query.where(Message.created_at == late).order_by(Message.id)

    rows = both_ways(query, late=LATE)

    assert [row[:4] for row in rows] == [
        (f"M-{place}", name, {"n": place, "words": [name, None]}, LATE.astimezone(UTC))
        for place, name in enumerate(NAMES)
    ]
    assert [row[4] for row in rows] == [name == "it's" for name in NAMES]
    assert both_ways(
        select(func.count(), func.max(Message.topic).label("last"), literal_column("7").label("seven"))
    ) == [(len(NAMES), max(NAMES), 7)]
    assert both_ways(query.where(Message.topic == "nobody's"), late=LATE) == []


def test_columns_of_money_rates_and_persons_are_read_alike() -> None:
    both_ways(select(*ExchangeRate.__table__.columns))
    both_ways(select(*Order.__table__.columns))


def test_one_of_many_is_what_in_finds() -> None:
    put(NAMES)
    query = select(Message.topic).where(among(Message.topic, "wanted")).order_by(Message.id)

    assert both_ways(query, wanted=NAMES) == [(name,) for name in NAMES]
    assert both_ways(query, wanted=("%s %(x)s", "nobody's")) == [("%s %(x)s",)]
    assert both_ways(query, wanted=[]) == []


def test_one_whose_text_follows_its_values_is_executed_all_the_same() -> None:
    put(NAMES)
    query = select(Message.topic).where(Message.topic.in_(bindparam("wanted", expanding=True)))

    assert made(query, db.engine.dialect) is None
    assert run(query, {"wanted": ["it's"]}).all() == [("it's",)]
    assert run(text("SELECT topic FROM outbox_message WHERE id = :id"), {"id": "M-1"}).scalar() == "it's"
    assert write(text("DELETE FROM outbox_message WHERE id = :id"), {"id": "M-1"}).rowcount == 1


def test_a_default_that_python_gives_is_given() -> None:
    given = insert(Message.__table__).values(topic="t", payload={}, created_at=bindparam("at", type_=Instant))

    assert made(given, db.engine.dialect) is None  # Python makes its id
    write(given, {"at": LATE})

    assert run(select(Message.topic)).all() == [("t",)]


def test_what_was_written_is_counted_and_given_back() -> None:
    put(NAMES)
    renaming, telling = (
        update(Message.__table__).where(Message.id == bindparam("key")).values(topic=bindparam("new"))
        for _twice in "12"
    )

    assert write(renaming, {"key": "M-0", "new": "other"}).rowcount == 1
    assert write(renaming, {"key": "none", "new": "other"}).rowcount == 0
    told = run(telling.returning(Message.id, Message.created_at), {"key": "M-1", "new": "another"}).all()
    assert [tuple(row) for row in told] == [("M-1", LATE.astimezone(UTC))]
    assert write(delete(Message.__table__)).rowcount == len(NAMES)


def test_a_value_that_is_missing_is_no_null() -> None:
    with pytest.raises((KeyError, StatementError)):
        run(select(Message.id).where(Message.topic == bindparam("topic")), {"topc": "x"})


def test_what_the_database_refuses_is_told_as_sqlalchemy_tells_it() -> None:
    put(["one"])
    missing = {"id": ids.new_id(), "message_id": "none", "handler": "h", "due_at": LATE, "attempts": 0}
    for row in (missing, {**missing, "message_id": "M-0", "attempts": -1}):
        with pytest.raises(IntegrityError) as refusal:
            insert_plain(session_connection(), Delivery.__table__, tuple(row), [tuple(row.values())])
        assert "parameters" not in str(refusal.value)  # what was typed stays out of logs
        db.session.rollback()
        put(["one"])
    if is_postgresql():
        with pytest.raises(DataError):
            put(["a\0b"])
        db.session.rollback()
    with pytest.raises(OperationalError if not is_postgresql() else Exception, match="nowhere"):
        run(select(literal_column("x")).select_from(text("nowhere")))
    db.session.rollback()
    assert run(select(func.count()).select_from(Message)).scalar() == 0


def test_what_goes_wrong_from_row_to_row_is_told_as_sqlalchemy_tells_it() -> None:
    put(["1", "none"])
    if not is_postgresql():
        connection = session_connection().connection.driver_connection
        connection.create_function("fails_behind_1", 1, int)  # refuses the second row, once the first was given
        query = select(func.fails_behind_1(Message.topic)).order_by(Message.id)

        for way in (run, db.session.connection().execute):
            with pytest.raises(OperationalError):
                way(query).all()


def test_a_transaction_that_failed_takes_nothing_more_until_it_is_rolled_back() -> None:
    book = Book(id="B-1", name="plain", currency=None)
    db.session.add_all([book, Account(id="A-1", book_id="nowhere", code="cash")])
    with pytest.raises(IntegrityError):
        db.session.flush()

    with pytest.raises(PendingRollbackError):
        run(select(Book.id))

    db.session.rollback()
    assert run(select(Book.id).where(Book.id == "B-1")).all() == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # a file has no connection that could be lost
def test_a_lost_connection_is_told_and_not_used_again() -> None:
    mine = run(select(func.pg_backend_pid())).scalar()
    with db.engine.connect() as other:
        assert other.scalar(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})

    with pytest.raises(OperationalError) as lost:
        run(select(Book.id))

    assert lost.value.connection_invalidated
    db.session.rollback()
    assert run(select(func.pg_backend_pid())).scalar() != mine


def test_whoever_listens_to_statements_hears_of_it(app: Flask) -> None:
    with count_queries(app) as asked:
        put(["one", "two"])
        run(select(Message.id))

    assert [line.split(" ")[0] for line in asked] == ["INSERT", "SELECT"]


def test_it_runs_in_the_session_s_transaction_and_ends_with_it() -> None:
    put(["one"])
    assert session_connection() is db.session.connection()
    nested = db.session.begin_nested()
    assert session_connection() is db.session.connection()
    write(update(Message.__table__).values(id="M-2"))
    nested.rollback()
    assert run(select(Message.id)).all() == [("M-0",)]
    former: Session = db.session()
    db.session.rollback()
    assert not former.in_transaction()
    assert run(select(Message.id)).all() == []
    assert former.in_transaction()
    with pytest.raises(AssertionError), db.engine.connect() as outside:
        send(outside, "SELECT 1", ())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_to_be_one_of_many_is_looked_up_in_the_index() -> None:
    kept = made(select(Message.__table__).where(among(Message.id, "ids")), db.engine.dialect)
    assert kept

    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {kept.text}", ("[]",)).all()

    assert plan[0].detail.startswith("SEARCH outbox_message USING INDEX")


def test_who_has_the_key_already_gets_the_new_values() -> None:
    names = ("table_name", "row_id", "salt")
    for rows in ([("t", "one", "first")], [("t", "one", "second"), ("t", "two", "other")], [("t", "two", "last")]):
        replace_plain(session_connection(), Salt.__table__, names[:2], names, rows)

    told = run(select(Salt.row_id, Salt.salt).where(Salt.table_name == "t").order_by(Salt.row_id)).all()
    assert [tuple(row) for row in told] == [("one", "second"), ("two", "last")]
