"""The database: names of constraints, column types, transactions, append-only tables.

Both engines behave alike: on SQLite every transaction that may write begins IMMEDIATE, since a read-then-write
upgrade fails at once whatever the timeout; on PostgreSQL time limits are set for every connection.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DDL, DateTime, Engine, FromClause, MetaData, Table, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, configure_mappers
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from marketplace.config import (
    CHECKOUT,
    CONNECT_S_MAX,
    CONNECTION_WAIT_S_MAX,
    DATABASE_CONNECTIONS_MAX,
    IDLE_IN_TRANSACTION_MS_MAX,
    LOCK_WAIT_MS_MAX,
    PING_IDLE_S_MIN,
    STATEMENT_MS_MAX,
)
from marketplace.kernel import turns

ID_LENGTH = 40
_CHANGES = "changes_before"

_reads_only: ContextVar[bool] = ContextVar("reads_only", default=False)


class Base(DeclarativeBase):
    """What every table is declared on; constraints are named after what they forbid."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class LateMigrate:
    """Stands where flask_migrate looks for its settings; the library is loaded when a migration runs."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate

        Migrate(self._app, db, directory=str(CHECKOUT / "migrations"), render_as_batch=True)
        return getattr(self._app.extensions["migrate"], name)


class Instant(TypeDecorator[datetime]):
    """An aware moment, stored and returned in UTC on both engines; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def init_app(app: Flask) -> None:
    """Bind the database to the app."""
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", _engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    app.extensions["migrate"] = LateMigrate(app)


# A thread holds at most one connection, so whoever is served finds one free: the last used, which still knows its
# statements and pages.
_POOL = {
    "pool_size": DATABASE_CONNECTIONS_MAX,
    "max_overflow": 0,
    "pool_timeout": CONNECTION_WAIT_S_MAX,
    "pool_use_lifo": True,
}


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        connect_args = {"timeout": LOCK_WAIT_MS_MAX / 1000, "check_same_thread": False}
        pool = {} if make_url(url).database in {None, "", ":memory:"} else _POOL
        return {"hide_parameters": True, "connect_args": connect_args, **pool}
    limits = {
        "statement_timeout": STATEMENT_MS_MAX,
        "lock_timeout": LOCK_WAIT_MS_MAX,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS_MAX,
        "timezone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    return {
        "hide_parameters": True,  # what a person typed must not reach the logs
        **_POOL,
        "connect_args": {"connect_timeout": CONNECT_S_MAX, "options": options},
    }


@event.listens_for(Engine, "do_connect")
def _on_do_connect(dialect: Dialect, _record: ConnectionPoolEntry, _args: Any, options: dict[str, Any]) -> Any:
    if dialect.name != "postgresql":
        return None
    from marketplace.kernel.patience import PatientConnection, PatientCursor

    return PatientConnection.connect(**options, cursor_factory=PatientCursor)


@contextmanager
def without_limits(connection: Connection) -> Iterator[None]:
    """Within the block a migration or a backup may take its time; the connection is not used again."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.answer_s_max = None
    connection.exec_driver_sql("SET statement_timeout = 0")
    connection.commit()
    try:
        yield
    finally:
        connection.invalidate()


@contextmanager
def reading(only: bool = True) -> Iterator[None]:
    """Within the block a SQLite transaction takes no write lock; PostgreSQL is not concerned.

    Not `only`, it takes one, whatever was said around the block.
    """
    token = _reads_only.set(only)
    try:
        yield
    finally:
        _reads_only.reset(token)


@contextmanager
def snapshot() -> Iterator[None]:
    """Within the block the session reads one moment of the whole database and keeps no writer waiting."""
    db.session.rollback()
    with reading():
        if is_postgresql():
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            db.session.connection(execution_options=options)
        try:
            yield
        finally:
            db.session.rollback()


def only_read(reads: bool) -> None:
    """Say for the rest of this context whether transactions only read."""
    _reads_only.set(reads)


def is_only_reading() -> bool:
    """Whether what this context does now only reads."""
    return _reads_only.get()


def begin_writing() -> None:
    """Have what comes next write, within `reading` too: on SQLite what was looked at is let go, to be read again.

    So who has much to look at and to render first keeps the one writer for a moment only.
    """
    if _reads_only.get():
        if not is_postgresql():
            db.session.rollback()
        _reads_only.set(False)


def give_up() -> None:
    """Undo what this action tried; from here on it only reads, so its page waits for no writer and keeps none waiting.

    A second call finds nothing to undo, and what was read since stays loaded.
    """
    if not _reads_only.get():
        db.session.rollback()
        _reads_only.set(True)


@event.listens_for(Engine, "connect")
def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        # The driver's own transaction handling begins too late; begin() below does it.
        connection.isolation_level = None
        cursor = connection.cursor()
        # What is erased is overwritten with zeros, so that nothing of it stays behind in the file's free pages.
        # NORMAL outlives every kill; only a power cut can take the last commits (docs/operator.md).
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@event.listens_for(Engine, "checkin")
def _on_checkin(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["seen"] = time.monotonic()


@event.listens_for(Engine, "checkout")
def _on_checkout(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that lay idle whether it still lives; in a busy pool that would be one way there too many."""
    if time.monotonic() - record.info.get("seen", math.inf) < PING_IDLE_S_MIN:
        return
    driver: Any = connection
    if type(driver).__module__.startswith("psycopg"):
        import psycopg  # a house on SQLite does without it

        try:
            driver.autocommit = True  # else the question would open a transaction, and end it, first
            driver.execute("")
            driver.autocommit = False
        except psycopg.Error as error:
            raise DisconnectionError from error  # the pool opens another


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if _reads_only.get():
        connection.exec_driver_sql("BEGIN")
        connection.info[_CHANGES] = _changes(connection)
        return
    turns.begin(connection)


def end_reading() -> None:
    """Let go of what was looked at on SQLite; RuntimeError where something was written, which would be lost unsaid."""
    session = db.session()
    if session.in_transaction():
        connection = session.connection()
        waits = session.new or session.deleted or any(session.is_modified(row) for row in session.dirty)
        if waits or _changes(connection) != connection.info[_CHANGES]:
            raise RuntimeError("Something was written where only reading was announced: call begin_writing() before.")
    session.rollback()


def _changes(connection: Connection) -> int:
    driver: Any = connection.connection.driver_connection
    return int(driver.total_changes)


def get_to_know(app: Flask) -> None:
    """Do what only the first request would: open the connection that asks the database ten things more than any other,
    and work out how the tables' classes hang together. A database that is away is let be.
    """
    with app.app_context(), suppress(SQLAlchemyError):
        db.engine.connect().close()
    configure_mappers()


def is_postgresql() -> bool:
    """Whether the app runs on PostgreSQL."""
    return db.engine.dialect.name == "postgresql"


def append_only(table: FromClause, *, unless: str = "") -> None:
    """Let the database itself refuse every UPDATE and DELETE of the table's rows.

    `unless` is an SQL condition over OLD and NEW under which an UPDATE is allowed.
    """
    assert isinstance(table, Table)
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_sql(table.name, unless, dialect):
            after_create(table, statement, dialect)


def after_create(table: FromClause, statement: str, dialect: str) -> None:
    """Have a statement run, on one engine, right after the table is created."""
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def append_only_sql(table: str, unless: str, dialect: str) -> list[str]:
    """The statements that make a table append-only; migrations run the same ones."""
    when = f"WHEN (NOT ({unless})) " if unless else ""
    if dialect == "sqlite":
        fail = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {when}{fail}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {fail}",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation'; END$$",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW "
        f"{when}EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {table}_append_only()",
    ]
