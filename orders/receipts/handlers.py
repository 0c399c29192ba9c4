"""The receipt of a paid order, made after the payment's own transaction, so that nobody waits for its number."""

from typing import Any

from marketplace.kernel.db import begin_writing
from orders.checkout import states
from orders.checkout.services import lock_order
from orders.receipts.queries import receipt_of
from orders.receipts.services import issue_receipt


def issue(payload: dict[str, Any]) -> None:
    """Issue the receipt of an order that was paid; harmless twice, and where a refund or fee needed it before."""
    if receipt_of(payload["order_id"]):
        return
    begin_writing()
    order = lock_order(payload["order_id"])
    if order.state == states.State.PAID:
        issue_receipt(order)
