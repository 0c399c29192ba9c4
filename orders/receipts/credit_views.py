"""Credit notes: for the buyer behind the receipt's link, for a seller its own part, for the operator all of them."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import OPERATOR, READS_WAGES, RoleIn
from marketplace.kernel.errors import NotFound
from marketplace.kernel.forms import Answer
from marketplace.kernel.paging import page_asked, paged
from marketplace.kernel.policy import LINK, allow
from orders.receipts.credit_notes import (
    CreditNoteView,
    all_credit_notes,
    amount_at,
    credit_note_view,
    credit_notes_behind,
    credit_notes_of_seller,
    numbered,
)
from orders.receipts.pdf import PDF, credit_note_pdf

blueprint = Blueprint("credit_notes", __name__)
LIST, ONE = "orders/receipts/credit_notes.html", "orders/receipts/credit_note.html"
SHOP, CONSOLE = "layouts/base.html", "layouts/console.html"
RETRY_AFTER_S = "2"


@blueprint.get("/receipts/<token>/credit-notes/<number>")
@allow(LINK)
def behind_receipt(token: str, number: str) -> str:
    """The note that corrects the buyer's receipt."""
    way = [(_("Fair price receipt"), url_for("receipts.show", token=token))]
    return _page(_behind(token, number), SHOP, way, "behind_receipt", token=token)


@blueprint.get("/receipts/<token>/credit-notes/<number>.json")
@allow(LINK)
def behind_receipt_json(token: str, number: str) -> Response:
    """The same as data, as issued, with its proof once it is sealed."""
    return _json(_behind(token, number))


@blueprint.get("/receipts/<token>/credit-notes/<number>.pdf")
@allow(LINK)
def behind_receipt_pdf(token: str, number: str) -> Answer:
    """The same on paper, once it is sealed."""
    return _pdf(_behind(token, number))


@blueprint.get("/k/<organisation>/credit-notes")
@allow(RoleIn(READS_WAGES))
def of_seller(organisation: str) -> str:
    """The credit notes over the cooperative's goods."""
    page = paged(credit_notes_of_seller(g.organisation.id), page_asked())
    way = [(_("Orders"), url_for("fulfilment.orders", organisation=organisation))]
    lines = [
        (url_for("credit_notes.at_seller", organisation=organisation, number=note.number), note,
         amount_at(note, g.organisation))
        for note in page.items
    ]  # fmt: skip
    return render_template(LIST, layout=CONSOLE, way=way, page=page, lines=lines)


@blueprint.get("/k/<organisation>/credit-notes/<number>")
@allow(RoleIn(READS_WAGES))
def at_seller(organisation: str, number: str) -> str:
    """The cooperative's own part of a note."""
    way = [(_("Credit notes"), url_for("credit_notes.of_seller", organisation=organisation))]
    return _page(_at_seller(number), CONSOLE, way, "at_seller", organisation=organisation)


@blueprint.get("/k/<organisation>/credit-notes/<number>.json")
@allow(RoleIn(READS_WAGES))
def at_seller_json(organisation: str, number: str) -> Response:
    """A note that is the cooperative's alone, as data."""
    return _json(_whole(_at_seller(number)))


@blueprint.get("/k/<organisation>/credit-notes/<number>.pdf")
@allow(RoleIn(READS_WAGES))
def at_seller_pdf(organisation: str, number: str) -> Answer:
    """A note that is the cooperative's alone, on paper."""
    return _pdf(_whole(_at_seller(number)))


@blueprint.get("/operator/credit-notes")
@allow(OPERATOR)
def all_notes() -> str:
    """Every credit note, those from another shop's history too."""
    page = paged(all_credit_notes(), page_asked())
    lines = [(url_for("credit_notes.at_desk", number=note.number), note, note.amount_minor) for note in page.items]
    return render_template(LIST, layout=SHOP, way=[], page=page, lines=lines)


@blueprint.get("/operator/credit-notes/<number>")
@allow(OPERATOR)
def at_desk(number: str) -> str:
    """One credit note."""
    way = [(_("Credit notes"), url_for("credit_notes.all_notes"))]
    return _page(credit_note_view(numbered(all_credit_notes(), number)), SHOP, way, "at_desk")


@blueprint.get("/operator/credit-notes/<number>.json")
@allow(OPERATOR)
def at_desk_json(number: str) -> Response:
    """The same as data."""
    return _json(credit_note_view(numbered(all_credit_notes(), number)))


@blueprint.get("/operator/credit-notes/<number>.pdf")
@allow(OPERATOR)
def at_desk_pdf(number: str) -> Answer:
    """The same on paper."""
    return _pdf(credit_note_view(numbered(all_credit_notes(), number)))


def _behind(token: str, number: str) -> CreditNoteView:
    return credit_note_view(numbered(credit_notes_behind(token), number))


def _at_seller(number: str) -> CreditNoteView:
    return credit_note_view(numbered(credit_notes_of_seller(g.organisation.id), number), g.organisation)


def _whole(view: CreditNoteView) -> CreditNoteView:
    """A file holds every line, so one that holds another seller's is not handed out."""
    if not view.is_whole:
        raise NotFound
    return view


def _page(view: CreditNoteView, layout: str, way: list[tuple[str, str]], here: str, **arguments: Any) -> str:
    files = {}
    if view.is_whole:
        arguments["number"] = view.note.number
        files = {kind: url_for(f"credit_notes.{here}_{kind}", **arguments) for kind in ("pdf", "json")}
    return render_template(ONE, layout=layout, way=way, view=view, files=files)


def _json(view: CreditNoteView) -> Response:
    response = jsonify(view.sealed or view.document)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _pdf(view: CreditNoteView) -> Answer:
    """On paper once sealed; until then a page that says so, to be asked again."""
    if view.sealed is None:
        page = render_template("orders/receipts/credit_note_waits.html", view=view)
        return Response(page, status=202, headers={"Retry-After": RETRY_AFTER_S})
    response = Response(credit_note_pdf(view, view.sealed), mimetype=PDF)
    response.headers["Content-Disposition"] = f'inline; filename="{view.note.number}.pdf"'
    return response
