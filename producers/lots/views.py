"""Lots in the console: the list, and one lot with all that is known of it."""

from flask import Blueprint, g, render_template, request

from marketplace.accounts.policy import READS_WAGES, RoleIn
from marketplace.config import LINEAGE_LOTS_SHOWN, TEXT_CHARACTERS_MAX
from marketplace.kernel.forms import Answer
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.lots import browse, lineage, queries
from producers.lots.sources import sources_of
from producers.lots.words import FILTERS, MODES, MOVEMENTS, PRESETS

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
        "producers/lots/list.html", page=page, state=state, sought=sought, filters=FILTERS, presets=PRESETS
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
        homes=browse.homes_of(lot.id),
        movements=browse.movements(lot.id, page_asked()),
        lines=lineage.lines_of(around)[:LINEAGE_LOTS_SHOWN],
        lots_around=len(around.lots),
        graph=lineage.graph_of(around),
        listed=queries.listed_of(lot.id),
        made_by=queries.step_that_made(lot.id),
        kinds=MOVEMENTS,
        modes=MODES,
        currency=g.organisation.currency,
    )
