"""For migrations that change what of a table is personal: its rows are recorded again, past the models.

The newest event of a row is the one that counts. A text that becomes personal leaves the digest, so each row gets one
event more: a digest without the text, and a commitment to it. The older events stay as they were written.
"""

import os
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import Instant
from marketplace.kernel.journal.canonical import row_digest
from marketplace.kernel.journal.commitments import LEAF_KEY, NOTHING, SALT_BYTES, commitment
from marketplace.kernel.journal.recorder import leaf_text
from marketplace.kernel.personal import opened

EVENTS = sa.table(
    "journal_event", sa.column("at", Instant()), *map(sa.column, ("table_name", "row_id", "digest", "leaf"))
)
SALTS = sa.table("journal_salt", *map(sa.column, ("table_name", "row_id", "salt")))


def record_rows(connection: sa.Connection, table: sa.TableClause, *, personal: Sequence[str] = ()) -> int:
    """Write an event for every row of a table, typed as its model was then; how many rows.

    `personal` names the columns that are encrypted by now: they leave the digest and are committed to under new salts.
    """
    keys = sa.inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
    connection.execute(sa.delete(SALTS).where(SALTS.c.table_name == table.name))
    events, salts = [], []
    for row in connection.execute(sa.select(*table.c)).mappings().all():
        key = "/".join(str(row[each]) for each in keys)
        fields = _fields(table.name, key, row, personal)
        if "salt" in fields:
            salts.append({"table_name": table.name, "row_id": key, "salt": fields.pop("salt")})
        columns = {"at": clock.now(), "table_name": table.name, "row_id": key, "digest": fields["digest"]}
        fields |= {"at": columns["at"].isoformat(), "id": key, "table": table.name, "v": 1}
        events.append(columns | {"leaf": leaf_text(fields)})
    for statement, rows in ((sa.insert(EVENTS), events), (sa.insert(SALTS), salts)):
        if rows:
            connection.execute(statement, rows)
    return len(events)


def _fields(table: str, key: str, row: sa.RowMapping, personal: Sequence[str]) -> dict[str, Any]:
    digest = row_digest({name: value for name, value in row.items() if name not in personal})
    values = {name: None if row[name] is None else opened(row[name], f"{table}.{name}") for name in personal}
    if not any(values.values()):
        return {"digest": digest} | ({LEAF_KEY: NOTHING} if personal else {})
    salt = os.urandom(SALT_BYTES).hex()
    return {"digest": digest, "salt": salt, LEAF_KEY: commitment(table, key, salt, values)}
