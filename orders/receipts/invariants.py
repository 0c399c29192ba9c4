"""A receipt for every paid order, numbers without gap or double, documents that are what their fingerprint says."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from marketplace.config import RECEIPT_WAIT_MINUTES_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal.canonical import digest
from marketplace.kernel.journal.receipt_file import BadReceiptFile, json_object
from marketplace.kernel.outbox import waiting_for
from orders.checkout.models import Order
from orders.receipts.models import CreditNote, NumberSeries, Receipt, ReceiptRevision

BATCH = 500
ISSUES = "receipts.issue"


def paid_orders_have_one() -> Iterator[Broken]:
    """Every paid order has its receipt, or waits for it no longer than RECEIPT_WAIT_MINUTES_MAX (decision 0009)."""
    without = select(Order.id, Order.paid_at).outerjoin(Receipt, Receipt.order_id == Order.id)
    paid_at = dict(db.session.execute(without.where(Order.state == "paid", Receipt.id.is_(None))).tuples().all())
    due = clock.now() - timedelta(minutes=RECEIPT_WAIT_MINUTES_MAX)
    waiting = {message["order_id"] for message in waiting_for(ISSUES)} if paid_at else set()
    for order_id, moment in paid_at.items():
        if order_id not in waiting:
            yield Broken("receipts.issued", "checkout_order", order_id, "paid, without receipt, and none on its way")
        elif moment is None or moment < due:
            yield Broken("receipts.issued", "checkout_order", order_id, f"paid {moment}, and its receipt is not made")


def numbers_have_no_gap() -> Iterator[Broken]:
    """Every series' numbers are 1 to its last, each once (DESIGN.md §3.11)."""
    used: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for document in (Receipt, CreditNote):
        for issuer_id, number in db.session.execute(select(document.issuer_id, document.number)):
            series, _dash, place = number.rpartition("-")
            used[issuer_id, series].add(int(place) if place.isdecimal() else -1)
    for counter in db.session.scalars(select(NumberSeries)):
        if used.pop((counter.issuer_id, counter.series), set()) != set(range(1, counter.last + 1)):
            detail = f"{counter.series} does not run from 1 to {counter.last}"
            yield Broken("receipts.numbers", "receipt_number_series", counter.series, detail)
    for (_issuer, series), _numbers in used.items():
        yield Broken("receipts.numbers", "receipt_number_series", series, "numbers of a series nobody opened")


def documents_are_as_issued() -> Iterator[Broken]:
    """Every stored document has the fingerprint that was recorded when it was issued."""
    for model, table in ((ReceiptRevision, "receipt_revision"), (CreditNote, "receipt_credit_note")):
        rows = db.session.execute(select(model.id, model.document, model.sha256).execution_options(yield_per=BATCH))
        for row_id, document, sha256 in rows:
            try:
                same = digest(json_object(document)) == sha256
            except (BadReceiptFile, ValueError):
                same = False
            if not same:
                yield Broken("receipts.documents", table, row_id, "the document is not the one that was issued")
