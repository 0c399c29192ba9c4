"""Salted commitments: the journal holds to what is personal without holding it (DESIGN.md §3.7).

An event that writes a personal field carries an HMAC of all of the row's personal fields under a salt kept apart. Who
has the log alone learns nothing of them, not even by guessing. A later write takes a new salt in the old one's place,
so that erasing a field erases what the older events could have been tried against. Commitments are to the text itself:
a change of keys touches none.
"""

import hmac
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, String, and_, delete, func, or_, select, type_coerce
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.attributes import instance_state

from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal.canonical import canonical_bytes
from marketplace.kernel.journal.models import Event, Journaled, Salt
from marketplace.kernel.personal import FieldUnreadable, Personal, opened
from marketplace.kernel.plain import replace_plain

LEAF_KEY = "commitment"
SALT_BYTES = 16
NOTHING = ""
"""The commitment to no personal content at all; it needs no salt."""

BEGINNING = "journal_salt"
"""The table named by the event from which on commitments can be proven."""

Values = Mapping[str, str | None]


@cache
def personal_names(mapper: Mapper[Any]) -> list[str]:
    """The attribute names of a table's personal fields."""
    return sorted(each.key for each in mapper.column_attrs if isinstance(each.columns[0].type, Personal))


def commitment(table: str, row_id: str, salt: str, values: Values) -> str:
    """The HMAC-SHA256 of a row's personal fields under its salt, in hexadecimal."""
    text = canonical_bytes({"table": table, "id": row_id, "fields": dict(values)})
    return hmac.new(bytes.fromhex(salt), text, "sha256").hexdigest()


def beginning(moment: datetime) -> dict[str, Any]:
    """The event that says: salts are kept from here on; what earlier events committed to cannot be proven."""
    fields = {"at": moment.isoformat(), "digest": "0" * 64, "id": "", "table": BEGINNING, "v": 1}
    leaf = canonical_bytes(fields).decode()
    return {"at": moment, "table_name": BEGINNING, "row_id": "", "digest": fields["digest"], "leaf": leaf}


Salts = dict[tuple[str, str], str | None]
"""The salts that a transaction has not written yet, by table and key; None where one is to go. The last word holds."""


class Committer:
    """The commitments of one flush; their salts join those that wait for `write_salts`."""

    def __init__(self, session: Session, salts: Salts) -> None:
        self._session = session
        self._salts = salts

    def commit(self, row: Journaled, table: str, key: str, *, deleted: bool) -> dict[str, str]:
        """What the leaf of a row's event says of its personal fields: nothing where none of them was written."""
        state: Any = instance_state(row)
        names = personal_names(state.mapper)
        if not names:
            return {}
        is_new = row in self._session.new
        if not (is_new or deleted or any(state.attrs[name].history.has_changes() for name in names)):
            return {}
        values = {} if deleted else {name: _text(getattr(row, name)) for name in names}
        if not any(values.values()):
            if not is_new:
                self._salts[table, key] = None
            return {} if deleted else {LEAF_KEY: NOTHING}
        return self._salted(table, key, values)

    def of_new(self, table: str, key: str, values: Mapping[str, object]) -> dict[str, str]:
        """What the leaf of a new row's event says of its personal fields: nothing where the table has none."""
        if not values:
            return {}
        texts = {name: _text(value) for name, value in values.items()}
        return self._salted(table, key, texts) if any(texts.values()) else {LEAF_KEY: NOTHING}

    def _salted(self, table: str, key: str, values: Values) -> dict[str, str]:
        salt = os.urandom(SALT_BYTES).hex()
        self._salts[table, key] = salt
        return {LEAF_KEY: commitment(table, key, salt, values)}


def write_salts(connection: Connection, salts: Salts) -> None:
    """Write new salts in the place of the old, and let go of those whose rows hold nothing personal any more."""
    gone = [and_(Salt.table_name == table, Salt.row_id == key) for (table, key), salt in salts.items() if salt is None]
    if gone:
        connection.execute(delete(Salt).where(or_(*gone)))
    kept = [(table, key, salt) for (table, key), salt in salts.items() if salt]
    replace_plain(connection, Salt.__table__, ("table_name", "row_id"), ("table_name", "row_id", "salt"), kept)


def check_commitments(mapper: Mapper[Any], committed: Mapping[str, str]) -> Iterator[Broken]:
    """Each row of a table whose personal fields are not those its newest commitment, of `committed`, was made of."""
    names = personal_names(mapper)
    if not names:
        return
    table = str(mapper.local_table)
    salts = dict(db.session.execute(select(Salt.row_id, Salt.salt).where(Salt.table_name == table)).tuples().all())
    for key, values in _held(mapper, names) if committed else ():
        made = committed.get(key)
        if made is None:
            continue  # written before there were commitments
        if made == NOTHING:
            held = not any(values.values())
        else:
            held = key in salts and hmac.compare_digest(commitment(table, key, salts[key], values), made)
        if not held:
            yield Broken("commitment", table, key, "what is personal in it is not as it was written")


def latest_commitments() -> dict[str, dict[str, str]]:
    """The newest commitment of every row that has one, by table and key: one walk for all tables."""
    begun = select(func.max(Event.id)).where(Event.row_id == "", Event.table_name == BEGINNING)
    marked = Event.leaf.contains(f'"{LEAF_KEY}":', autoescape=True)
    query = select(Event.table_name, Event.row_id, Event.leaf).where(Event.id > (db.session.scalar(begun) or 0), marked)
    latest: dict[str, dict[str, str]] = defaultdict(dict)
    for table, row_id, leaf in db.session.execute(query.order_by(Event.id).execution_options(yield_per=2_000)):
        latest[table][row_id] = _read(leaf)
    return latest


def _read(leaf: str) -> str:
    """The commitment in a leaf's text, without reading the rest: keys are in order and hold no quotes."""
    return leaf.partition(f'"{LEAF_KEY}":"')[2].partition('"')[0]


def _held(mapper: Mapper[Any], names: list[str]) -> Iterator[tuple[str, Values]]:
    """Key and personal fields of every row; a row that cannot be read is another check's to name."""
    table, columns = str(mapper.local_table), {name: mapper.column_attrs[name].columns[0] for name in names}
    stored = [type_coerce(column, String).label(name) for name, column in columns.items()]
    for row in db.session.execute(select(*mapper.primary_key, *stored).execution_options(yield_per=2_000)):
        key = "/".join(str(part) for part in row[: -len(names)])
        try:
            found = dict(zip(names, row[-len(names) :], strict=True))
            yield (
                key,
                {
                    name: value if value is None else opened(value, f"{table}.{columns[name].name}")
                    for name, value in found.items()
                },
            )
        except FieldUnreadable:
            continue


def _text(value: object) -> str | None:
    return None if value is None else str(value)
