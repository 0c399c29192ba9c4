"""Material in the console: what lies in the store, what is at which home, and what moves between them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import PREPARES, RECEIVES, RoleIn
from marketplace.kernel import clock, ids
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from marketplace.kernel.quantity_format import quantity
from producers.cooperatives import uploads
from producers.cooperatives.evidence import file_kept
from producers.cooperatives.queries import member_of
from producers.cooperatives.views import CONSOLE
from producers.lots.models import Lot
from producers.lots.queries import lot_of
from producers.materials import lists, purchase_views, services
from producers.materials.quantities import quantity_of_lot
from producers.materials.schemas import LossForm, MoveForm
from producers.materials.words import MOVEMENTS

blueprint = Blueprint("materials", __name__)
purchase_views.hang_on(blueprint)


@blueprint.get("/k/<organisation>/materials")
@allow(RoleIn(CONSOLE))
def stock(organisation: str) -> Answer:
    """What is left of everything bought, in the store and at homes."""
    everything = request.args.get("all") == "1"
    page = lists.stock(g.organisation.id, page_asked(), everything=everything)
    return render_template("producers/materials/stock.html", page=page, everything=everything)


@blueprint.get("/k/<organisation>/materials/lots/<lot_id>")
@allow(RoleIn(CONSOLE))
def lot(organisation: str, lot_id: str) -> Answer:
    """Which homes have something of a lot."""
    found = lot_of(g.organisation.id, lot_id)
    return render_template("producers/materials/lot.html", lot=found, homes=lists.homes_of(found.id))


@blueprint.get("/k/<organisation>/materials/books/<member_id>")
@allow(RoleIn(CONSOLE))
def passbooks(organisation: str, member_id: str) -> Answer:
    """Everything a member took home, lot by lot."""
    member = member_of(g.organisation.id, member_id)
    return render_template("producers/materials/passbooks.html", member=member, holdings=lists.holdings_of(member.id))


@blueprint.get("/k/<organisation>/materials/books/<member_id>/<lot_id>")
@allow(RoleIn(CONSOLE))
def passbook(organisation: str, member_id: str, lot_id: str) -> Answer:
    """A member's book of one lot: what she took, brought back, worked up, lost."""
    member, found = member_of(g.organisation.id, member_id), lot_of(g.organisation.id, lot_id)
    return render_template(
        "producers/materials/passbook.html",
        member=member,
        lot=found,
        lines=lists.book(found.id, member.id),
        holding=next((home for home in lists.holdings_of(member.id) if home.lot_id == found.id), None),
        movements=MOVEMENTS,
    )


@blueprint.route("/k/<organisation>/materials/issue", methods=["GET", "POST"])
@allow(RoleIn(RECEIVES))
def issue(organisation: str) -> Answer:
    """Give material out to a member's home."""
    return _move("issue", services.issue_material, at_homes=False)


@blueprint.route("/k/<organisation>/materials/return", methods=["GET", "POST"])
@allow(RoleIn(RECEIVES))
def bring_back(organisation: str) -> Answer:
    """Take material back from a member's home."""
    return _move("return", services.return_material, at_homes=True)


@blueprint.route("/k/<organisation>/materials/loss", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def loss(organisation: str) -> Answer:
    """Write off what was lost, with its cause: the cooperative's expense, never a member's."""
    lots = [(each.id, _lot_name(each, each.remaining)) for each in lists.lots_anywhere(g.organisation.id)]
    context: dict[str, Any] = {"lots": lots, "people": _people()}
    if request.method == "POST":
        try:
            photo = uploads.taken("photo")
            address = _write_off(load_form(LossForm), photo)
        except LumbungError as error:
            return show_form("producers/materials/loss.html", error, **context)
        return done(address, _("Recorded. The cooperative bears it."))
    return show_form("producers/materials/loss.html", values=request.args, **context)


def _move(kind: str, service: Callable[..., Any], *, at_homes: bool) -> Answer:
    there = lists.lots_to_move(g.organisation.id, at_homes=at_homes)
    lots = [(each.id, _lot_name(each, each.held if at_homes else each.stock)) for each in there]
    context: dict[str, Any] = {"kind": kind, "lots": lots, "people": _people()}
    if request.method == "POST":
        try:
            answer = load_form(MoveForm)
            found = lot_of(g.organisation.id, answer["lot_id"])
            member = member_of(g.organisation.id, answer["member_id"])
            amount = quantity_of_lot(answer["quantity"], found.unit)
            service(g.actor, found, member, amount, client_key=answer["client_key"])
        except LumbungError as error:
            return show_form("producers/materials/move.html", error, **context)
        return done(_book(member.id, found.id), _("Recorded in the book of %(name)s.", name=member.name))
    fresh = {**request.args.to_dict(), "client_key": ids.new_id()}
    return show_form("producers/materials/move.html", values=fresh, **context)


def _write_off(answer: dict[str, Any], photo: Any) -> str:
    found = lot_of(g.organisation.id, answer["lot_id"])
    member = member_of(g.organisation.id, answer["member_id"]) if answer["member_id"] else None
    amount = quantity_of_lot(answer["quantity"], found.unit)
    sha256 = file_kept(g.actor, g.organisation, photo).sha256 if photo else None
    services.record_stock_loss(g.actor, found, amount, cause=answer["cause"], member=member, photo_sha256=sha256)
    return _book(member.id, found.id) if member else url_for("materials.stock", organisation=g.organisation.slug)


def _book(member_id: str, lot_id: str) -> str:
    return url_for("materials.passbook", organisation=g.organisation.slug, member_id=member_id, lot_id=lot_id)


def _people() -> list[tuple[str, str]]:
    day = clock.today(g.organisation.zone)
    return [(each.id, f"{each.name} ({each.number})") for each in lists.people(g.organisation.id, day)]


def _lot_name(lot: Lot, left: int) -> str:
    return f"{lot.number} {lot.name}, {quantity(left, lot.unit)}"
