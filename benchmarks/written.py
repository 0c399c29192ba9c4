"""What a whole order of the product leaves in the database, kept so that a program without anything else repeats it.

Left out is the journal. Of a row that came and went nothing is kept, and one that changed after it came is kept as it
was at the end: whoever repeats this does a little less than the product.
"""

import os
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, MetaData, Table, create_engine, select
from werkzeug.test import Client

from benchmarks.flow import LOTS, Counter, Prepared
from benchmarks.load import Answer
from marketplace.kernel.db import reading

RECORDED = "BARE_FLOW"
"""The setting that names the file with the recorded order."""
SEALED = "v1."
STAMP_LENGTH = 13
Row = dict[str, Any]
_Rows = dict[str, dict[tuple[Any, ...], Row]]


@dataclass(frozen=True)
class Name:
    """A text that is another one in every order: what stands before and after it in its value, and which it is."""

    before: str
    number: int
    length: int
    after: str

    def of(self, stamp: str) -> str:
        """The text in the order of this stamp, as long as it was; those of an earlier order sort before it."""
        if self.length < STAMP_LENGTH + 2:
            new = stamp[-self.length :]
        else:
            new = f"{stamp}{self.number:02d}".ljust(self.length, "0")
        return f"{self.before}{new}{self.after}"


@dataclass
class Written:
    """Rows that an order inserts, by table, and what it adds to numbers that were there."""

    inserted: dict[str, list[Row]] = field(default_factory=dict)
    added: list[list[tuple[str, Row, Row]]] = field(default_factory=list)
    """Table, key and sums, for an order of each of the goods: else all orders would wait for the same rows."""
    token: str = ""


def record(made: Prepared) -> Written:
    """Make an order of each of the goods in this process and see what they left."""
    counter = Counter(made, lambda: _Inside(made), 0)
    engine = engine_of(made.environment["DATABASE_URL"])
    tables = reflected(engine)
    before = _everything(engine, tables)
    counter.order(0, [])
    after = _everything(engine, tables)
    new = {name: [row for key, row in rows.items() if key not in before[name]] for name, rows in after.items()}
    names = _names(before, new)
    written = Written(token=str(new["checkout_order"][0]["token"]))
    for table in tables.sorted_tables:  # a row comes after those it points at
        if rows := new[table.name]:
            written.inserted[table.name] = [_named(row, names) for row in rows]
    written.added.append(list(_added(tables, before, after)))
    for number in range(1, LOTS):
        before = after
        counter.order(number, [])
        after = _everything(engine, tables)
        written.added.append(list(_added(tables, before, after)))
    engine.dispose()
    return written


def _added(tables: MetaData, before: _Rows, after: _Rows) -> Iterator[tuple[str, Row, Row]]:
    for table in tables.sorted_tables:
        columns = [column.name for column in table.primary_key]
        for key, row in before[table.name].items():
            changed = {name: value - row[name] for name, value in after[table.name][key].items() if value != row[name]}
            if changed:
                yield table.name, dict(zip(columns, key, strict=True)), changed


def keep(written: Written, place: Path) -> dict[str, str]:
    """Write it to a file; the settings that name it."""
    place.write_bytes(pickle.dumps(written))
    return {RECORDED: str(place)}


def kept() -> Written:
    """What `keep` wrote."""
    written = pickle.loads(Path(os.environ[RECORDED]).read_bytes())  # written by `keep` a moment ago
    assert isinstance(written, Written)
    return written


def engine_of(url: str) -> Engine:
    """An engine of its own, to which PostgreSQL shows every row."""
    if url.startswith("sqlite"):
        return create_engine(url)
    return create_engine(url, pool_size=40, connect_args={"options": "-c lumbung.scope=* -c timezone=UTC"})


def reflected(engine: Engine) -> MetaData:
    """The tables of the database without what the product says of them; the journal's are left out."""
    found = MetaData()
    with reading():
        found.reflect(engine, only=lambda name, _found: not name.startswith(("journal_", "alembic")))
    return found


def _everything(engine: Engine, tables: MetaData) -> _Rows:
    with reading(), engine.connect() as connection:
        return {
            table.name: {_key(table, row): dict(row) for row in connection.execute(select(table)).mappings()}
            for table in tables.sorted_tables
        }


def _key(table: Table, row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _names(before: _Rows, new: Mapping[str, list[Row]]) -> list[str]:
    """The texts that no row held before: ids, tokens, numbers."""
    old = {text for rows in before.values() for row in rows.values() for text in _texts(row)}
    found = {text for rows in new.values() for row in rows for text in _texts(row)} - old
    # An id with something before or behind it is that id; who stands in JSON stands in a row of its own too.
    whole = {text for text in found if not any(other != text and other in text for other in found)}
    return sorted(whole)


def _texts(row: Row) -> Iterator[str]:
    return (value for value in row.values() if isinstance(value, str) and len(value) > 8 and value[:3] != SEALED)


def _named(row: Row, names: list[str]) -> Row:
    return {column: _name_in(value, names) for column, value in row.items()}


def _name_in(value: Any, names: list[str]) -> Any:
    if isinstance(value, str):
        for number, name in enumerate(names):
            if name in value:
                before, _name, after = value.partition(name)
                return Name(before, number, len(name), after)
    return value


class _Inside:
    """A line to the app in this process."""

    def __init__(self, made: Prepared) -> None:
        self._client = Client(made.app, use_cookies=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def ask(self, method: str, path: str, cookies: dict[str, str], body: bytes = b"", headers: str = "") -> Answer:
        """What the app says."""
        told = dict(line.split(": ", 1) for line in headers.splitlines())
        told["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        kind = None if headers else "application/x-www-form-urlencoded"
        answer = self._client.open(
            path,
            method=method,
            base_url="http://127.0.0.1",
            headers=told,
            content_type=kind,
            input_stream=BytesIO(body),
            content_length=len(body),
        )
        for line in answer.headers.getlist("Set-Cookie"):
            name, _equals, rest = line.partition("=")
            cookies[name] = rest.partition(";")[0]
        return Answer(answer.status_code, answer.headers.get("Location", ""), answer.data, 0.0)
