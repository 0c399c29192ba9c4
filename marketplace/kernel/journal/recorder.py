"""Writes an event for every journaled row that a transaction inserts, changes or deletes.

It hangs on the session's flush, so a service cannot forget it; the events of a transaction are written together, right
before its commit, which spares a statement a flush. Statements that bypass the session (bulk updates)
are therefore not used on journaled tables, or their rows are given to `record_changed`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from flask import has_app_context
from sqlalchemy import Connection, Engine, event, insert, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction, UOWTransaction

from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal.canonical import row_digest
from marketplace.kernel.journal.commitments import Committer
from marketplace.kernel.journal.models import Event, Journaled

DELETED = "0" * 64
_WAITING = "journal_waiting"


@cache
def digest_columns(mapper: Mapper[Any]) -> list[str]:
    """The attribute names whose values a row's digest covers, all but the personal ones."""
    personal: frozenset[str] = getattr(mapper.class_, "journal_personal", frozenset())
    return sorted(column.key for column in mapper.column_attrs if column.key not in personal)


def digest_of(row: object) -> str:
    """The digest of a journaled row as it is now."""
    mapper = inspect(row).mapper  # type: ignore[union-attr]
    return row_digest({name: getattr(row, name) for name in digest_columns(mapper)})


def leaf_text(fields: Mapping[str, Any]) -> str:
    """The canonical JSON of an event: all values are text or whole numbers, all keys ASCII (RFC 8785)."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def row_key(row: object) -> str:
    """The primary key of a row as text; a key of several columns is joined by '/'."""
    state = inspect(row)
    return "/".join(str(part) for part in state.mapper.primary_key_from_instance(row))  # type: ignore[union-attr]


def _record(session: Session, rows: Iterable[tuple[Journaled, bool]]) -> None:
    moment = clock.now()
    events = []
    committer = Committer(session)
    for row, deleted in rows:
        table = str(inspect(row).mapper.local_table.name)  # type: ignore[union-attr]
        key = row_key(row)
        digest = DELETED if deleted else digest_of(row)
        fields = {"at": moment.isoformat(), "digest": digest, "id": key, "table": table, "v": 1}
        fields |= committer.commit(row, table, key, deleted=deleted)
        if not deleted:
            fields |= row.journal_extra()
        events.append({"at": moment, "table_name": table, "row_id": key, "digest": digest, "leaf": leaf_text(fields)})
    if events:
        session.info.setdefault(_WAITING, []).extend(events)
        committer.keep()


def _write(session: Session, write: Callable[[Any, list[dict[str, Any]]], object]) -> None:
    events = session.info.pop(_WAITING, None)
    if events:
        write(insert(Event), events)


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
    _write(session, session.execute)


def _before_savepoint(connection: Connection, _name: str | None) -> None:
    """What happened before a savepoint stays when the savepoint is rolled back, so it is written before it."""
    if has_app_context():
        _write(db.session(), connection.execute)


def _before_reading(state: ORMExecuteState) -> None:
    """Whoever reads the journal within the transaction finds what the transaction has done."""
    waits = _WAITING in state.session.info and state.is_select
    if waits and any(mapper.class_ is Event for mapper in state.all_mappers):
        _write(state.session, state.session.execute)


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
