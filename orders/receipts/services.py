"""Services on numbered documents: issue, revise, credit."""

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, update

from marketplace.accounts.organisations import platform
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.journal.canonical import canonical_bytes, digest
from marketplace.kernel.journal.receipt_proof import SEALS
from marketplace.kernel.journal.recorder import change, changed_rows, insert_new, insert_object, telling
from orders.checkout.models import Order
from orders.receipts.crediting import corrected
from orders.receipts.document import Document, PaidOn, receipt_document
from orders.receipts.models import CreditedOrder, CreditNote, NumberSeries, Receipt, ReceiptRevision
from orders.receipts.queries import credit_note_numbers, receipt_of

RECEIPTS = "PF"
CREDIT_NOTES = "CN"


def issue_receipt(order: Order, paid_on: PaidOn | None = None) -> Receipt:
    """The receipt of a paid order with its first revision; issuing it again gives the one there is.

    Call it last in the transaction, with the order locked: the number is gapless, so its series stays locked from
    here on. Only a fee or a refund that comes before the outbox has it issued first. `paid_on`, where it is known
    already, is not asked again.
    """
    issued = receipt_of(order.id)
    if issued:
        return issued
    paid_on = paid_on or PaidOn.now(order)
    issuer, today = platform(), clock.today()
    number = take_number(issuer.id, RECEIPTS, today)
    receipt = Receipt(
        id=ids.new_id(),
        order_id=order.id,
        issuer_id=issuer.id,
        number=number,
        token=ids.secret_token(),
        issued_on=today,
        revision=1,
    )
    insert_object(receipt)
    _store_revision(receipt, order, paid_on)
    return receipt


def revise_receipt(order: Order) -> ReceiptRevision | None:
    """Store the receipt anew after its amounts moved; earlier revisions stay. None where none was issued."""
    receipt = receipt_of(order.id)
    return revise(receipt, order, PaidOn.now(order)) if receipt else None


def revise(receipt: Receipt, order: Order, paid_on: PaidOn) -> ReceiptRevision:
    """Store a receipt anew where all that it tells is known; earlier revisions stay."""
    change(receipt, revision=receipt.revision + 1)
    return _store_revision(receipt, order, paid_on)


def issue_credit_note(orders: Sequence[Order], *, cause_id: str, currency: str, facts: dict[str, Any]) -> CreditNote:
    """A credit note over `facts` (what went back and who bore the loss, with `amount_minor`), numbered without gap.

    It corrects the orders given; one that corrects none stands alone (history from another shop).
    """
    issuer, today, corrects = platform(), clock.today(), corrected(orders)
    number = take_number(issuer.id, CREDIT_NOTES, today)
    document = {
        "number": number,
        "issued_at": today.isoformat(),
        "currency": currency,
        "corrects": corrects,
        **facts,
    }
    note = CreditNote(
        issuer_id=issuer.id,
        number=number,
        cause_id=cause_id,
        currency=currency,
        amount_minor=facts["amount_minor"],
        document=canonical_bytes(document).decode(),
        sha256=digest(document),
        issued_at=clock.now(),
    )
    db.session.add(note)
    db.session.flush()
    db.session.add_all(CreditedOrder(credit_note_id=note.id, order_id=order.id) for order in orders)
    db.session.flush()
    return note


def take_number(issuer_id: str, series: str, on: date) -> str:
    """The next number of an issuer's yearly series, such as PF-2026-000001; the series is locked from here on."""
    name = f"{series}-{on.year}"
    db.session.flush()
    counter = {"issuer": issuer_id, "name": name}
    taken = changed_rows(NumberSeries, _taking(), counter)
    if not taken:  # the first of its year, here or in another transaction just now
        insert_new(NumberSeries, {"issuer_id": issuer_id, "series": name, "last": 0})
        taken = changed_rows(NumberSeries, _taking(), counter)
    return f"{name}-{taken[0]['last']:06d}"


@cache
def _taking() -> Update:
    counter = (NumberSeries.issuer_id == bindparam("issuer"), NumberSeries.series == bindparam("name"))
    return telling(NumberSeries, update(NumberSeries).where(*counter).values(last=NumberSeries.last + 1))


def live_document(receipt: Receipt) -> Document:
    """The receipt as its statuses are today; it carries no proof, since nobody has sealed it."""
    return _document(receipt, receipt.order, PaidOn.now(receipt.order))


def _document(receipt: Receipt, order: Order, paid_on: PaidOn) -> Document:
    return receipt_document(
        order,
        number=receipt.number,
        revision=receipt.revision,
        issued_on=receipt.issued_on,
        as_of=clock.today(),
        credit_notes=credit_note_numbers(order.id),
        paid_on=paid_on,
    )


def _store_revision(receipt: Receipt, order: Order, paid_on: PaidOn) -> ReceiptRevision:
    document = _document(receipt, order, paid_on)
    stored = canonical_bytes({name: value for name, value in document.items() if name not in SEALS})
    revision = ReceiptRevision(
        receipt_id=receipt.id,
        revision=receipt.revision,
        document=stored.decode(),
        sha256=hashlib.sha256(stored).hexdigest(),
        issued_at=clock.now(),
    )
    db.session.add(revision)
    return revision
