"""The operator's desk: transfers that are awaited, money that has to go back."""

from collections.abc import Iterator

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.operator_pages import OperatorDuty
from marketplace.accounts.policy import OPERATOR
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.money import Money
from marketplace.kernel.paging import page_asked, paged
from marketplace.kernel.policy import allow
from orders.checkout.queries import order_numbered
from orders.payments.models import MoneyBack
from orders.payments.queries import (
    last_reconciliation,
    money_back_open,
    money_back_with,
    open_disputes,
    transfers_awaited,
    waiting_money_back,
    waiting_transfers,
)
from orders.payments.reconcile import SAYS
from orders.payments.schemas import Arrived, Returned
from orders.payments.services import WrongAmount, confirm_transfer, settle_money_back

blueprint = Blueprint("desk", __name__)


@blueprint.get("/operator/transfers")
@allow(OPERATOR)
def transfers() -> str:
    """Orders whose transfer has not come, the earliest end first."""
    page = paged(transfers_awaited(), page_asked())
    return render_template("orders/payments/transfers.html", page=page)


@blueprint.route("/operator/transfers/<number>", methods=["GET", "POST"])
@allow(OPERATOR)
def transfer(number: str) -> Answer:
    """Say that a transfer came: what, by which reference, and what proves it."""
    order = order_numbered(number)
    if order.method != "transfer":
        raise NotFound
    if request.method == "POST":
        try:
            sent = load_form(Arrived)
            received = _money(str(sent["amount"]), order.charge_currency)
            confirm_transfer(g.actor, order.id, received, reference=sent["reference"], proof=sent["proof"])
        except LumbungError as error:
            db.session.rollback()  # the page shows what stands, not what was tried
            return show_form("orders/payments/transfer.html", error, order=order_numbered(number))
        return done(url_for("desk.transfers"), _("The transfer for order %(number)s is confirmed.", number=number))
    return show_form("orders/payments/transfer.html", order=order)


@blueprint.get("/operator/money-back")
@allow(OPERATOR)
def money_back() -> str:
    """Sums that have not reached their buyers, disputes, and how the provider's lists last compared with the books."""
    page = paged(money_back_open(), page_asked())
    told = {"disputes": open_disputes(), "compared": last_reconciliation(), "says": SAYS}
    return render_template("orders/payments/money_back.html", page=page, **told)


@blueprint.route("/operator/money-back/<money_back_id>", methods=["GET", "POST"])
@allow(OPERATOR)
def send_money_back(money_back_id: str) -> Answer:
    """Say that a sum was sent back by hand, with what proves it."""
    owed = _found(money_back_id)
    if request.method == "POST":
        try:
            settle_money_back(g.actor, owed.id, proof=load_form(Returned)["proof"])
        except LumbungError as error:
            db.session.rollback()  # the page shows what stands, not what was tried
            return show_form("orders/payments/send_back.html", error, owed=_found(money_back_id))
        return done(url_for("desk.money_back"), _("Noted: the buyer has the money back."))
    return show_form("orders/payments/send_back.html", owed=owed)


def duties() -> Iterator[OperatorDuty]:
    """Transfers to look for on the statement, sums to send by hand, disputes, differences from the provider."""
    count, since = waiting_transfers()
    if count:
        what = ngettext("transfer to confirm", "transfers to confirm", count)
        yield OperatorDuty(count, what, _("Confirm"), "desk.transfers", since=since)
    count, since = waiting_money_back()
    if count:
        what = ngettext("sum to send back", "sums to send back", count)
        yield OperatorDuty(count, what, _("Send"), "desk.money_back", since=since)
    disputes = open_disputes()
    if disputes:
        what = ngettext("payment disputed at the buyer's bank", "payments disputed at the buyers' banks", len(disputes))
        yield OperatorDuty(len(disputes), what, _("Look"), "desk.money_back", since=disputes[0][0].noted_at)
    compared = last_reconciliation()
    if compared and compared.open_count:
        count = compared.open_count
        what = ngettext("difference from the payment provider", "differences from the payment provider", count)
        yield OperatorDuty(count, what, _("Look"), "desk.money_back", since=compared.at)


def _found(money_back_id: str) -> MoneyBack:
    owed = money_back_with(money_back_id)
    if owed is None:
        raise NotFound
    return owed


def _money(text: str, currency: str) -> Money:
    try:
        return Money.parse(text, currency)
    except ValueError as error:
        raise WrongAmount(fields={"amount": WrongAmount.message}) from error
