"""Lots in the console: the list, one lot with all that is known of it, goods brought in and what they cost."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import PREPARES, READS_WAGES, RoleIn
from marketplace.config import LINEAGE_LOTS_SHOWN, TEXT_CHARACTERS_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.errors import Invalid, LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.cooperatives.queries import member_of, members
from producers.cooperatives.words import CLAIMS
from producers.fairprice.pricing import COST_PURPOSES
from producers.fairprice.status import statuses
from producers.lots import browse, lineage, queries, services
from producers.lots.models import Lot
from producers.lots.schemas import BringInForm, CostForm
from producers.lots.sources import sources_of
from producers.lots.words import FILTERS, MODES, MOVEMENTS, PRESETS
from producers.materials.quantities import base_quantity

blueprint = Blueprint("lots", __name__)


@blueprint.get("/k/<organisation>/lots")
@allow(RoleIn(READS_WAGES))
def index(organisation: str) -> Answer:
    """The cooperative's lots, by what is left of them, sought by number or name."""
    state = request.args.get("state", "left")
    state = state if state in FILTERS else "left"
    sought = request.args.get("q", "").strip()[:TEXT_CHARACTERS_MAX]
    page = browse.listed_lots(g.organisation.id, number=page_asked(), state=state, sought=sought)
    return render_template(
        "producers/lots/list.html",
        page=page,
        state=state,
        sought=sought,
        filters=FILTERS,
        presets=PRESETS,
        claims=CLAIMS,
    )


@blueprint.get("/k/<organisation>/lots/<lot_id>")
@allow(RoleIn(READS_WAGES))
def show(organisation: str, lot_id: str) -> Answer:
    """One lot: where its goods are, what it cost by record, what it comes from and what came of it."""
    lot = queries.lot_of(g.organisation.id, lot_id)
    costs = queries.costs_of(lot.id)
    around = lineage.lineage_of(lot)
    return render_template(
        "producers/lots/show.html",
        lot=lot,
        costs=costs,
        sources=sources_of([row.source_id for row in costs]),
        standing=statuses((row.purpose, row.source_id) for row in costs),
        lacks_cost=queries.lacks_cost(lot),
        awaits_cost=queries.awaits_cost(lot),
        owner=member_of(lot.organisation_id, lot.owner_member_id) if lot.owner_member_id else None,
        homes=browse.homes_of(lot.id),
        movements=browse.movements(lot.id, page_asked()),
        lines=lineage.lines_of(around)[:LINEAGE_LOTS_SHOWN],
        lots_around=len(around.lots),
        graph=lineage.graph_of(around),
        listed=queries.listed_of(lot.id),
        made_by=queries.step_that_made(lot.id),
        kinds=MOVEMENTS,
        modes=MODES,
        claims=CLAIMS,
        currency=g.organisation.currency,
    )


@blueprint.route("/k/<organisation>/lots/bring-in", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def bring_in(organisation: str) -> Answer:
    """Take goods in that are there already, with no purchase or step behind them."""
    owners = members(g.organisation.id, on=clock.today(g.organisation.zone))
    context: dict[str, Any] = {"owners": owners, "purposes": COST_PURPOSES}
    if request.method == "POST":
        try:
            lot = _bring_in(load_form(BringInForm(g.organisation.currency)))
        except LumbungError as error:
            return show_form("producers/lots/bring_in.html", error, **context)
        return done(_address(lot), _("Brought in as lot %(number)s.", number=lot.number))
    return show_form("producers/lots/bring_in.html", values={"client_key": ids.new_id()}, **context)


@blueprint.route("/k/<organisation>/lots/<lot_id>/cost", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def declare_cost(organisation: str, lot_id: str) -> Answer:
    """Type in what a brought-in lot cost; from then on its cost reads declared."""
    lot = queries.lot_of(g.organisation.id, lot_id)
    if request.method == "GET" and not queries.awaits_cost(lot):
        # Its own page says what it cost, or why that cannot be entered any more.
        return redirect(_address(lot))  # type: ignore[return-value]
    context: dict[str, Any] = {"lot": lot, "purposes": COST_PURPOSES}
    if request.method == "POST":
        try:
            services.declare_cost(g.actor, lot, load_form(CostForm(g.organisation.currency))["costs"])
        except LumbungError as error:
            return show_form("producers/lots/cost.html", error, **context)
        return done(_address(lot), _("The cost is entered. It reads as declared."))
    return show_form("producers/lots/cost.html", **context)


def _bring_in(answer: dict[str, Any]) -> Lot:
    quantity, unit = base_quantity(answer.pop("quantity"))
    owner_id = answer.pop("owner_id")
    try:
        owner = member_of(g.organisation.id, owner_id) if owner_id else None
    except NotFound as error:
        raise Invalid(fields={"owner_id": _("Choose the member.")}) from error
    return services.bring_in(g.actor, g.organisation, quantity=quantity, unit=unit, owner=owner, **answer)


def _address(lot: Lot) -> str:
    return url_for("lots.show", organisation=g.organisation.slug, lot_id=lot.id)
