"""A cooperative's orders: to pack, packed, sent; the carrier paid."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import PREPARES, READS_WAGES, RUNS, RoleIn
from marketplace.kernel import ids
from marketplace.kernel.dates import day_in
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.money import Money
from marketplace.kernel.paging import page_asked, paged
from marketplace.kernel.policy import allow
from orders.checkout.names import country_name
from orders.fulfilment import queries, services
from orders.fulfilment.models import Parcel
from orders.fulfilment.schemas import CarrierPaid, Sent
from orders.refunds.queries import given_back
from producers.cooperatives.today import Duty

blueprint = Blueprint("fulfilment", __name__)
STATES = ("open", "packed", "sent")


class BadAmount(Invalid):
    """An amount with more decimals than its currency has."""

    code = "amount_unusable"


@blueprint.get("/k/<organisation>/orders")
@allow(RoleIn(READS_WAGES))
def orders(organisation: str) -> str:
    """The cooperative's orders, those to pack first; of one state where the address names it."""
    asked = request.args.get("state")
    state = asked if asked in STATES else None
    page = paged(queries.parcels_newest_first(g.organisation.id, state), page_asked())
    return render_template("orders/fulfilment/orders.html", page=page, state=state)


@blueprint.get("/k/<organisation>/orders/<number>")
@allow(RoleIn(READS_WAGES))
def order(organisation: str, number: str) -> Answer:
    """One order: the cooperative's own lines, its parcel, and what can be done next."""
    return show_form("orders/fulfilment/order.html", **_facts(number))


@blueprint.post("/k/<organisation>/orders/<number>/packed")
@allow(RoleIn(PREPARES))
def packed(organisation: str, number: str) -> Answer:
    """The parcel is packed."""
    services.mark_packed(g.actor, queries.parcel_numbered(g.organisation.id, number))
    return _back(number, _("Packed."))


@blueprint.post("/k/<organisation>/orders/<number>/sent")
@allow(RoleIn(PREPARES))
def sent(organisation: str, number: str) -> Answer:
    """The parcel is with its carrier."""
    parcel = queries.parcel_numbered(g.organisation.id, number)
    try:
        services.mark_sent(g.actor, parcel, **load_form(Sent))
    except LumbungError as error:
        db.session.rollback()  # the page shows what stands, not what was tried
        return show_form("orders/fulfilment/order.html", error, **_facts(number))
    return _back(number, _("Sent. The buyer sees it on the order’s page."))


@blueprint.post("/k/<organisation>/orders/<number>/carrier")
@allow(RoleIn(PREPARES))
def carrier(organisation: str, number: str) -> Answer:
    """The carrier was paid: the delivery on the receipt reads paid."""
    parcel = queries.parcel_numbered(g.organisation.id, number)
    try:
        paid = load_form(CarrierPaid)
        amount = _money(str(paid["amount"]))
        services.pay_carrier(g.actor, g.organisation, parcel.order, amount, proof=paid["proof"], id=paid["client_key"])
    except LumbungError as error:
        db.session.rollback()  # the page shows what stands, not what was tried
        return show_form("orders/fulfilment/order.html", error, **_facts(number))
    return _back(number, _("Noted: the carrier is paid."))


def duties(organisation: Organisation) -> Iterator[Duty]:
    """Orders that wait to be packed, parcels that wait to be sent."""
    waiting = queries.parcels_waiting(organisation.id)
    if "open" in waiting:
        count, since = waiting["open"][0], day_in(waiting["open"][1], organisation.zone)
        what = ngettext("order to pack", "orders to pack", count)
        yield Duty(count, what, _("Pack"), "fulfilment.orders", since=since, arguments={"state": "open"})
    if "packed" in waiting:
        count, since = waiting["packed"][0], day_in(waiting["packed"][1], organisation.zone)
        what = ngettext("parcel to send", "parcels to send", count)
        yield Duty(count, what, _("Send"), "fulfilment.orders", since=since, arguments={"state": "packed"})


def _facts(number: str) -> dict[str, Any]:
    parcel = queries.parcel_numbered(g.organisation.id, number)
    return {
        "parcel": parcel,
        "lines": [line for line in parcel.order.lines if line.organisation_id == g.organisation.id],
        "carrier_payments": queries.carrier_payments(parcel.order_id, g.organisation.id),
        "given_back": given_back(parcel.order_id, g.organisation.id),
        "key": ids.new_id(),
        "address": _address(parcel),
        "may_prepare": bool(g.actor.roles & PREPARES),
        "may_refund": bool(g.actor.roles & RUNS),
    }


def _address(parcel: Parcel) -> dict[str, str] | None:
    """Name and address, for those who pack and only until the parcel has left."""
    if parcel.state == "sent" or not g.actor.roles & PREPARES:
        return None
    order = parcel.order
    return {"name": order.buyer_name, "lines": order.buyer_address, "country": country_name(order.buyer_country)}


def _back(number: str, sentence: str) -> Answer:
    return done(url_for("fulfilment.order", organisation=g.organisation.slug, number=number), sentence)


def _money(text: str) -> Money:
    try:
        return Money.parse(text, g.organisation.currency)
    except ValueError as error:
        sentence = _("%(currency)s has fewer decimals.", currency=g.organisation.currency)
        raise BadAmount(fields={"amount": sentence}) from error
