"""Reading what was given back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from marketplace.kernel.db import db
from orders.checkout.models import OrderLine
from orders.receipts.models import CreditNote
from orders.refunds.models import Refund, RefundLine


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund's credit note with one seller's part of it, in the currency the buyer paid in."""

    number: str
    issued_at: datetime
    currency: str
    reason: str
    goods: str
    pieces: int
    amount_minor: int


def given_back(order_id: str, organisation_id: str) -> list[GivenBack]:
    """What one seller gave back of an order, the earliest first; of another seller's part nothing shows."""
    of_whom = (CreditNote.number, CreditNote.issued_at, Refund.currency, Refund.reason, Refund.goods)
    rows = db.session.execute(
        select(*of_whom, func.sum(RefundLine.quantity), func.sum(RefundLine.charge_minor))
        .join(Refund, Refund.id == CreditNote.cause_id)
        .join(RefundLine, RefundLine.refund_id == Refund.id)
        .join(OrderLine, OrderLine.id == RefundLine.order_line_id)
        .where(Refund.order_id == order_id, OrderLine.organisation_id == organisation_id)
        .group_by(CreditNote.id, *of_whom)
        .order_by(CreditNote.id)
    )
    return [
        GivenBack(number, issued_at, currency, reason, goods, int(pieces), int(minor))
        for number, issued_at, currency, reason, goods, pieces, minor in rows
    ]
