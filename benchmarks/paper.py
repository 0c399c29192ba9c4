"""A receipt on paper: our warm child beside bare WeasyPrint, which renders the same page in this process."""

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask, template_rendered
from sqlalchemy import select

from marketplace.kernel.db import db
from marketplace.kernel.pdf import Attachment, house_css, render_pdf
from marketplace.kernel.pdf_child import Workshop
from orders.receipts.models import Receipt
from orders.receipts.pdf import receipt_pdf
from orders.receipts.queries import revision_of, sealed_document

TIMES = 12
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def milliseconds(app: Flask) -> tuple[float, float]:
    """Median milliseconds for one receipt: bare, and by our child; taken in turns."""
    html, document = _page(app)
    css = house_css()
    workshop = Workshop()
    for number, sheet in enumerate(css):
        workshop.learn_sheet(str(number), sheet)
    attached = json.dumps(document, indent=1).encode()
    about = {
        "name": "receipt.json",
        "media_type": "application/json",
        "description": "receipt",
        "relationship": "Source",
    }
    head = {
        "css": [str(number) for number in range(len(css))],
        "attachments": [about],
        "identifier": "bench",
        "created": CREATED.isoformat(),
        "lang": "en",
    }
    attachment = Attachment(data=attached, **about)

    def bare() -> None:
        workshop.render(head, html.encode(), [attached])

    def ours() -> None:
        render_pdf(html, css=css, identifier="bench", created=CREATED, lang="en", attachments=[attachment])

    bare()
    ours()
    pairs = [(_time(bare), _time(ours)) for _turn in range(TIMES)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def _page(app: Flask) -> tuple[str, dict[str, Any]]:
    """The page of a sealed receipt, as it goes to the child, and its JSON."""
    taken: list[str] = []

    def take(_app: Flask, template: Any, context: dict[str, Any], **_rest: Any) -> None:
        taken.append(template.render(context))

    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        for receipt in db.session.scalars(select(Receipt).order_by(Receipt.id)):
            revision = revision_of(receipt)
            document = sealed_document(revision) if revision else None
            if revision and document:
                with template_rendered.connected_to(take, app):
                    receipt_pdf(receipt, revision, document)
                db.session.rollback()
                if taken:
                    return taken[-1], document
    raise RuntimeError("no sealed receipt that was not rendered yet")


def _time(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)
