"""A stranger brings a receipt: what holds and what does not, in plain words."""

from typing import Any

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from marketplace.config import PDF_BYTES_MAX, RECEIPT_CHECKS_ADDRESS_MAX
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, load_form, show_form
from marketplace.kernel.journal.findings import Finding, all_hold
from marketplace.kernel.journal.keys import verifier_texts
from marketplace.kernel.journal.receipt_proof import (
    BadReceiptFile,
    receipt_from_json,
    receipt_from_pdf,
    verify_by_any,
)
from marketplace.kernel.limits import MINUTE, Bound, per_address
from marketplace.kernel.policy import PUBLIC, allow
from orders.receipts.queries import receipt_with_token, revision_of, sealed_document, stored_document
from orders.receipts.schemas import Brought
from orders.receipts.views import blueprint

PAGE = "orders/receipts/verify.html"


class NoReceipt(Invalid):
    """Neither a file nor an address came."""

    code = "receipt_not_given"
    message = _l("Choose a receipt’s file or paste its address.")


class UnreadableReceipt(Invalid):
    """The file holds no receipt."""

    code = "receipt_unreadable"
    message = _l("This file holds no receipt that can be read. Bring the JSON or PDF as it was downloaded.")


class UnknownToken(Invalid):
    """No receipt has this address."""

    code = "receipt_unknown"
    message = _l("No receipt of this shop has this address.")


@blueprint.get("/verify")
@allow(PUBLIC)
def verify() -> Answer:
    """The form; with `?token=` the findings on that receipt as we hold it."""
    token = request.args.get("token", "")
    if not token:
        return show_form(PAGE, findings=None)
    try:
        return _judged(_held(token))
    except UnknownToken as error:
        return _again(error)


@blueprint.post("/verify")
@allow(PUBLIC)
@per_address(Bound("verify", RECEIPT_CHECKS_ADDRESS_MAX, MINUTE))
def verify_brought() -> Answer:
    """The findings on the file or address that was brought; nothing of it is kept."""
    try:
        return _judged(_brought())
    except LumbungError as error:
        return _again(error)


def _brought() -> dict[str, Any]:
    file = request.files.get("file")
    if file and file.filename:
        return _read(file.stream.read(PDF_BYTES_MAX + 1))
    token = load_form(Brought)["token"]
    if not token:
        raise NoReceipt(fields={"file": NoReceipt.message})
    return _held(token)


def _read(data: bytes) -> dict[str, Any]:
    """A receipt by what the file begins with, whatever it is called."""
    try:
        return receipt_from_pdf(data) if data.startswith(b"%PDF-") else receipt_from_json(data)
    except BadReceiptFile as error:
        raise UnreadableReceipt(fields={"file": UnreadableReceipt.message}) from error


def _held(token: str) -> dict[str, Any]:
    """The newest revision of the receipt with this secret, sealed where it is."""
    receipt = receipt_with_token(token)
    revision = revision_of(receipt) if receipt else None
    if revision is None:
        raise UnknownToken(fields={"token": UnknownToken.message})
    return sealed_document(revision) or stored_document(revision)


def _judged(document: dict[str, Any]) -> Answer:
    findings: list[Finding] = verify_by_any(document, verifier_texts())
    number = document.get("number")
    return render_template(
        PAGE,
        values={},
        errors={},
        findings=findings,
        holds=all_hold(findings),
        number=number if isinstance(number, str) and len(number) <= 40 else "",
    )


def _again(error: LumbungError) -> Answer:
    return show_form(PAGE, error, findings=None)
