"""What a credit note says of a line: the parts of its price that went back, and who bore what nobody gets back."""

from collections.abc import Iterable
from typing import Any

from orders.checkout.models import Order, OrderLine
from orders.checkout.totals import Row, by_purpose
from orders.receipts.document import PRODUCER_SHARE
from orders.receipts.queries import receipt_of
from producers.fairprice.status import FOLDED


def credited_line(line: OrderLine, quantity: int, rows: Iterable[Row], **more: Any) -> dict[str, Any]:
    """One line of a note: pieces and split rows taken back, all positive; `more` stands beside them.

    Rows are folded where the makers did not agree that their wage is shown (DESIGN.md §3.9).
    """
    split = credited_rows(line, rows)
    return {
        "id": line.id,
        "kind": line.kind,
        "title": line.title,
        "seller": line.organisation.slug,
        "quantity": quantity,
        "amount_minor": sum(row["amount_minor"] for row in split),
        "origin": {"currency": line.currency, "amount_minor": sum(row["origin_minor"] for row in split)},
        "split": split,
        **more,
    }


def credited_rows(line: OrderLine, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """One row a purpose, in receipt order, without those that are nothing in both currencies."""
    folds = line.folds_labour
    shown = [
        Row(PRODUCER_SHARE if folds and row.purpose in FOLDED else row.purpose, "", row.amount_minor, row.origin_minor)
        for row in rows
    ]
    return [
        {"purpose": purpose, "amount_minor": charge, "origin_minor": origin}
        for purpose, (charge, origin) in by_purpose(shown).items()
    ]


def corrected(orders: Iterable[Order]) -> list[dict[str, str]]:
    """The orders a note corrects with the numbers of their receipts."""
    found = [(order.number, receipt_of(order.id)) for order in orders]
    return [{"order": number, "receipt": receipt.number} for number, receipt in found if receipt]
