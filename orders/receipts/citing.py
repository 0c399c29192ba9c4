"""The answer to the floor below: on which receipt lines does a record stand?"""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from marketplace.config import RECEIPT_LINES_SHOWN
from marketplace.kernel.db import db
from orders.checkout.models import OrderLine, OrderSplit
from orders.receipts.models import Receipt
from producers.audit.receipts import ReceiptLine


def lines_citing(organisation_id: str, source_ids: Collection[str]) -> Sequence[ReceiptLine]:
    """One seller's receipt lines that cite any of the records, the latest first, in the seller's currency.

    At most RECEIPT_LINES_SHOWN. No address is given: a receipt opens for whoever holds its token, the buyer.
    """
    if not source_ids:
        return []
    amount = func.sum(OrderSplit.origin_minor)
    rows = db.session.execute(
        select(Receipt.number, Receipt.issued_on, OrderLine.id, OrderLine.title, OrderLine.currency, amount)
        .join(OrderLine, OrderLine.order_id == Receipt.order_id)
        .join(OrderSplit, OrderSplit.order_line_id == OrderLine.id)
        .where(OrderLine.organisation_id == organisation_id, OrderSplit.source_id.in_(source_ids))
        .group_by(Receipt.number, Receipt.issued_on, OrderLine.id, OrderLine.title, OrderLine.currency)
        .order_by(Receipt.issued_on.desc(), Receipt.number.desc(), OrderLine.id)
        .limit(RECEIPT_LINES_SHOWN)
    )
    return [
        ReceiptLine(number, line_id, title, on, int(minor), currency)
        for number, on, line_id, title, currency, minor in rows
    ]
