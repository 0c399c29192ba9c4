"""From a receipt's row to the records behind it: links for people of the seller who may read wages, for nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, url_for
from flask_login import current_user

from marketplace.accounts.models import Role
from marketplace.accounts.policy import READS_WAGES, current_roles
from orders.receipts.page import LineView

RECORD = "audit.record"


@dataclass(frozen=True, slots=True)
class Record:
    """One record, by its id; `url` is none where the console cannot show it."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class RowRecords:
    """The records behind one row of a split."""

    purpose: str
    records: list[Record]


@dataclass(frozen=True, slots=True)
class LineRecords:
    """The rows of one line that have records."""

    title: str
    rows: list[RowRecords]


def records_behind(lines: Iterable[LineView]) -> list[LineRecords]:
    """The records behind the lines whose seller the reader may look into; none for a stranger."""
    if not current_user.is_authenticated:
        return []
    roles: dict[str, frozenset[Role]] = {}
    shown = []
    for line in lines:
        slug = line.seller.slug
        if slug not in roles:
            roles[slug] = current_roles(current_user.id, slug)[1]
        rows = _rows(line, slug) if roles[slug] & READS_WAGES else []
        if rows:
            shown.append(LineRecords(line.document["title"], rows))
    return shown


def _rows(line: LineView, slug: str) -> list[RowRecords]:
    return [
        RowRecords(row["purpose"], [_record(slug, record_id) for record_id in row["evidence"]])
        for row in line.document["split"]
        if row["evidence"]
    ]


def _record(slug: str, record_id: str) -> Record:
    known = RECORD in current_app.view_functions
    return Record(record_id, url_for(RECORD, organisation=slug, record_id=record_id) if known else None)
