"""Decisions: what holds today, what was decided when, and a form for the next meeting."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import RUNS, RoleIn
from marketplace.kernel import clock
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.cooperatives.views import CONSOLE
from producers.decisions import figures, lists, services
from producers.decisions.citations import citing
from producers.decisions.schemas import RATE_LINES, DecisionForm

blueprint = Blueprint("decisions", __name__)


@blueprint.get("/k/<organisation>/decisions")
@allow(RoleIn(CONSOLE))
def index(organisation: str) -> Answer:
    """What holds today, each figure with the decision that it cites."""
    standing = lists.standing_figures(g.organisation.id, clock.today(g.organisation.zone))
    return render_template(
        "producers/decisions/standing.html",
        standing=standing,
        missing=lists.missing_kinds(standing),
        name_of=figures.name_of,
        shown=figures.shown,
    )


@blueprint.get("/k/<organisation>/decisions/all")
@allow(RoleIn(CONSOLE))
def recorded(organisation: str) -> Answer:
    """Every decision, the last to take force first."""
    page = lists.listed_decisions(g.organisation.id, page_asked())
    return render_template("producers/decisions/decisions.html", page=page, name_of=figures.name_of)


@blueprint.get("/k/<organisation>/decisions/<decision_id>")
@allow(RoleIn(CONSOLE))
def show(organisation: str, decision_id: str) -> Answer:
    """One decision: its figures, minutes, votes, and what cites it."""
    decision = lists.decision_of(g.organisation.id, decision_id)
    day = clock.today(g.organisation.zone)
    return render_template(
        "producers/decisions/decision.html",
        decision=decision,
        day=day,
        standing=lists.standing_figures(g.organisation.id, day),
        citing=citing(decision.id),
        name_of=figures.name_of,
        shown=figures.shown,
    )


@blueprint.route("/k/<organisation>/decisions/new", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def new(organisation: str) -> Answer:
    """Record what a meeting decided."""
    context: dict[str, Any] = {"kinds": figures.KINDS, "rate_lines": RATE_LINES}
    if request.method == "POST":
        try:
            answer = load_form(DecisionForm(g.organisation.currency))
            decision = services.record_decision(g.actor, g.organisation, **answer)
        except LumbungError as error:
            return show_form("producers/decisions/new.html", error, **context)
        address = url_for("decisions.show", organisation=organisation, decision_id=decision.id)
        return done(address, _("Decision %(number)s is recorded.", number=decision.number))
    today = clock.today(g.organisation.zone).isoformat()
    return show_form("producers/decisions/new.html", values={"decided_on": today, "effective_on": today}, **context)
