"""Writes an event for every journaled row that a transaction inserts, changes or deletes.

It hangs on the session's flush, so a service cannot forget it; the events of a transaction and the salts of their
commitments are written together, right before its commit, which spares statements a flush, and on PostgreSQL they go
out with the COMMIT. Statements that bypass the session are used on journaled tables only through `insert_rows`,
`insert_new`, `insert_object`, `insert_new_object`, `change_rows`, `changed_rows` and `change`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from flask import has_app_context
from sqlalchemy import Connection, Engine, Table, Update, event, inspect
from sqlalchemy.orm import Mapper, Session, SessionTransaction, UOWTransaction
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value

from marketplace.kernel import clock, kept
from marketplace.kernel.db import db
from marketplace.kernel.driver import connection_of
from marketplace.kernel.journal.canonical import row_digest, row_digester, text_of
from marketplace.kernel.journal.commitments import Committer, personal_names, write_salts
from marketplace.kernel.journal.models import Event, Journaled, Salt
from marketplace.kernel.personal import INDEX_SUFFIX
from marketplace.kernel.plain import as_read, insert_plain, insert_plain_new, run, update_plain
from marketplace.kernel.together import with_commit

DELETED = "0" * 64
_WAITING, _SALTS = "journal_waiting", "journal_salts"
Waiting = tuple[datetime, str, str, str, str]
"""An event not yet written: moment, table, key, digest, leaf."""

_Picker = Callable[[Mapping[str, Any]], Sequence[Any]]
"""What gives the values that a row holds under some names."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What is asked of every row of a journaled table: its name, key, digested columns, values where none is given."""

    mapper: Mapper[Any]
    table: Table
    name: str
    key: tuple[str, ...]
    key_of: _Picker
    all: tuple[str, ...]
    all_of: _Picker
    columns: tuple[str, ...]
    columns_of: _Picker
    defaults: Mapping[str, Any]
    digest: Callable[[Sequence[object]], str]
    personal: tuple[str, ...]
    finds: bool


def _picker(names: Sequence[str]) -> _Picker:
    if len(names) == 1:  # of one name `itemgetter` gives the bare value
        return lambda row: (row[names[0]],)
    return itemgetter(*names)


_shapes: dict[type[Journaled], Shape] = {}


def _shape_of(model: type[Journaled]) -> Shape:
    found = _shapes.get(model)  # SQLAlchemy's own way from a class to its mapper is long
    return found if found is not None else _shapes.setdefault(model, _shape(inspect(model)))


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
    columns = tuple(digest_columns(mapper))
    personal = tuple(personal_names(mapper))
    finds = any(name + INDEX_SUFFIX in table.columns for name in personal)
    # A plain text: of its own kind of text SQLAlchemy makes the driver ask for each row what to do with it.
    name, every = str(table.name), tuple(table.columns.keys())
    return Shape(
        mapper,
        table,
        name,
        key,
        _picker(key),
        every,
        _picker(every),
        columns,
        _picker(columns),
        defaults,
        row_digester(columns),
        personal,
        finds,
    )


def _record(session: Session, rows: Iterable[tuple[Journaled, bool]]) -> None:
    moment = clock.now()
    events = []
    committer = Committer(session, session.info.setdefault(_SALTS, {}))
    at = moment.isoformat()
    for row, deleted in rows:
        shape = _shape(instance_state(row).mapper)
        table = shape.name
        kept.note_change(session, table)
        key = "/".join([str(getattr(row, name)) for name in shape.key])
        digest = DELETED if deleted else shape.digest(_values(row, shape.columns))
        more = committer.commit(row, table, key, deleted=deleted)
        if not deleted:
            more |= row.journal_extra()
        events.append(_event(moment, at, table, key, digest, more))
    if events:
        session.info.setdefault(_WAITING, []).extend(events)


def _values(row: object, names: Sequence[str]) -> list[object]:
    loaded = instance_dict(row)
    try:
        return [loaded[name] for name in names]
    except KeyError:  # some of it has to be read first
        return [getattr(row, name) for name in names]


def _event(moment: datetime, at: str, table: str, key: str, digest: str, more: Mapping[str, Any]) -> Waiting:
    if more:
        leaf = leaf_text({"at": at, "digest": digest, "id": key, "table": table, "v": 1, **more})
    else:  # the same text
        leaf = f'{{"at":"{at}","digest":"{digest}","id":{text_of(key)},"table":"{table}","v":1}}'
    return moment, table, key, digest, leaf


def insert_rows(model: type[Journaled], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows as plain values in one statement, each with its event, as if they had been added as objects.

    For rows that the transaction does not read as objects. A column left out gets its plain default; an id has to be
    given. Refuses a table whose events say more than digest and commitment, or that finds what is personal (TypeError).
    """
    if rows:
        full, shape, session = _filled(model, rows), _shape_of(model), db.session()
        insert_plain(connection_of(session), shape.table, shape.all, list(map(shape.all_of, full)))
        _record_plain(session, shape, full, commits=True)


def insert_new(model: type[Journaled], row: dict[str, Any]) -> bool:
    """Insert one row as `insert_rows` does unless a unique key of its is taken; whether it was inserted.

    Where another transaction is inserting the same this waits for its end.
    """
    (full,), shape, session = _filled(model, [row]), _shape_of(model), db.session()
    if not insert_plain_new(connection_of(session), shape.table, shape.all, shape.all_of(full)):
        return False
    _record_plain(session, shape, [full], commits=True)
    return True


def insert_object(row: Journaled) -> None:
    """Insert a new object as `insert_rows` does its row; from then on it is the session's as if read from there.

    What it leaves out gets its plain default. Give keys, not objects: its relations are read when they are asked for.
    """
    insert_rows(type(row), [_given(row)])
    _as_read(row)


def insert_new_object(row: Journaled) -> bool:
    """Insert a new object as `insert_object` does unless a unique key of its is taken; whether it was inserted."""
    if not insert_new(type(row), _given(row)):
        return False
    _as_read(row)
    return True


def _given(row: Journaled) -> dict[str, Any]:
    loaded = instance_dict(row)
    return {name: loaded[name] for name in _shape(instance_state(row).mapper).all if name in loaded}


def _as_read(row: Journaled) -> None:
    loaded = instance_dict(row)
    for name, value in _shape(instance_state(row).mapper).defaults.items():
        if name not in loaded:
            set_committed_value(row, name, value)
    as_read(row)


def change_rows(model: type[Journaled], names: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write some columns of rows in one statement, each with its event, as if objects had been changed.

    `rows` are whole and as they will be: read under their lock, then changed in `names`. Who holds one as an object
    reads it anew. Refuses personal columns, and a table whose events say more than the digest (TypeError).
    """
    if rows:
        _refuse_telling_more(model)
        shape, session = _shape_of(model), db.session()
        _refuse_personal(shape, names)
        update_plain(connection_of(session), shape.table, shape.key, names, rows)
        _record_plain(session, shape, rows)
        _read_anew(session, shape, rows)


def telling(model: type[Journaled], statement: Update) -> Update:
    """The statement, made to return what `changed_rows` needs to know of the rows it changes.

    Refuses a table whose events say more than the digest (TypeError).
    """
    _refuse_telling_more(model)
    shape = _shape_of(model)
    return statement.returning(*(shape.table.c[name] for name in dict.fromkeys(shape.key + shape.columns)))


def changed_rows(
    model: type[Journaled],
    statement: Update,
    values: Mapping[str, Any],
    *,
    personal: Mapping[str, str | None] = MappingProxyType({}),
) -> list[Mapping[str, Any]]:
    """Execute an UPDATE made `telling`; the rows it changed by their columns' names, each with its event.

    For what the database itself works out or picks. Who holds one as an object reads it anew. A statement that writes
    what is personal says in `personal` what all of that is from now on.
    """
    rows: list[Mapping[str, Any]] = [{**row._mapping, **personal} for row in run(statement, values)]
    if rows:
        shape, session = _shape_of(model), db.session()
        _record_plain(session, shape, rows, commits=bool(personal))
        _read_anew(session, shape, rows)
    return rows


def change(row: Journaled, **values: Any) -> None:
    """Change columns of an object and write them now, with the event, without a flush's search for what else changed.

    Refuses personal columns (TypeError), whose commitments a flush makes.
    """
    state, session = instance_state(row), db.session()
    shape = _shape(state.mapper)
    if state.modified:
        session.flush()
    _refuse_personal(shape, values)
    for name, value in values.items():
        set_committed_value(row, name, value)
    keyed = {name: getattr(row, name) for name in shape.key}
    update_plain(connection_of(session), shape.table, shape.key, tuple(values), [values | keyed])
    _record(session, [(row, False)])


def _refuse_personal(shape: Shape, names: Iterable[str]) -> None:
    if not frozenset(shape.personal).isdisjoint(names):
        raise TypeError(f"What is personal in {shape.name} is changed in an object.")


def _refuse_telling_more(model: type[Journaled]) -> None:
    if model.journal_extra is not Journaled.journal_extra:
        raise TypeError(f"{model.__name__} tells more in its events than its values: change an object.")


def _read_anew(session: Session, shape: Shape, rows: Sequence[Mapping[str, Any]]) -> None:
    held = session.identity_map
    for row in rows if len(held) else ():
        found = held.get(shape.mapper.identity_key_from_primary_key(tuple(shape.key_of(row))))
        if found is not None:
            if instance_state(found).modified:  # reading it anew would lose that without a word
                raise TypeError(f"A row of {shape.name} was changed in its object: flush before.")
            session.expire(found)


def _filled(model: type[Journaled], rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    shape = _shape_of(model)
    if shape.finds or model.journal_extra is not Journaled.journal_extra:
        raise TypeError(f"{model.__name__} needs more than its values: add it as an object.")
    full = [{**shape.defaults, **row} for row in rows]
    missing = set(shape.all) - full[0].keys()
    if missing:
        raise TypeError(f"{model.__name__} lacks {', '.join(sorted(missing))}.")
    return full


def _record_plain(session: Session, shape: Shape, rows: Sequence[Mapping[str, Any]], *, commits: bool = False) -> None:
    moment, table, commits = clock.now(), shape.name, commits and bool(shape.personal)
    at, events = moment.isoformat(), session.info.setdefault(_WAITING, [])
    kept.note_change(session, table)
    committer = Committer(session, session.info.setdefault(_SALTS, {}))
    for row in rows:
        key = "/".join(map(str, shape.key_of(row)))
        digest = shape.digest(shape.columns_of(row))
        more = committer.of_new(table, key, {name: row[name] for name in shape.personal}) if commits else {}
        events.append(_event(moment, at, table, key, digest, more))


def _write(session: Session, connection: Connection | None = None) -> None:
    events, salts = session.info.pop(_WAITING, None), session.info.pop(_SALTS, None)
    if events:
        # A look at wages has a session of its own: its events go where its row goes.
        connection = connection or session.connection()
        if salts:
            write_salts(connection, salts)
        insert_plain(connection, Event.__table__, ("at", "table_name", "row_id", "digest", "leaf"), events)


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    written = [(row, False) for row in session.new if isinstance(row, Journaled)]
    written += [(row, False) for row in session.dirty if isinstance(row, Journaled) and session.is_modified(row)]
    written += [(row, True) for row in session.deleted if isinstance(row, Journaled)]
    _record(session, written)


def _before_commit(session: Session) -> None:
    session.flush()
    if _WAITING in session.info and not session.in_nested_transaction():
        with_commit(session.connection())
    _write(session)


def _before_savepoint(connection: Connection, _name: str | None) -> None:
    """What happened before a savepoint stays when the savepoint is rolled back, so it is written before it."""
    if has_app_context():
        _write(db.session(), connection)


_EVENTS, _SALTS_KEPT = Event.__tablename__, Salt.__tablename__


def _before_reading(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
    """Whoever reads the journal within the transaction finds what the transaction has done."""
    if (_EVENTS in statement or _SALTS_KEPT in statement) and has_app_context() and db.session.registry.has():
        session = db.session()
        if _WAITING in session.info and session.connection() is connection:
            _write(session, connection)


def _after_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        _forget(session)


def _after_rollback(session: Session, _previous: SessionTransaction) -> None:
    _forget(session)


def _forget(session: Session) -> None:
    session.info.pop(_WAITING, None)
    session.info.pop(_SALTS, None)


event.listen(db.session, "after_flush", _after_flush)
event.listen(db.session, "before_commit", _before_commit)
event.listen(db.session, "after_soft_rollback", _after_rollback)
event.listen(db.session, "after_transaction_end", _after_end)
event.listen(Engine, "before_cursor_execute", _before_reading)
event.listen(Engine, "savepoint", _before_savepoint)
