"""The split of a line as stored: append rows, add up what is in force."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from marketplace.kernel.db import db
from marketplace.kernel.journal.recorder import insert_rows
from marketplace.kernel.plain import as_read
from orders.checkout.models import OrderLine, OrderSplit
from orders.checkout.totals import Row, summed


def append_rows(line: OrderLine, kind: str, cause_id: str, rows: Iterable[Row]) -> None:
    """Append rows to a line's split; what stands there already is never touched."""
    more = _plain(line.id, len(line.splits) + 1, kind, cause_id, rows)
    insert_rows(OrderSplit, more)
    appended = [OrderSplit(**row) for row in more]
    for split in appended:
        as_read(split)
    set_committed_value(line, "splits", [*line.splits, *appended])


def freeze(splits: Mapping[str, Iterable[Row]], order_id: str) -> None:
    """Write the first rows of each line (its id → rows), those of the sale, at once."""
    insert_rows(
        OrderSplit, [row for line_id, rows in splits.items() for row in _plain(line_id, 1, "sale", order_id, rows)]
    )
    for line_id in splits:  # whoever holds a line as an object has seen it without
        line = db.session.identity_map.get(identity_key(OrderLine, line_id))
        if line is not None:
            db.session.expire(line, ["splits"])


def _plain(line_id: str, first: int, kind: str, cause_id: str, rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [
        {
            "order_line_id": line_id,
            "ordinal": ordinal,
            "kind": kind,
            "cause_id": cause_id,
            "purpose": row.purpose,
            "source_id": row.source_id,
            "amount_minor": row.amount_minor,
            "origin_minor": row.origin_minor,
        }
        for ordinal, row in enumerate(rows, start=first)
    ]


def in_force(line: OrderLine) -> list[Row]:
    """Where the money of what is not refunded goes now, in receipt order."""
    return summed(Row(row.purpose, row.source_id, row.amount_minor, row.origin_minor) for row in line.splits)


def amount_of(rows: Iterable[Row], purpose: str) -> int:
    """The charge amount for one purpose."""
    return sum(row.amount_minor for row in rows if row.purpose == purpose)
