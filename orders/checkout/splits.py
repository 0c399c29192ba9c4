"""The split of a line as stored: append rows, add up what is in force."""

from collections.abc import Iterable

from marketplace.kernel.db import db
from orders.checkout.models import OrderLine, OrderSplit
from orders.checkout.totals import Row, summed


def append_rows(line: OrderLine, kind: str, cause_id: str, rows: Iterable[Row]) -> None:
    """Append rows to a line's split; what stands there already is never touched."""
    start = len(line.splits) + 1
    for ordinal, row in enumerate(rows, start=start):
        line.splits.append(
            OrderSplit(
                ordinal=ordinal,
                kind=kind,
                cause_id=cause_id,
                purpose=row.purpose,
                source_id=row.source_id,
                amount_minor=row.amount_minor,
                origin_minor=row.origin_minor,
            )
        )
    db.session.flush()


def in_force(line: OrderLine) -> list[Row]:
    """Where the money of what is not refunded goes now, in receipt order."""
    return summed(Row(row.purpose, row.source_id, row.amount_minor, row.origin_minor) for row in line.splits)


def amount_of(rows: Iterable[Row], purpose: str) -> int:
    """The charge amount for one purpose."""
    return sum(row.amount_minor for row in rows if row.purpose == purpose)
