"""The provider's real fee, typed by hand where it did not come by itself."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace.accounts.operator_pages import OperatorDuty
from marketplace.accounts.policy import OPERATOR
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid, LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.i18n import money
from marketplace.kernel.money import Money
from marketplace.kernel.paging import page_asked, paged
from marketplace.kernel.policy import allow
from orders.checkout.models import Order
from orders.checkout.queries import order_numbered
from orders.settlement.fees import report_fee
from orders.settlement.queries import fee_reports_of, fees_awaited, waiting_fees
from orders.settlement.schemas import Charged

blueprint = Blueprint("fees", __name__)


class BadFee(Invalid):
    """A fee below zero, above the whole order, or with more decimals than its currency has."""

    code = "fee_unusable"
    message = _l("Enter the fee as the payment service's report shows it, at most the sum of the order.")


@blueprint.get("/operator/fees")
@allow(OPERATOR)
def awaited() -> Answer:
    """Orders whose real fee has not come, and a way to any other order by its number."""
    number = request.args.get("number", "").strip()
    if number:
        return redirect(url_for("fees.fee", number=number))  # type: ignore[return-value]
    return render_template("orders/settlement/fees.html", page=paged(fees_awaited(), page_asked()))


@blueprint.route("/operator/fees/<number>", methods=["GET", "POST"])
@allow(OPERATOR)
def fee(number: str) -> Answer:
    """Say what the payment service really took for one paid order."""
    order = _paid(number)
    if request.method == "POST":
        try:
            sent = load_form(Charged)
            charged = _fee(str(sent["fee"]), order)
            noted = report_fee(g.actor, order.id, charged, source=sent["source"])
        except LumbungError as error:
            db.session.rollback()  # the page shows what stands, not what was tried
            return show_form("orders/settlement/fee.html", error, **_facts(number))
        sentence = _("The fee of order %(number)s is noted. The receipt has a new revision.", number=number)
        if noted is None:
            sum_ = money(charged.minor, charged.currency)
            sentence = _("The fee of order %(number)s was %(sum)s already. Nothing changed.", number=number, sum=sum_)
        return done(url_for("fees.awaited"), sentence)
    return show_form("orders/settlement/fee.html", **_facts(number))


def duties() -> Iterator[OperatorDuty]:
    """Fees that the provider has not told."""
    count, since = waiting_fees()
    if count:
        what = ngettext("real payment fee to type", "real payment fees to type", count)
        yield OperatorDuty(count, what, _("Type"), "fees.awaited", since=since)


def _paid(number: str) -> Order:
    order = order_numbered(number)
    if order.state != "paid" or order.method == "history":
        raise NotFound
    return order


def _facts(number: str) -> dict[str, Any]:
    order = _paid(number)
    return {"order": order, "reports": fee_reports_of(order.id)}


def _fee(text: str, order: Order) -> Money:
    try:
        fee = Money.parse(text, order.charge_currency)
    except ValueError as error:
        raise BadFee(fields={"fee": BadFee.message}) from error
    if not 0 <= fee.minor <= order.amount_minor:
        raise BadFee(fields={"fee": BadFee.message})
    return fee
