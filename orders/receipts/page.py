"""What the receipt's page and paper show: the newest revision's amounts with today's statuses."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from marketplace.accounts.models import Organisation
from marketplace.catalogue.split_view import SplitView, split_view
from marketplace.kernel.i18n import money
from marketplace.kernel.qr import qr_png_data_url, qr_svg
from orders.checkout.models import Order, OrderLine
from orders.receipts.models import CreditNote, Receipt, ReceiptRevision
from orders.receipts.queries import credit_notes_of
from orders.receipts.services import live_document


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as shown: its document, its split as a picture, its seller by name."""

    document: dict[str, Any]
    split: SplitView
    seller: Organisation

    hourly: list[dict[str, Any]]

    @property
    def remaining_minor(self) -> int:
        """What of the line is not refunded."""
        return int(self.document["paid_minor"]) - int(self.document["refunded_minor"])


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """Everything the templates orders/receipts/receipt.html and paper.html need."""

    receipt: Receipt
    order: Order
    document: dict[str, Any]
    lines: list[LineView]
    credit_notes: list[CreditNote]
    sealed: dict[str, Any] | None
    url: str
    is_live: bool = True
    """Whether it shows today's statuses; else a revision as issued, with its own day."""

    @property
    def is_sealed(self) -> bool:
        """Whether the newest revision has its place in the journal."""
        return self.sealed is not None

    @property
    def qr_svg(self) -> str:
        """The page's address as a code for a phone."""
        return qr_svg(self.url, title=self.receipt.number)

    @property
    def qr_png(self) -> str:
        """The same as a picture that a PDF can carry."""
        return qr_png_data_url(self.url)


def receipt_view(
    receipt: Receipt, sealed: dict[str, Any] | None, *, issued: dict[str, Any] | None = None, on_paper: bool = False
) -> ReceiptView:
    """The view of a receipt as it reads today, or as the `issued` document of a revision reads."""
    document = issued or live_document(receipt)
    currency = "" if on_paper else document["currency"]
    by_id = {line.id: line for line in receipt.order.lines}
    return ReceiptView(
        receipt=receipt,
        order=receipt.order,
        document=document,
        lines=[_line_view(line, by_id[line["id"]], currency) for line in document["lines"]],
        credit_notes=[note for note in credit_notes_of(receipt.order_id) if note.number in document["credit_notes"]],
        sealed=sealed,
        url=url_for("receipts.show", token=receipt.token, _external=True),
        is_live=issued is None,
    )


def _line_view(document: dict[str, Any], line: OrderLine, currency: str) -> LineView:
    remaining = document["paid_minor"] - document["refunded_minor"]
    # The table's first column names the purpose, so the label would only repeat it.
    rows = [
        {**row, "label": "", "note": _in_own_currency(row, document["origin"], currency)} for row in document["split"]
    ]
    split = split_view(rows, remaining)  # type: ignore[arg-type]
    hourly = line.stock.hourly if line.stock and document["wage_check_published"] else []
    return LineView(document, split, line.organisation, hourly)


def _in_own_currency(row: dict[str, Any], origin: dict[str, Any], currency: str) -> str:
    """A row's amount as the seller's book has it, where the buyer paid in another; paper leaves it out."""
    return money(row["origin_minor"], origin["currency"]) if currency not in ("", origin["currency"]) else ""


def pdf_name(receipt: Receipt, revision: ReceiptRevision) -> str:
    """What the downloaded file is called."""
    return f"{receipt.number}-{revision.revision}.pdf"
