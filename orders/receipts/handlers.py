"""The receipt of a paid order, made after the payment's own transaction, so that nobody waits for its number."""

from typing import Any

from marketplace.kernel.db import begin_writing
from orders.checkout import states
from orders.checkout.services import lock_order
from orders.receipts.models import Receipt
from orders.receipts.queries import receipt_of, token_of_receipt
from orders.receipts.services import issue_receipt


def issue(payload: dict[str, Any]) -> None:
    """Issue the receipt of an order that was paid; harmless twice, and where a refund or fee needed it before."""
    if token_of_receipt(payload["order_id"]) is None:
        issued(payload["order_id"])


def issued(order_id: str) -> Receipt | None:
    """The receipt of an order, made now where it is not there yet; none of an order that is not paid."""
    receipt = receipt_of(order_id)
    if receipt:
        return receipt
    begin_writing()
    order = lock_order(order_id)
    return issue_receipt(order) if order.state == states.State.PAID else None
