"""The basket's page and the four things one can do to it."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from marketplace.kernel.db import give_up
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.policy import PUBLIC, allow
from orders.cart import reader, services
from orders.cart.schemas import Put, Quantity, Terms
from orders.checkout import answers
from orders.checkout.names import countries, currency_choices
from orders.checkout.sheet import Sheet, sheet_of

blueprint = Blueprint("cart", __name__)

PAGE = "orders/cart/basket.html"


def shown(sheet: Sheet | None = None) -> dict[str, Any]:
    """What the basket's page prints."""
    sheet = sheet or sheet_of(reader.seen(), answers.terms())
    return {"sheet": sheet, "countries": countries(), "currency_choices": currency_choices(sheet.currencies)}


@blueprint.get("/basket")
@allow(PUBLIC)
def basket() -> str:
    """What lies in the basket, by cooperative, and what it would cost."""
    return render_template(PAGE, errors={}, **shown())


@blueprint.post("/basket/add")
@allow(PUBLIC)
def add() -> Answer:
    """Put pieces of a listing into the basket."""
    wanted = load_form(Put)
    title = services.add_to_basket(reader.own(), wanted["listing_id"], wanted["quantity"])
    return done(url_for("cart.basket"), _("“%(title)s” is in your basket.", title=title))


@blueprint.post("/basket/lines/<listing_id>")
@allow(PUBLIC)
def change(listing_id: str) -> Answer:
    """Have another number of pieces; none takes the line out."""
    try:
        quantity = load_form(Quantity)["quantity"]
        mine = reader.own()
        if quantity:
            services.set_quantity(mine, listing_id, quantity)
        else:
            services.remove_from_basket(mine, listing_id)
    except LumbungError as error:
        return _refused(listing_id, error)
    return done(url_for("cart.basket"))


@blueprint.post("/basket/lines/<listing_id>/remove")
@allow(PUBLIC)
def remove(listing_id: str) -> Answer:
    """Take a listing out."""
    services.remove_from_basket(reader.own(), listing_id)
    return done(url_for("cart.basket"))


@blueprint.post("/basket/terms")
@allow(PUBLIC)
def terms() -> Answer:
    """Show prices for another country or in another currency from now on."""
    answers.keep(**{name: value for name, value in load_form(Terms).items() if value})
    return done(url_for("cart.basket"))


def _refused(listing_id: str, error: LumbungError) -> Answer:
    """The basket as it is now, with the sentence at the quantity that was refused."""
    give_up()
    reader.look_again()
    sentence = str(error.fields.get("quantity", error.sentence))
    error.fields = {f"quantity-{listing_id}": sentence}
    return show_form(PAGE, error, **shown())
