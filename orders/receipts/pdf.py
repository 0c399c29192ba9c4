"""The receipt on paper: rendered once a revision and language, then kept."""

import hashlib
import json
from datetime import UTC, datetime, time

from flask import current_app, render_template

from marketplace.kernel.i18n import language
from marketplace.kernel.journal.receipt_file import ATTACHMENT_NAME
from marketplace.kernel.media_store import media_key, storage_at
from marketplace.kernel.pdf import Attachment, house_css, render_pdf
from orders.receipts.models import Receipt, ReceiptRevision
from orders.receipts.page import receipt_view

PDF = "application/pdf"
TEMPLATE_VERSION = "3"
"""Raise it when the paper's look changes, so that kept files are made anew."""


def receipt_pdf(receipt: Receipt, revision: ReceiptRevision, sealed: dict[str, object]) -> bytes:
    """The sealed revision as PDF with the very JSON attached; the same bytes every time."""
    storage = storage_at(current_app.config["MEDIA_URL"])
    wish = f"receipt:{TEMPLATE_VERSION}:{revision.id}:{revision.sha256}:{language()}"
    key = media_key(hashlib.sha256(wish.encode()).hexdigest(), PDF)
    if storage.has(key):
        return storage.read(key)
    page = render_template(
        "orders/receipts/paper.html", view=receipt_view(receipt, sealed, as_issued=True), for_pdf=True
    )
    attachment = Attachment(
        name=ATTACHMENT_NAME,
        media_type="application/json",
        data=json.dumps(sealed, ensure_ascii=False, indent=1).encode(),
        description=receipt.number,
        relationship="Source",
    )
    data = render_pdf(
        page,
        css=house_css(),
        identifier=f"{receipt.number}-{revision.revision}-{language()}",
        created=datetime.combine(revision.issued_at.date(), time(), UTC),
        lang=language(),
        attachments=[attachment],
    )
    storage.put(key, data)
    return data
