"""From basket to order: one page of questions, then check your answers, then the button with the sum.

How it is paid is guessed, not asked: the check names it, and who wants it otherwise changes it from there.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import lazy_gettext as _l

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.sessions import signed_in
from marketplace.catalogue.stock import Outrun, SoldOut
from marketplace.config import CARD_HOLD_MINUTES, PLACING_TRIES_MAX, TRANSFER_HOLD_DAYS
from marketplace.kernel import ids
from marketplace.kernel.db import db, give_up, only_read
from marketplace.kernel.errors import Conflict, LumbungError
from marketplace.kernel.forms import Answer, load_form, show_form
from marketplace.kernel.i18n import language
from marketplace.kernel.money import Money
from marketplace.kernel.policy import PUBLIC, allow
from orders.cart import reader
from orders.cart import views as basket
from orders.checkout import answers
from orders.checkout.models import Order
from orders.checkout.names import countries, country_name, currency_choices
from orders.checkout.order_views import to_provider
from orders.checkout.schemas import Delivery, Payment, Placing
from orders.checkout.services import Buyer, place_order
from orders.checkout.sheet import Sheet, sheet_of
from orders.payments.services import first_intent

blueprint = Blueprint("checkout", __name__)

ASKED = ("name", "email", "country", "address")


class MethodGone(Conflict):
    """The way of paying that the buyer agreed to is no longer offered."""

    code = "method_gone"
    message = _l("This way of paying is no longer offered. Look at how you pay now, then order again.")


@blueprint.route("/checkout/delivery", methods=["GET", "POST"])
@allow(PUBLIC)
def delivery() -> Answer:
    """Who buys and where the goods go; a guest gives nothing more."""
    return _questions(
        "orders/checkout/delivery.html",
        Delivery,
        lambda: {"countries": countries(), "signed_in": signed_in() is not None},
    )


@blueprint.route("/checkout/payment", methods=["GET", "POST"])
@allow(PUBLIC)
def payment() -> Answer:
    """How it is paid and in what, for who wants it otherwise than the check says."""
    return _questions("orders/checkout/payment.html", Payment, _payment_page)


def _payment_page() -> dict[str, Any]:
    sheet = _sheet()
    return {
        "methods": answers.methods(),
        "sheet": sheet,
        "currency_choices": currency_choices(sheet.currencies),
        "card_hold_minutes": CARD_HOLD_MINUTES,
        "transfer_hold_days": TRANSFER_HOLD_DAYS,
    }


@blueprint.get("/checkout")
@allow(PUBLIC)
def check() -> Answer:
    """The questions while an answer is missing; when all are given, all of them once more with the sum."""
    sheet = _sheet()
    if not sheet.groups:
        return redirect(url_for("cart.basket"))  # type: ignore[return-value]
    if not _all_answered():
        return redirect(url_for("checkout.delivery"))  # type: ignore[return-value]
    return show_form("orders/checkout/check.html", **_checked(sheet))


@blueprint.post("/checkout")
@allow(PUBLIC)
def place() -> Answer:
    """Order: hold the goods until a visible end, then lead to the payment. Pressed twice it is one order."""
    if not _all_answered():
        return redirect(url_for("checkout.check"), 303)  # type: ignore[return-value]
    try:
        order, intent_id = _place(load_form(Placing))
    except SoldOut as error:
        return _sold_out(error)
    except LumbungError as error:
        give_up()
        reader.look_again()
        sheet = _sheet()
        if not sheet.groups:
            return show_form(basket.PAGE, error, **basket.shown(sheet))
        return show_form("orders/checkout/check.html", error, **_checked(sheet))
    return redirect(_way_to_pay(order, intent_id), 303)  # type: ignore[return-value]


def _questions(template: str, schema: type[Any], context: Callable[[], dict[str, Any]]) -> Answer:
    """A page of questions: keep what is answered and go on, or show it again with what was entered."""
    only_read(True)  # the answers lie in her own cookie, so nobody has to wait while they are given
    if request.method == "POST":
        try:
            answers.keep(**load_form(schema))
        except LumbungError as error:
            return show_form(template, error, **context())
        return redirect(url_for("checkout.check"), 303)  # type: ignore[return-value]
    if not reader.Count().any():
        return redirect(url_for("cart.basket"))  # type: ignore[return-value]
    return show_form(template, values=answers.given() | _guessed(), **context())


def _guessed() -> dict[str, Any]:
    country = answers.terms().country
    return {"country": country} if country and "country" not in answers.given() else {}


def _sheet() -> Sheet:
    return sheet_of(reader.seen(), answers.terms())


def _all_answered() -> bool:
    known = answers.given()
    return all(known.get(name) for name in ASKED)


def _checked(sheet: Sheet) -> dict[str, Any]:
    known = answers.given()
    return {
        "sheet": sheet,
        "known": known,
        "method": answers.method(),
        "country": country_name(known.get("country")),
        "card_hold_minutes": CARD_HOLD_MINUTES,
        "transfer_hold_days": TRANSFER_HOLD_DAYS,
        "client_key": request.form.get("client_key") or ids.secret_token(),
    }


def _place(sent: dict[str, Any]) -> tuple[Order, str | None]:
    """The order, asked for again where another buyer was faster: what is left now may do, or is told."""
    for tries_left in reversed(range(PLACING_TRIES_MAX)):
        try:
            return _try_to_place(sent)
        except Outrun:
            if not tries_left:
                raise
            db.session.rollback()
    raise AssertionError("PLACING_TRIES_MAX is one or more")


def _try_to_place(sent: dict[str, Any]) -> tuple[Order, str | None]:
    """The order and, where it is new and paid by card, the id of its payment intent, made in the same transaction."""
    intents: list[str] = []

    def open_first(order: Order) -> None:
        if order.method == "card":
            intents.append(first_intent(order))

    known = answers.given()
    user = signed_in()
    user_id = user.id if user else None
    buyer = Buyer(
        name=known["name"],
        email=known["email"],
        address=known["address"],
        country=known["country"],
        user_id=user_id,
        language=language(),
    )
    order = place_order(
        Actor(user_id) if user_id else SYSTEM,
        reader.own(with_goods=True),
        buyer,
        charge_currency=sent["agreed_currency"],
        method=_agreed_method(sent["agreed_method"]),
        agreed=Money(sent["agreed_minor"], sent["agreed_currency"]),
        client_key=sent["client_key"],
        prepare=open_first,
    )
    return order, intents[0] if intents else None


def _agreed_method(method: str) -> str:
    """The way of paying that the button named; refuses one that is no longer offered."""
    if method not in answers.methods():
        raise MethodGone
    return method


def _sold_out(error: SoldOut) -> Answer:
    """The basket with what is left now, from what this transaction has loaded already.

    In a crowd for the last pieces most buyers end here: asking for everything once more after the rollback would
    double what each of them costs.
    """
    context = basket.shown()
    db.session.expunge_all()
    give_up()
    return show_form(basket.PAGE, error, **context)


def _way_to_pay(order: Order, intent_id: str | None) -> str:
    """The provider's page for a card; our own page for a transfer, and when the provider is silent."""
    if order.method == "card" and order.state == "placed":
        try:
            return to_provider(order, intent_id)
        except LumbungError:
            # The order stands and holds its goods: its page offers the payment again.
            db.session.rollback()
    return url_for("orders.show", token=order.token)
