"""Prices in the console: the cost sheet with its arithmetic, and putting a lot in the shop."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import READS_WAGES, RUNS, RoleIn
from marketplace.catalogue.categories import CATEGORIES
from marketplace.catalogue.listings import PhotoFile
from marketplace.catalogue.split_view import SplitView, split_view
from marketplace.config import LISTING_PHOTOS_MAX
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, clean_text, done, load_form, show_form
from marketplace.kernel.i18n import money
from marketplace.kernel.media_types import WEBP
from marketplace.kernel.money import Money
from marketplace.kernel.policy import allow
from producers.cooperatives.evidence import file_kept
from producers.cooperatives.uploads import taken
from producers.fairprice.sheet import CostSheet, cost_sheet
from producers.fairprice.status import public_rows
from producers.lots.errors import WithoutCost
from producers.lots.models import Lot
from producers.lots.queries import awaits_cost, costs_of, listed_of, lot_of
from producers.lots.sources import sources_of
from producers.publishing import arithmetic
from producers.publishing.queries import publication_of_lot
from producers.publishing.schemas import PriceForm, PublishForm
from producers.publishing.services import BelowFloor, publish_lot

blueprint = Blueprint("pricing", __name__)


@blueprint.get("/k/<organisation>/lots/<lot_id>/price")
@allow(RoleIn(READS_WAGES))
def sheet(organisation: str, lot_id: str) -> Answer:
    """What a piece costs, what the rules take, the floor; with a price, its split line by line."""
    lot = lot_of(g.organisation.id, lot_id)
    try:
        if not costs_of(lot.id):
            raise WithoutCost(number=lot.number)
        costs = cost_sheet(lot, clock.today(g.organisation.zone))
    except LumbungError as error:
        context: dict[str, Any] = {"sentence": error.sentence, "awaits_cost": awaits_cost(lot)}
        return render_template("producers/publishing/no_sheet.html", lot=lot, **context), error.status
    price, errors = costs.floor, {}
    try:
        asked = load_form(PriceForm, request.args)["price"]
        price = money_of(asked) if asked is not None else price
    except Invalid as error:
        errors = {name: str(sentence) for name, sentence in error.fields.items()}
    if price < costs.floor:
        errors["price"] = BelowFloor(floor=_shown(costs.floor)).sentence
    page = render_template(
        "producers/publishing/sheet.html",
        lot=lot,
        sheet=costs,
        price=price,
        typed=request.args.get("price", ""),
        errors=errors,
        lines=arithmetic.lines_of(costs, price.minor),
        decisions=arithmetic.decisions_of(costs),
        percent=arithmetic.percent,
        sources=sources_of([row.source_id for row in costs.costs]),
        view=_view(costs, price),
        publication=publication_of_lot(lot.id),
        may_publish=bool(g.actor.roles & RUNS) and not errors,
        currency=g.organisation.currency,
    )
    return page, 422 if errors else 200


@blueprint.route("/k/<organisation>/lots/<lot_id>/publish", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def publish(organisation: str, lot_id: str) -> Answer:
    """Put pieces of a lot in the shop; refused below the floor."""
    lot = lot_of(g.organisation.id, lot_id)
    if request.method == "POST":
        try:
            photos = _photos()
            answer = load_form(PublishForm)
            answer["price"] = money_of(answer["price"])
            for photo, _words in photos:
                file_kept(g.actor, g.organisation, photo)
            files = [PhotoFile(photo.sha256, photo.width, photo.height, words) for photo, words in photos]
            stock = publish_lot(g.actor, g.organisation, lot_of(g.organisation.id, lot_id), photos=files, **answer)
        except BelowFloor as error:
            at_field = Invalid(fields={"price": error.sentence})
            return show_form("producers/publishing/publish.html", at_field, **_context(lot_id))
        except LumbungError as error:
            return show_form("producers/publishing/publish.html", error, **_context(lot_id))
        sentence = _("%(title)s is in the shop. Story and split are frozen.", title=stock.listing.title)
        return done(url_for("listings.index", organisation=organisation), sentence)
    context = _context(lot_id)
    fresh = {"title": lot.name, "price": request.args.get("price", ""), "quantity": context["free"]}
    return show_form("producers/publishing/publish.html", values=fresh, **context)


def money_of(amount: Any) -> Money:
    """A typed price in the cooperative's currency; refuses more decimals than it has."""
    try:
        return Money.parse(str(amount), g.organisation.currency)
    except ValueError as error:
        raise Invalid(fields={"price": _("Enter an amount, for example 650.000.")}) from error


def _context(lot_id: str) -> dict[str, Any]:
    lot: Lot = lot_of(g.organisation.id, lot_id)
    listed = listed_of(lot.id)
    return {
        "lot": lot,
        "listed": listed,
        "free": max(0, lot.stock - listed),
        "categories": CATEGORIES,
        "photos": LISTING_PHOTOS_MAX,
        "currency": g.organisation.currency,
    }


def _photos() -> list[tuple[Any, str]]:
    """The pictures sent with the form and the words for each; refuses a document, and a picture without words."""
    found = []
    for place in range(1, LISTING_PHOTOS_MAX + 1):
        photo = taken(f"photo_{place}")
        if photo is None:
            continue
        if photo.media_type != WEBP:
            raise Invalid(fields={f"photo_{place}": _("Choose a photo here, not a document.")})
        words = clean_text(request.form.get(f"alternative_{place}", ""))[:300]
        if not words:
            raise Invalid(fields={f"alternative_{place}": _("Say what the photo shows, for those who cannot see it.")})
        found.append((photo, words))
    return found


def _view(costs: CostSheet, price: Money) -> SplitView:
    rows = public_rows(costs.split(price.minor))
    return split_view(
        [{"purpose": row.purpose, "label": "", "amount_minor": row.amount_minor, "status": row.status} for row in rows],
        price.minor,
    )


def _shown(amount: Money) -> str:
    return money(amount.minor, amount.currency)
