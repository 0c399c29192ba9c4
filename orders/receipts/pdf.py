"""Receipts and credit notes on paper: rendered once a document and language, then kept."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from flask import current_app, render_template

from marketplace.kernel.i18n import language
from marketplace.kernel.journal.receipt_file import ATTACHMENT_NAME
from marketplace.kernel.media_store import media_key, storage_at
from marketplace.kernel.pdf import Attachment, house_css, render_pdf
from orders.receipts.credit_notes import CreditNoteView
from orders.receipts.models import CreditNote, Receipt, ReceiptRevision
from orders.receipts.page import receipt_view

PDF = "application/pdf"
TEMPLATE_VERSION = "3"
"""Raise it when the paper's look changes, so that kept files are made anew."""
CREDIT_NOTE_FILE = "credit-note.json"


def receipt_pdf(receipt: Receipt, revision: ReceiptRevision, sealed: dict[str, Any]) -> bytes:
    """The sealed revision as PDF with the very JSON attached; the same bytes every time."""

    def page() -> str:
        view = receipt_view(receipt, sealed, issued=sealed, on_paper=True)
        return render_template("orders/receipts/paper.html", view=view, for_pdf=True)

    return _kept(revision, f"{receipt.number}-{revision.revision}", page, _attached(sealed, ATTACHMENT_NAME))


def credit_note_pdf(view: CreditNoteView, sealed: dict[str, Any]) -> bytes:
    """The sealed credit note as PDF with the very JSON attached; the same bytes for every reader, every time."""

    def page() -> str:
        return render_template("orders/receipts/credit_note_paper.html", view=view, for_pdf=True)

    return _kept(view.note, view.note.number, page, _attached(sealed, CREDIT_NOTE_FILE))


def _kept(issued: ReceiptRevision | CreditNote, name: str, page: Callable[[], str], attachment: Attachment) -> bytes:
    storage = storage_at(current_app.config["MEDIA_URL"])
    wish = f"{issued.__tablename__}:{TEMPLATE_VERSION}:{issued.id}:{issued.sha256}:{language()}"
    key = media_key(hashlib.sha256(wish.encode()).hexdigest(), PDF)
    if storage.has(key):
        return storage.read(key)
    data = render_pdf(
        page(),
        css=house_css(),
        identifier=f"{name}-{language()}",
        created=datetime.combine(issued.issued_at.date(), time(), UTC),
        lang=language(),
        attachments=[attachment],
    )
    storage.put(key, data)
    return data


def _attached(sealed: dict[str, Any], name: str) -> Attachment:
    return Attachment(
        name=name,
        media_type="application/json",
        data=json.dumps(sealed, ensure_ascii=False, indent=1).encode(),
        description=str(sealed["number"]),
        relationship="Source",
    )
