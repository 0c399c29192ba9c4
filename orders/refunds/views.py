"""Refunding pieces of an order: how many, what becomes of them, why."""

from typing import Any

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import RUNS, RoleIn
from marketplace.kernel import ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.i18n import money
from marketplace.kernel.policy import allow
from orders.checkout.models import OrderLine
from orders.fulfilment.queries import parcel_numbered
from orders.refunds.queries import given_back
from orders.refunds.schemas import Given
from orders.refunds.services import TooManyPieces, earlier, refund

blueprint = Blueprint("refunds", __name__)
PIECES = "pieces-"


@blueprint.route("/k/<organisation>/orders/<number>/refund", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def give_back(organisation: str, number: str) -> Answer:
    """Refund pieces of the cooperative's own lines; wages stay as they are."""
    if request.method == "POST":
        try:
            made = _refund(number)
        except LumbungError as error:
            db.session.rollback()  # the page shows what stands, not what was tried
            return show_form("orders/refunds/refund.html", error, **_facts(number))
        address = url_for("fulfilment.order", organisation=organisation, number=number)
        sum_ = money(made.amount_minor, made.currency)
        return done(address, _("%(sum)s goes back to the buyer. The credit note is made.", sum=sum_))
    return show_form("orders/refunds/refund.html", values={"client_key": ids.new_id()}, **_facts(number))


def _refund(number: str) -> Any:
    given = load_form(Given)
    parcel = parcel_numbered(g.organisation.id, number)
    if done := earlier(g.actor, parcel.order_id, given["client_key"]):
        return done  # before the pieces are counted: there may be none left
    pieces = {line.id: _pieces(line) for line in _own_lines(number)}
    wanted = {line_id: count for line_id, count in pieces.items() if count}
    if not wanted:
        raise Invalid(fields={"reason": _("Choose at least one piece to refund.")})
    return refund(
        g.actor,
        parcel.order_id,
        wanted,
        goods=given["goods"],
        reason=given["reason"],
        seller_at_fault=given["seller_at_fault"],
        id=given["client_key"],
    )


def _pieces(line: OrderLine) -> int:
    text = request.form.get(f"{PIECES}{line.ordinal}", "0").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= line.remaining_quantity):
        sentence = TooManyPieces(left=line.remaining_quantity).sentence
        raise TooManyPieces(left=line.remaining_quantity, fields={f"{PIECES}{line.ordinal}": sentence})
    return int(text)


def _own_lines(number: str) -> list[OrderLine]:
    parcel = parcel_numbered(g.organisation.id, number)
    return [line for line in parcel.order.lines if line.organisation_id == g.organisation.id]


def _facts(number: str) -> dict[str, Any]:
    parcel = parcel_numbered(g.organisation.id, number)
    return {
        "parcel": parcel,
        "lines": _own_lines(number),
        "given_back": given_back(parcel.order_id, g.organisation.id),
    }
