"""What every export shares: one command a kind, CSV in the same bytes each time, no text that acts as a formula.

An export is a query whose rows are written as they come: of one moment of the house, by the bytes of their ids, with
amounts in minor units and moments in UTC, so that a house restored or moved to the other engine exports the same file.
"""

import csv
import io
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import IO, Any

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import ColumnElement, Select, collate

from marketplace.config import EXPORT_ROWS_AT_ONCE
from marketplace.kernel.db import db, is_postgresql, snapshot

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Exported = Callable[[str], Select[Any]]
"""From a cooperative's slug to the query whose columns and rows are the file's; raises NotFound where there is none."""


@click.group("export")
def export_group() -> None:
    """Write a cooperative's records out as CSV, for its own bookkeeping or another program."""


def init_app(app: Flask) -> None:
    """Plug in the command group, to which parts add one command a kind."""
    app.cli.add_command(export_group)


def add_export(kind: str, about: str, exported: Exported) -> None:
    """Add `lumbung export KIND --cooperative SLUG`."""

    @click.option("--cooperative", "slug", metavar="SLUG", required=True, help="Whose records.")
    @with_appcontext
    def run(slug: str) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # the same bytes on every machine
        with snapshot():
            write(exported(slug), sys.stdout)

    export_group.add_command(click.command(kind, help=about)(run))


def write(query: Select[Any], out: IO[str]) -> None:
    """The query's rows as CSV (RFC 4180) with a line of names, EXPORT_ROWS_AT_ONCE held at a time."""
    writer = csv.writer(out, lineterminator="\n")
    rows = db.session.execute(query.execution_options(yield_per=EXPORT_ROWS_AT_ONCE))
    writer.writerow(rows.keys())
    for row in rows:
        writer.writerow([cell(value) for value in row])


def cell(value: Any) -> str:
    """A value as a cell: nothing is empty, a moment stands in UTC, a text that begins like a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return plain(value) if isinstance(value, str) else str(value)


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula, also after it was saved as CSV and opened again."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def by_bytes(key: Any) -> ColumnElement[Any]:
    """To order by: the same on both engines, whatever language the database sorts in."""
    ordered: ColumnElement[Any] = collate(key, "C") if is_postgresql() else key
    return ordered
