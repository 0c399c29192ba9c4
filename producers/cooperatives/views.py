"""The console's first page, and the files behind records."""

from flask import Blueprint, Response, g, render_template
from flask_babel import format_date

from marketplace.accounts.models import Role
from marketplace.accounts.policy import READS_WAGES, RoleIn
from marketplace.kernel import clock
from marketplace.kernel.forms import Answer
from marketplace.kernel.media_store import serving_headers
from marketplace.kernel.policy import allow
from producers.cooperatives import evidence as evidences
from producers.cooperatives import today as todays

CONSOLE = frozenset(Role) - {Role.MEMBER}
"""Who works in the console; a member has her phone's own pages."""

blueprint = Blueprint("cooperatives", __name__)


@blueprint.get("/k/<organisation>/")
@allow(RoleIn(CONSOLE))
def today(organisation: str) -> Answer:
    """What waits, what is owed, what is in work; for a new cooperative what to do first."""
    day = clock.today(g.organisation.zone)
    steps = todays.first_steps(g.organisation)
    return render_template(
        "producers/cooperatives/today.html",
        heading=format_date(day, "EEEE, d MMMM"),
        day=day,
        steps=steps if not all(step.is_done for step in steps) else [],
        duties=todays.duties(g.organisation),
        debts=todays.debts(g.organisation) if g.actor.roles & READS_WAGES else None,
        running=todays.running(g.organisation),
    )


@blueprint.get("/k/<organisation>/evidence/<sha256>")
@allow(RoleIn(READS_WAGES))
def evidence(organisation: str, sha256: str) -> Response:
    """A paper or photo that this cooperative filed; to everybody else it is not there."""
    filed = evidences.evidence_of(g.organisation.id, sha256)
    return Response(evidences.storage().read(filed.key), headers=serving_headers(filed.key))
