"""The receipt's addresses. Whoever holds the link may read it; nobody else learns that it exists."""

from flask import Blueprint, Response, jsonify, render_template, request

from marketplace.kernel.errors import NotFound
from marketplace.kernel.policy import LINK, allow
from orders.receipts.evidence import records_behind
from orders.receipts.models import Receipt, ReceiptRevision
from orders.receipts.page import pdf_name, receipt_view
from orders.receipts.pdf import PDF, receipt_pdf
from orders.receipts.queries import receipt_with_token, revision_of, sealed_document, stored_document
from orders.receipts.services import live_document

blueprint = Blueprint("receipts", __name__)
RETRY_AFTER_S = "2"


@blueprint.get("/receipts/<token>")
@allow(LINK)
def show(token: str) -> str:
    """The receipt as it reads today, with the seal of its newest revision; `?revision=1` shows that one as issued."""
    receipt, revision = _found(token)
    sealed = sealed_document(revision)
    issued = sealed or stored_document(revision)
    view = receipt_view(receipt, sealed, issued=issued if request.args.get("revision", type=int) else None)
    return render_template("orders/receipts/receipt.html", view=view, records=records_behind(view.lines))


@blueprint.get("/receipts/<token>.json")
@allow(LINK)
def show_json(token: str) -> Response:
    """A revision as issued, with its proof once it is sealed; `?view=live` gives today's statuses, without proof."""
    receipt, revision = _found(token)
    if request.args.get("view") == "live":
        return _attached(live_document(receipt))
    return _attached(sealed_document(revision) or stored_document(revision))


@blueprint.get("/receipts/<token>.pdf")
@allow(LINK)
def show_pdf(token: str) -> Response:
    """A sealed revision on paper; until it is sealed the answer is a page that says so, to be asked again."""
    receipt, revision = _found(token)
    sealed = sealed_document(revision)
    if sealed is None:
        page = render_template("orders/receipts/waits.html", receipt=receipt)
        return Response(page, status=202, headers={"Retry-After": RETRY_AFTER_S})
    response = Response(receipt_pdf(receipt, revision, sealed), mimetype=PDF)
    response.headers["Content-Disposition"] = f'inline; filename="{pdf_name(receipt, revision)}"'
    return response


def _found(token: str) -> tuple[Receipt, ReceiptRevision]:
    """The receipt behind a link and the revision asked for (`?revision=1`), by default the newest."""
    receipt = receipt_with_token(token)
    asked = request.args.get("revision", type=int)
    revision = revision_of(receipt, asked) if receipt else None
    if receipt is None or revision is None:
        raise NotFound
    return receipt, revision


def _attached(document: dict[str, object]) -> Response:
    response = jsonify(document)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
