"""Every row of every table as lines of text that both engines write and read alike.

The database's own catalogue says what there is, not our models: a backup holds what is stored, encrypted fields as
they are, and whatever table a later part brings.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, cast, collate, column, func, inspect, select, table, text, types
from sqlalchemy.dialects.postgresql import JSON as POSTGRESQL_JSON
from sqlalchemy.engine import Connection
from sqlalchemy.sql.expression import TableClause

from marketplace.kernel.backup.errors import RowsHidden, UnknownKind
from marketplace.kernel.db import db, reading, without_limits
from marketplace.kernel.journal.canonical import wide_int

ROWS_AT_ONCE = 1_000
VERSION_TABLE = "alembic_version"

# The first that fits names the column: what kind of value it holds, whatever the engine calls its type.
_KINDS: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
    (types.Boolean, "bool"),
    (types.Integer, "int"),
    (types.DateTime, "instant"),
    (types.Date, "date"),
    (types.LargeBinary, "bytes"),
    (types.JSON, "json"),
    (types.String, "text"),
)
_TYPES: dict[str, types.TypeEngine[Any]] = {
    "bool": types.Boolean(),
    "int": types.BigInteger(),
    "instant": types.DateTime(timezone=True),
    "date": types.Date(),
    "bytes": types.LargeBinary(),
    "json": types.Text(),
    "text": types.Text(),
}
_PYTHON: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "instant": (datetime,),
    "date": (date,),
    "bytes": (bytes, memoryview),
    "json": (str,),
    "text": (str,),
}


_HIDDEN = """
    WITH mine AS (
        SELECT polname, polpermissive, pg_get_expr(polqual, polrelid) AS condition FROM pg_policy
        WHERE polrelid = quote_ident(:table)::regclass AND polcmd IN ('*', 'r')
        AND EXISTS (SELECT FROM unnest(polroles) AS role WHERE role = 0 OR pg_has_role(current_user, role, 'usage'))
    )
    SELECT row_security_active(quote_ident(:table)) AND (
        NOT EXISTS (SELECT FROM mine WHERE polpermissive AND (condition = 'true'
            OR polname = 'scope' AND current_setting('lumbung.scope', true) = '*'))
        OR EXISTS (SELECT FROM mine WHERE NOT polpermissive)
    )
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as the catalogue has it: the kind of each column by name, and the columns that order its rows."""

    name: str
    kinds: Mapping[str, str]
    key: tuple[str, ...]

    def clause(self) -> TableClause:
        """The table for a statement, each column typed by its kind."""
        return table(self.name, *(column(name, _TYPES[kind]) for name, kind in self.kinds.items()))


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that sees one moment of the whole database and holds nobody up.

    PostgreSQL: one REPEATABLE READ transaction. SQLite: one read transaction, which in WAL mode is a snapshot too.
    """
    with db.engine.connect() as connection, without_limits(connection), reading():
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection
        connection.rollback()


def shapes(connection: Connection) -> list[Shape]:
    """Every table but the migrations' own, by name; refuses a column whose type has no kind, and hidden rows."""
    catalogue = inspect(connection)
    keys = {name: found["constrained_columns"] for (_, name), found in catalogue.get_multi_pk_constraint().items()}
    made = []
    for (_schema, name), columns in sorted(catalogue.get_multi_columns().items()):
        if name == VERSION_TABLE:
            continue
        _refuse_hidden(connection, name)
        kinds = {str(found["name"]): _kind_of(name, found) for found in columns}
        ordered = {key: kinds[key] for key in sorted(kinds)}
        made.append(Shape(name, ordered, tuple(keys.get(name) or ordered)))
    return made


def revision(connection: Connection) -> str:
    """The migration the tables are at; empty where none has run."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE))) or ""


def count(connection: Connection, shape: Shape) -> int:
    """How many rows the table has."""
    return connection.scalar(select(func.count()).select_from(shape.clause())) or 0


def lines(connection: Connection, shape: Shape) -> Iterator[bytes]:
    """Each row as one line, a JSON list in the order of the columns' names; rows in the order of their key."""
    clause = shape.clause()
    postgresql = connection.dialect.name == "postgresql"
    wanted: list[ColumnElement[Any]] = [
        cast(clause.c[name], Text) if kind == "json" else clause.c[name] for name, kind in shape.kinds.items()
    ]
    order = [_in_order(clause.c[name], shape.kinds[name], postgresql) for name in shape.key]
    kinds = list(shape.kinds.items())
    statement = select(*wanted).order_by(*order).execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
    for row in connection.execute(statement):
        values = [_written(value, kind, shape.name, name) for value, (name, kind) in zip(row, kinds, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, shape: Shape, written: Iterable[bytes]) -> Iterator[int]:
    """Insert the rows of such lines, some at a time; yields how many each time. Keys are checked by `keys_later`."""
    clause = shape.clause()
    named = {name: f"v{place}" for place, name in enumerate(shape.kinds)}
    values = {name: _bound(named[name], kind, connection.dialect.name) for name, kind in shape.kinds.items()}
    statement = clause.insert().values(values)
    batch: list[dict[str, Any]] = []
    for line in written:
        row = zip(shape.kinds.items(), json.loads(line), strict=True)
        batch.append({named[name]: _read(value, kind) for (name, kind), value in row})
        if len(batch) == ROWS_AT_ONCE:
            connection.execute(statement, batch)
            yield len(batch)
            batch = []
    if batch:
        connection.execute(statement, batch)
        yield len(batch)


@contextmanager
def keys_later(connection: Connection) -> Iterator[None]:
    """Within the block rows may come before those they point to; at its end every foreign key is checked.

    PostgreSQL: the keys are taken away and made again, as their own definition says, in this very transaction.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        yield
        return
    keys = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
        )
    ).all()
    for owner, name, _definition in keys:
        connection.exec_driver_sql(f"ALTER TABLE {owner} DROP CONSTRAINT {name}")
    yield
    # What waits for the end of the transaction, such as each entry's sum, is checked now.
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for owner, name, definition in keys:
        connection.exec_driver_sql(f"ALTER TABLE {owner} ADD CONSTRAINT {name} {definition}")


def set_counters(connection: Connection, shape: Shape) -> None:
    """Have the next numbered row follow the last; SQLite counts from its last row by itself."""
    if connection.dialect.name == "sqlite":
        return
    clause = shape.clause()
    for name, kind in shape.kinds.items():
        if kind != "int":
            continue
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(quote_ident(:table), :column)"), {"table": shape.name, "column": name}
        )
        last = connection.scalar(select(func.max(clause.c[name]))) if sequence else None
        if last is not None:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _refuse_hidden(connection: Connection, name: str) -> None:
    """Refuse a table of which this role may see some rows only, unless a policy lets it see them all.

    The policy is one of its own, or the house's for a transaction that acts for everybody (`kernel.scope`).
    """
    if connection.dialect.name == "postgresql" and connection.scalar(text(_HIDDEN), {"table": name}):
        raise RowsHidden(table=name)


def _kind_of(name: str, found: Mapping[str, Any]) -> str:
    for kind_type, kind in _KINDS:
        if isinstance(found["type"], kind_type):
            return kind
    raise UnknownKind(table=name, column=found["name"], reason=repr(found["type"]))


def _in_order(key: ColumnElement[Any], kind: str, postgresql: bool) -> ColumnElement[Any]:
    """By bytes on both engines, whatever language the database sorts in."""
    return collate(key, "C") if postgresql and kind in {"text", "json"} else key


def _bound(name: str, kind: str, dialect: str) -> ColumnElement[Any]:
    bound = bindparam(name, type_=_TYPES[kind])
    # As text, so that the keys inside keep their order.
    return cast(bound, POSTGRESQL_JSON) if kind == "json" and dialect == "postgresql" else bound


def _written(value: Any, kind: str, name: str, field: str) -> str | int | bool | None:
    if value is None:
        return None
    if type(value) not in _PYTHON[kind]:
        # SQLite lets a hand write a fraction or a word where a whole number belongs.
        raise UnknownKind(table=name, column=field, reason=type(value).__name__)
    return _WRITE[kind](value) if kind in _WRITE else value


def _read(value: Any, kind: str) -> Any:
    return _READ[kind](value) if value is not None and kind in _READ else value


def _instant(moment: datetime) -> str:
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")


_WRITE: dict[str, Callable[[Any], str | int]] = {
    "int": wide_int,
    "instant": _instant,
    "date": date.isoformat,
    "bytes": lambda value: bytes(value).hex(),
}
_READ: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": bytes.fromhex,
}
