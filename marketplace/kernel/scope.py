"""Whose rows a transaction may touch: the organisations its actor acts for, none where nobody said (DESIGN.md §3.8).

On PostgreSQL the tables that hold persons and pay have forced row-level security: a row is there only for a
transaction that names its organisation in the setting `lumbung.scope`. The setting is made with every transaction
and ends with it, so nothing leaks over a pooled connection. SQLite knows no such thing: there the queries alone hold.

The edge says whose work it does. A page's rule names its organisation; `lumbung` and `work` act for all; a question
whose answer holds nobody's name or pay, such as whether a cost is paid, says `everything()` where it is asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token

from flask import has_app_context
from sqlalchemy import Engine, FromClause, Table, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from marketplace.kernel.db import Base, after_create, db

SETTING = "lumbung.scope"
NOTHING, EVERYTHING = "", "*"
TABLES = "scoped_tables"

_scope: ContextVar[str] = ContextVar("scope", default=NOTHING)


@contextmanager
def everything() -> Iterator[None]:
    """Within the block transactions touch every organisation's rows."""
    with _within(EVERYTHING):
        yield


@contextmanager
def organisation(organisation_id: str) -> Iterator[None]:
    """Within the block transactions touch the rows of one organisation."""
    with _within(organisation_id):
        yield


def enter(organisation_id: str) -> None:
    """Act for one organisation in the rest of this request, the present transaction included."""
    _scope.set(organisation_id)
    _tell_present()


def begin_request() -> Token[str]:
    """Start with nothing in scope; the token is for `end_request`."""
    return _scope.set(NOTHING)


def end_request(token: Token[str]) -> None:
    """Forget whose rows the request touched."""
    _scope.reset(token)


def scoped(table: FromClause, *, through: str = "") -> None:
    """Have PostgreSQL show the table's rows only within their organisation's scope.

    `through` is a foreign key to a scoped table, where the organisation is that row's.
    """
    assert isinstance(table, Table)
    statements = scoped_sql(table, through)
    table.metadata.info.setdefault(TABLES, {})[table.name] = statements
    for statement in statements:
        after_create(table, statement, "postgresql")


def scoped_tables() -> dict[str, list[str]]:
    """The statements that protect each scoped table, by its name; migrations run the same ones."""
    found: dict[str, list[str]] = Base.metadata.info.get(TABLES, {})
    return found


def scoped_sql(table: Table, through: str) -> list[str]:
    """What protects a table: forced, so that its owner is no exception; one policy for reading and writing."""
    setting = f"(SELECT current_setting('{SETTING}', true))"
    if through:
        target = next(iter(table.c[through].foreign_keys)).column
        own = f"EXISTS (SELECT 1 FROM {target.table.name} AS whole WHERE whole.{target.name} = {table.name}.{through})"  # noqa: S608 - our own names
    else:
        own = f"organisation_id = {setting}"
    return [
        f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY scope ON {table.name} USING ({setting} = '{EVERYTHING}' OR {own})",
    ]


@contextmanager
def _within(scope: str) -> Iterator[None]:
    if scope == _scope.get():
        yield
        return
    token = _scope.set(scope)
    _tell_present()
    try:
        yield
    finally:
        _scope.reset(token)
        with suppress(SQLAlchemyError):  # a transaction that failed is rolled back, and the setting with it
            _tell_present()


def _tell_present() -> None:
    """Tell a transaction that began under another scope; one that begins later is told as it begins."""
    if has_app_context() and db.session.registry.has() and db.session().in_transaction():
        connection = db.session.connection()
        if connection.dialect.name == "postgresql" and not connection.invalidated:
            _tell(connection)


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name == "postgresql" and _scope.get() != NOTHING:
        _tell(connection)


def _tell(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT set_config('{SETTING}', %s, true)", (_scope.get(),))
