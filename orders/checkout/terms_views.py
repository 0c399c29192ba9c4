"""What orders are placed under, typed by people: exchange rates, bank accounts, delivery prices."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.operator_pages import OperatorDuty
from marketplace.accounts.organisations import platform, platform_today
from marketplace.accounts.policy import OPERATOR, RUNS, RoleIn
from marketplace.config import RATE_AGE_DAYS_MAX
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.money import EXPONENTS, Money
from marketplace.kernel.policy import allow
from orders.checkout import queries
from orders.checkout.names import currency_choices
from orders.checkout.schemas import Account, Parcel, Rate
from orders.checkout.terms import name_bank_account, record_rate, set_delivery_price

blueprint = Blueprint("terms", __name__)


class BadPrice(Invalid):
    """A price with more decimals than its currency has."""

    code = "price_unusable"


@blueprint.route("/operator/rates", methods=["GET", "POST"])
@allow(OPERATOR)
def rates() -> Answer:
    """The rates in use with source and day, and the form for the next one."""
    if request.method == "POST":
        try:
            record_rate(g.actor, **load_form(Rate))
        except LumbungError as error:
            return _rates(error)
        return done(url_for("terms.rates"), _("The rate is noted. Orders placed from now on use it."))
    return _rates()


@blueprint.route("/operator/accounts", methods=["GET", "POST"])
@allow(OPERATOR)
def accounts() -> Answer:
    """The bank accounts that transfers go to, one a currency."""
    if request.method == "POST":
        try:
            name_bank_account(g.actor, **load_form(Account))
        except LumbungError as error:
            return _accounts(error)
        return done(url_for("terms.accounts"), _("The account is noted. Buyers see it from now on."))
    return _accounts()


@blueprint.route("/k/<organisation>/delivery", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def delivery(organisation: str) -> Answer:
    """What a parcel costs at home and abroad."""
    if request.method == "POST":
        try:
            sent = load_form(Parcel)
            price = _price(str(sent["price"]))
            set_delivery_price(g.actor, g.organisation, reach=sent["reach"], price=price, title=sent["title"])
        except LumbungError as error:
            return _delivery(error)
        return done(url_for("terms.delivery", organisation=organisation), _("The price of delivery is noted."))
    return _delivery()


def duties() -> Iterator[OperatorDuty]:
    """Exchange rates that are about to be refused, or are."""
    rates = queries.aging_rates()
    if rates:
        oldest = rates[0].observed_on
        what = ngettext("exchange rate to type anew", "exchange rates to type anew", len(rates))
        hint = _("refused after %(days)s days", days=RATE_AGE_DAYS_MAX)
        since = datetime.combine(oldest, time(), UTC)
        yield OperatorDuty(len(rates), what, _("Type"), "terms.rates", since=since, hint=hint)


def _price(text: str) -> Money:
    try:
        return Money.parse(text, g.organisation.currency)
    except ValueError as error:
        sentence = _("%(currency)s has fewer decimals.", currency=g.organisation.currency)
        raise BadPrice(fields={"price": sentence}) from error


def _rates(error: LumbungError | None = None) -> Answer:
    return show_form(
        "orders/checkout/rates.html",
        error,
        values={"charge_currency": platform().currency, "observed_on": platform_today().isoformat()},
        rates=[(rate, queries.is_fresh(rate)) for rate in queries.rates_in_use()],
        currencies=currency_choices(sorted(EXPONENTS)),
        days=RATE_AGE_DAYS_MAX,
    )


def _accounts(error: LumbungError | None = None) -> Answer:
    return show_form(
        "orders/checkout/accounts.html",
        error,
        accounts=queries.bank_accounts(),
        currencies=currency_choices(sorted(EXPONENTS)),
    )


def _delivery(error: LumbungError | None = None) -> Answer:
    return show_form("orders/checkout/delivery_prices.html", error, prices=queries.delivery_prices(g.organisation.id))
