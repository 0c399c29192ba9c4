"""An order's own page, behind its secret link: where it stands, what happens next, how it is paid or given up."""

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel import clock
from marketplace.kernel.dates import moment
from marketplace.kernel.db import db
from marketplace.kernel.forms import Answer, done
from marketplace.kernel.i18n import money
from marketplace.kernel.policy import LINK, allow
from orders.checkout.models import Order
from orders.checkout.names import country_name, zone_of
from orders.checkout.queries import bank_account, order_with_token
from orders.checkout.services import cancel_order
from orders.fulfilment.queries import parcels_shown
from orders.payments.edge import open_page, start_card_payment
from orders.payments.port import ProviderDown, card_offered
from orders.payments.queries import money_back_shown
from orders.payments.services import live_intent
from orders.receipts.queries import token_of_receipt

blueprint = Blueprint("orders", __name__)

REFRESH_S = 15
RECEIPT_REFRESH_S = 3


@blueprint.get("/orders/<token>")
@allow(LINK)
def show(token: str) -> Response:
    """The order as it stands; paid, and its receipt not made yet, it asks again by itself."""
    facts = _facts(order_with_token(token))
    answer = Response(render_template("orders/checkout/order.html", **facts), mimetype="text/html")
    if facts["order"].state == "paid" and facts["receipt_token"] is None:
        answer.headers["Refresh"] = str(RECEIPT_REFRESH_S)
    return answer


@blueprint.get("/orders/<token>/back")
@allow(LINK)
def back(token: str) -> Answer:
    """From the provider's page: paid, or not known yet. The provider's word to us decides, never this visit."""
    order = order_with_token(token)
    if order.state != "placed":
        return redirect(url_for("orders.show", token=token))  # type: ignore[return-value]
    pieces = sum(line.quantity for line in order.lines if line.kind == "item")
    page = render_template(
        "orders/checkout/unclear.html", order=order, known=_known(order), pieces=pieces, email=masked(order.buyer_email)
    )
    answer = Response(page, mimetype="text/html")
    # Without script the page asks again by itself; a reader may as well press the button.
    answer.headers["Refresh"] = f"{REFRESH_S}; url={url_for('orders.back', token=token)}"
    return answer


@blueprint.post("/orders/<token>/pay")
@allow(LINK)
def pay(token: str) -> Answer:
    """To the provider's page of an order that is not paid yet; the same page as before where it is still open."""
    order = order_with_token(token)
    try:
        return redirect(to_provider(order), 303)  # type: ignore[return-value]
    except ProviderDown as error:
        db.session.rollback()
        order = order_with_token(token)
        facts = _facts(order)
        return render_template("orders/checkout/order.html", refusal=error.sentence, **facts), error.status


@blueprint.post("/orders/<token>/cancel")
@allow(LINK)
def cancel(token: str) -> Answer:
    """Give the order up and let its goods go; a paid one is refused."""
    order = cancel_order(order_with_token(token).id)
    return done(url_for("orders.show", token=order.token), _("The order is cancelled. You have not been charged."))


def to_provider(order: Order, intent_id: str | None = None) -> str:
    """The provider's page for an order; our own way back from it lies behind the order's secret.

    `intent_id` is that of one made with the order in the present transaction.
    """
    base = str(current_app.config["BASE_URL"])
    ways = {
        "success_url": base + url_for("orders.back", token=order.token),
        "cancel_url": base + url_for("orders.show", token=order.token, from_payment="1"),
    }
    return open_page(order, intent_id, **ways) if intent_id else start_card_payment(order.id, **ways)


def masked(email: str) -> str:
    """An address its owner recognises and nobody else learns."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


def _known(order: Order) -> list[dict[str, str]]:
    """What we know of a payment without an answer, with its times, and both ways it can end."""
    intent, zone = live_intent(order.id), zone_of(order.buyer_country)
    pressed = money(order.amount_minor, order.charge_currency)
    known = [
        {
            "when": moment(order.placed_at, zone),
            "what": _("You pressed Pay %(sum)s", sum=pressed),
            "detail": _("Noted under the number %(number)s", number=order.number),
        }
    ]
    if intent:
        known.append({"when": moment(intent.opened_at, zone), "what": _("The payment page was opened"), "detail": ""})
    known.append(
        {"when": moment(clock.now(), zone), "what": _("No answer yet"), "detail": _("Usually it takes seconds.")}
    )
    known.append(
        {
            "when": moment(order.hold_ends_at, zone),
            "what": _("At the latest"),
            "detail": _(
                "If the payment is refused, the order ends and you are not charged. If money was taken for an order "
                "that ended, all of it goes back."
            ),
        }
    )
    return known


def _facts(order: Order) -> dict[str, Any]:
    is_paid = order.state == "paid"
    return {
        "order": order,
        "zone": zone_of(order.buyer_country),
        "country": country_name(order.buyer_country),
        "account": bank_account(order.charge_currency) if order.state == "placed" else None,
        "parcels": parcels_shown(order.id) if is_paid else [],
        "receipt_token": token_of_receipt(order.id) if is_paid else None,
        "money_back": money_back_shown(order.id),
        "may_pay_by_card": order.state == "placed" and order.method == "card" and card_offered(),
        "came_back": "from_payment" in request.args,
        "is_over": order.state == "placed" and order.hold_ends_at <= clock.now(),
    }
