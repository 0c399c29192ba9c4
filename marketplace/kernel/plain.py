"""Past the session: rows and statements as the driver takes them, where objects would cost a multiple and serve nobody.

Journaled tables are written so only through the journal's recorder, which gives each row its event.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import FromClause, LargeBinary, Result, String
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.types import TypeEngine

from marketplace.kernel.db import db
from marketplace.kernel.driver import rows_of, send, session_connection
from marketplace.kernel.statements import Statement, made

_Plain = tuple[str, dict[int, Any]]


def insert_plain(
    connection: Connection, table: FromClause, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows of values in one statement as the driver takes them, each value turned as its column's type says.

    For what comes by the dozen in every transaction, by the thousand in the sequencer, and is not read as objects.
    """
    if rows:
        _insert_plain(connection, table, tuple(names), rows, "")


def insert_plain_new(connection: Connection, table: FromClause, names: Sequence[str], row: Sequence[Any]) -> bool:
    """Insert one row as `insert_plain` does unless a unique key of its is taken; whether it was inserted."""
    return bool(_insert_plain(connection, table, tuple(names), [row], " ON CONFLICT DO NOTHING").rowcount == 1)


def replace_plain(
    connection: Connection,
    table: FromClause,
    keys: Sequence[str],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Insert rows as `insert_plain` does; where one with the same `keys` is there already it gets the new values."""
    if rows:
        ending = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET "
        ending += ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
        _insert_plain(connection, table, tuple(names), rows, ending)


def update_plain(
    connection: Connection,
    table: FromClause,
    keys: Sequence[str],
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Give rows, found by their `keys`, the values that they hold under `names`, as `insert_plain` inserts."""
    if rows:
        columns = (*names, *keys)
        plain = _plain_update(table, tuple(keys), tuple(names), connection.dialect, len(rows) == 1)
        _execute_plain(connection, plain, [[row[name] for name in columns] for row in rows])


def _insert_plain(
    connection: Connection, table: FromClause, names: tuple[str, ...], rows: Sequence[Sequence[Any]], ending: str
) -> Any:
    return _execute_plain(connection, _plain_insert(table, names, ending, connection.dialect, len(rows) == 1), rows)


def _execute_plain(connection: Connection, plain: _Plain, rows: Sequence[Sequence[Any]]) -> Any:
    statement, processors = plain
    if len(rows) == 1:
        (row,) = map(list, rows)
        for place, process in processors.items():
            row[place] = process(row[place])
        return send(connection, statement, row)
    columns = list(zip(*rows, strict=True))
    for place, process in processors.items():
        same = {id(value): value for value in columns[place]}  # a moment stands in many rows: it is turned once
        turned = {key: process(value) for key, value in same.items()}
        columns[place] = tuple([turned[id(value)] for value in columns[place]])
    if connection.dialect.name == "sqlite":
        return send(connection, statement, list(zip(*columns, strict=True)), many=True)
    return send(connection, statement, [list(column) for column in columns])


@cache
def _plain_insert(table: FromClause, names: tuple[str, ...], ending: str, dialect: Dialect, is_one: bool) -> _Plain:
    """The statement, and for each place how its value is turned."""
    places, types, turned = _places(table, names, dialect)
    if is_one or dialect.name == "sqlite":
        source = f"VALUES ({', '.join(places)})"
    else:
        source = f"SELECT * FROM unnest({', '.join(types)})"  # noqa: S608 - our own names
    quote = dialect.identifier_preparer.quote
    return f"INSERT INTO {table} ({', '.join(quote(name) for name in names)}) {source}{ending}", turned


@cache
def _plain_update(
    table: FromClause, keys: tuple[str, ...], names: tuple[str, ...], dialect: Dialect, is_one: bool
) -> _Plain:
    columns = (*names, *keys)
    places, types, turned = _places(table, columns, dialect)
    source = ""
    if not is_one and dialect.name != "sqlite":
        told = [f"v{place}" for place in range(len(columns))]
        source = f" FROM unnest({', '.join(types)}) AS given({', '.join(told)})"
        places = [f"given.{name}" for name in told]
    quote = dialect.identifier_preparer.quote
    changes = [f"{quote(name)} = {place}" for name, place in zip(names, places, strict=False)]
    found = [f"{table}.{quote(key)} = {place}" for key, place in zip(keys, places[len(names) :], strict=True)]
    statement = f"UPDATE {table} SET {', '.join(changes)}{source} WHERE {' AND '.join(found)}"  # noqa: S608 - our names
    return statement, turned


def _places(table: FromClause, names: tuple[str, ...], dialect: Dialect) -> tuple[list[str], list[str], dict[int, Any]]:
    """Where the values of one row stand, where the arrays of many do, and for each place how its value is turned."""
    types = [table.c[name].type.dialect_impl(dialect) for name in names]
    # Bytes go in as they are: a view of each is twice the sequencer's work.
    plain = (place for place, type_ in enumerate(types) if not isinstance(type_, LargeBinary))
    turned = {place: types[place].bind_processor(dialect) for place in plain}
    ones = ["?" if dialect.name == "sqlite" else "%s" for _name in names]
    # Binary: the driver's text form of an array asks a regular expression about every quote in it.
    many = [f"%b::{_array_of(type_, dialect)}[]" for type_ in types]
    return ones, many, {place: process for place, process in turned.items() if process}


def _array_of(type_: TypeEngine[Any], dialect: Dialect) -> str:
    """What an array's elements are; a text without its length, since a cast would cut what the column refuses."""
    return "TEXT" if isinstance(type_, String) else type_.compile(dialect)


def as_read(row: object) -> None:
    """Have the session hold a new object whose row was written past it, as if it had been read from there."""
    make_transient_to_detached(row)
    db.session.add(row)


def run(statement: Statement, values: Mapping[str, Any] | None = None) -> Result[Any]:
    """What a statement gives, asked in the session's transaction past its objects: nothing is flushed first.

    For statements made once (`@cache`, `bindparam`, `among`) that read a few columns, or write rows and return some.
    """
    connection = session_connection()
    kept = made(statement, connection.dialect)
    if kept is None:
        return connection.execute(statement, values)
    cursor = send(connection, kept.text, kept.given(values or {}))
    return kept.read(rows_of(connection, cursor), cursor, connection.dialect)


def write(statement: Statement, values: Mapping[str, Any] | None = None) -> Any:
    """Execute a statement that gives no rows, as `run` does; `rowcount` of what comes back says how many it wrote.

    Within `together()` it says so once the block is over.
    """
    connection = session_connection()
    kept = made(statement, connection.dialect)
    if kept is None:
        return connection.execute(statement, values)
    return send(connection, kept.text, kept.given(values or {}), own=True)
