"""Writes an event for every journaled row that a transaction inserts, changes or deletes.

It hangs on the session's flush, so a service cannot forget it; the events of a transaction are written together, right
before its commit, which spares a statement a flush. Statements that bypass the session (bulk updates)
are therefore not used on journaled tables, or their rows are given to `record_changed`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import has_app_context
from sqlalchemy import Connection, Engine, Table, event, insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction, UOWTransaction
from sqlalchemy.orm.attributes import instance_state

from marketplace.kernel import clock, kept
from marketplace.kernel.db import db, insert_plain, is_postgresql
from marketplace.kernel.journal.canonical import row_digest
from marketplace.kernel.journal.commitments import Committer, personal_names
from marketplace.kernel.journal.models import Event, Journaled

DELETED = "0" * 64
_WAITING = "journal_waiting"
Waiting = tuple[datetime, str, str, str, str]
"""An event not yet written: moment, table, key, digest, leaf."""


@cache
def digest_columns(mapper: Mapper[Any]) -> list[str]:
    """The attribute names whose values a row's digest covers, all but the personal ones."""
    personal: frozenset[str] = getattr(mapper.class_, "journal_personal", frozenset())
    return sorted(column.key for column in mapper.column_attrs if column.key not in personal)


def digest_of(row: object) -> str:
    """The digest of a journaled row as it is now."""
    mapper = inspect(row).mapper  # type: ignore[union-attr]
    return row_digest({name: getattr(row, name) for name in digest_columns(mapper)})


leaf_text: Callable[[Mapping[str, Any]], str] = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":")
).encode
"""The canonical JSON of an event: all values are text or whole numbers, all keys ASCII (RFC 8785)."""


def row_key(row: object) -> str:
    """The primary key of a row as text; a key of several columns is joined by '/'."""
    return "/".join(str(getattr(row, name)) for name in _shape(inspect(row).mapper).key)  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is asked of every row of a journaled table: its name, key, digested columns, values where none is given."""

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    defaults: Mapping[str, Any]


@cache
def _shape(mapper: Mapper[Any]) -> Shape:
    table = mapper.local_table
    assert isinstance(table, Table)
    key = tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)
    defaults: dict[str, Any] = {column.key: None for column in table.columns if column.nullable}
    defaults |= {
        column.key: column.default.arg  # type: ignore[attr-defined]
        for column in table.columns
        if column.default is not None and column.default.is_scalar
    }
    return Shape(table, key, tuple(digest_columns(mapper)), defaults)


def _record(session: Session, rows: Iterable[tuple[Journaled, bool]]) -> None:
    moment = clock.now()
    events = []
    committer = Committer(session)
    at = moment.isoformat()
    for row, deleted in rows:
        shape = _shape(instance_state(row).mapper)
        table = shape.table.name
        kept.note_change(session, table)
        key = "/".join(str(getattr(row, name)) for name in shape.key)
        digest = DELETED if deleted else row_digest({name: getattr(row, name) for name in shape.columns})
        more = committer.commit(row, table, key, deleted=deleted)
        if not deleted:
            more |= row.journal_extra()
        events.append(_event(moment, at, table, key, digest, more))
    if events:
        session.info.setdefault(_WAITING, []).extend(events)
        committer.keep()


def _event(moment: datetime, at: str, table: str, key: str, digest: str, more: Mapping[str, Any]) -> Waiting:
    leaf = leaf_text({"at": at, "digest": digest, "id": key, "table": table, "v": 1, **more})
    return moment, table, key, digest, leaf


def insert_rows(model: type[Journaled], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows as plain values in one statement, each with its event, as if they had been added as objects.

    For rows that come many at a time and that the transaction does not read as objects. A column left out gets its
    plain default; an id has to be given. Refuses a table whose events say more than the digest (TypeError).
    """
    if rows:
        full = _filled(model, rows)
        db.session.execute(insert(_shape(inspect(model)).table), full)
        _record_plain(model, full)


def insert_new(model: type[Journaled], row: dict[str, Any]) -> bool:
    """Insert one row as `insert_rows` does unless a unique key of its is taken; whether it was inserted.

    Where another transaction is inserting the same this waits for its end.
    """
    (full,) = _filled(model, [row])
    shape = _shape(inspect(model))
    kind = postgresql.insert if is_postgresql() else sqlite.insert
    statement = kind(shape.table).values(full).on_conflict_do_nothing().returning(*shape.table.primary_key)
    if db.session.execute(statement).first() is None:
        return False
    _record_plain(model, [full])
    return True


def _filled(model: type[Journaled], rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    mapper = inspect(model)
    if personal_names(mapper) or model.journal_extra is not Journaled.journal_extra:
        raise TypeError(f"{model.__name__} says more than its digest: add it as an object.")
    shape = _shape(mapper)
    full = [{**shape.defaults, **row} for row in rows]
    missing = set(shape.table.columns.keys()) - full[0].keys()
    if missing:
        raise TypeError(f"{model.__name__} lacks {', '.join(sorted(missing))}.")
    return full


def _record_plain(model: type[Journaled], rows: Sequence[dict[str, Any]]) -> None:
    moment, shape = clock.now(), _shape(inspect(model))
    at, table = moment.isoformat(), shape.table.name
    kept.note_change(db.session(), table)
    db.session().info.setdefault(_WAITING, []).extend(
        _event(
            moment,
            at,
            table,
            "/".join(str(row[name]) for name in shape.key),
            row_digest({name: row[name] for name in shape.columns}),
            {},
        )
        for row in rows
    )


def _write(session: Session, connection: Connection | None = None) -> None:
    events: list[Waiting] | None = session.info.pop(_WAITING, None)
    if events:
        # A look at wages has a session of its own: its events go where its row goes.
        connection = connection or session.connection()
        insert_plain(connection, Event, ("at", "table_name", "row_id", "digest", "leaf"), events)


def record_changed(rows: Iterable[Journaled]) -> None:
    """Write an event for rows that a statement of the caller's own has changed, as they are read back from it."""
    _record(db.session(), [(row, False) for row in rows])


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    written = [(row, False) for row in session.new if isinstance(row, Journaled)]
    written += [(row, False) for row in session.dirty if isinstance(row, Journaled) and session.is_modified(row)]
    written += [(row, True) for row in session.deleted if isinstance(row, Journaled)]
    _record(session, written)


def _before_commit(session: Session) -> None:
    session.flush()
    _write(session)


def _before_savepoint(connection: Connection, _name: str | None) -> None:
    """What happened before a savepoint stays when the savepoint is rolled back, so it is written before it."""
    if has_app_context():
        _write(db.session(), connection)


def _before_reading(state: ORMExecuteState) -> None:
    """Whoever reads the journal within the transaction finds what the transaction has done."""
    waits = _WAITING in state.session.info and state.is_select
    if waits and any(mapper.class_ is Event for mapper in state.all_mappers):
        _write(state.session)


def _after_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_WAITING, None)


def _after_rollback(session: Session, _previous: SessionTransaction) -> None:
    session.info.pop(_WAITING, None)


event.listen(db.session, "after_flush", _after_flush)
event.listen(db.session, "before_commit", _before_commit)
event.listen(db.session, "do_orm_execute", _before_reading)
event.listen(db.session, "after_soft_rollback", _after_rollback)
event.listen(db.session, "after_transaction_end", _after_end)
event.listen(Engine, "savepoint", _before_savepoint)
