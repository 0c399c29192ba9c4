"""The question this floor asks the one above: on which receipt lines does a record stand?

The orders floor registers who answers:

    receipts.answer_with(app, citing)

Without an answer the walk ends at the lots, and the page says so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from flask import Flask, current_app

KEY = "audit_receipts"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A line of a receipt to which a record gave an amount; `url` only where the reader may open the receipt."""

    receipt_number: str
    line_id: str
    title: str
    on: date
    amount_minor: int
    currency: str
    url: str | None = None


class ReceiptLines(Protocol):
    """Finds receipt lines by the records they cite."""

    def __call__(self, organisation_id: str, source_ids: Collection[str]) -> Sequence[ReceiptLine]:
        """The lines of one seller that cite any of the records, the latest first."""


def answer_with(app: Flask, lines: ReceiptLines) -> None:
    """Let the floor above answer."""
    app.extensions[KEY] = lines


def citing(organisation_id: str, source_ids: Collection[str]) -> Sequence[ReceiptLine] | None:
    """The receipt lines that cite any of the records; None where nobody can say."""
    lines: ReceiptLines | None = current_app.extensions.get(KEY)
    return lines(organisation_id, source_ids) if lines else None
