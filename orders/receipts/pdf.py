"""Receipts and credit notes on paper: rendered once a document and language, then kept, encrypted.

Paper names its buyer: what is kept is sealed under FIELD_KEYS for her present name, so that another name, or none
once she is erased, is drawn anew, and `forget_paper` removes what was kept.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time
from typing import Any

from flask import current_app, render_template

from marketplace.kernel.i18n import LANGUAGES, language
from marketplace.kernel.journal.receipt_file import ATTACHMENT_NAME
from marketplace.kernel.media_store import media_key, storage_at
from marketplace.kernel.pdf import Attachment, house_css, render_pdf
from marketplace.kernel.personal import FieldUnreadable, opened
from marketplace.kernel.personal import sealed as sealed_text
from orders.receipts.credit_notes import CreditNoteView
from orders.receipts.models import CreditNote, Receipt, ReceiptRevision
from orders.receipts.page import receipt_view

PDF = "application/pdf"
TEMPLATE_VERSION = "4"
"""Raise it when the paper's look changes, so that kept files are made anew."""
CREDIT_NOTE_FILE = "credit-note.json"


def receipt_pdf(receipt: Receipt, revision: ReceiptRevision, sealed: dict[str, Any]) -> bytes:
    """The sealed revision as PDF with the very JSON attached; the same bytes every time."""

    def page() -> str:
        view = receipt_view(receipt, sealed, issued=sealed, on_paper=True)
        return render_template("orders/receipts/paper.html", view=view, for_pdf=True)

    return _kept(revision, f"{receipt.number}-{revision.revision}", page, _attached(sealed, ATTACHMENT_NAME),
                 about=receipt.order.buyer_name)  # fmt: skip


def credit_note_pdf(view: CreditNoteView, sealed: dict[str, Any]) -> bytes:
    """The sealed credit note as PDF with the very JSON attached; the same bytes for every reader, every time."""

    def page() -> str:
        return render_template("orders/receipts/credit_note_paper.html", view=view, for_pdf=True)

    return _kept(view.note, view.note.number, page, _attached(sealed, CREDIT_NOTE_FILE))


def forget_paper(receipt: Receipt) -> None:
    """Remove every kept paper of a receipt."""
    storage = storage_at(current_app.config["MEDIA_URL"])
    for revision in receipt.revisions:
        for spoken in LANGUAGES:
            storage.delete(_key(revision, spoken))


def _key(issued: ReceiptRevision | CreditNote, spoken: str) -> str:
    wish = f"{issued.__tablename__}:{TEMPLATE_VERSION}:{issued.id}:{issued.sha256}:{spoken}"
    return media_key(hashlib.sha256(wish.encode()).hexdigest(), PDF)


def _kept(
    issued: ReceiptRevision | CreditNote, name: str, page: Callable[[], str], attachment: Attachment, about: str = ""
) -> bytes:
    """The paper as it was kept for this name, else drawn and kept; one under a lost key is drawn anew."""
    storage = storage_at(current_app.config["MEDIA_URL"])
    key, place = _key(issued, language()), f"paper:{about}"
    if storage.has(key):
        with suppress(FieldUnreadable, UnicodeDecodeError):
            return opened(storage.read(key).decode("ascii"), place).encode("latin-1")
    data = render_pdf(
        page(),
        css=house_css(),
        identifier=f"{name}-{language()}",
        created=datetime.combine(issued.issued_at.date(), time(), UTC),
        lang=language(),
        attachments=[attachment],
    )
    storage.put(key, sealed_text(data.decode("latin-1"), place).encode("ascii"))
    return data


def _attached(sealed: dict[str, Any], name: str) -> Attachment:
    return Attachment(
        name=name,
        media_type="application/json",
        data=json.dumps(sealed, ensure_ascii=False, indent=1).encode(),
        description=str(sealed["number"]),
        relationship="Source",
    )
