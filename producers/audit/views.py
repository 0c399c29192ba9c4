"""The walk from evidence to record, and the list of looks. Everything here is read-only."""

from flask import Blueprint, g, render_template

from marketplace.accounts.models import Role
from marketplace.accounts.policy import READS_WAGES, RoleIn
from marketplace.kernel.forms import Answer
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.audit import queries, receipts, records, seals
from producers.audit.services import note_looks
from producers.audit.words import LOOKS, ROLES
from producers.wages.queries import slips_of_records
from producers.wages.words import STATES

SUPERVISES = frozenset({Role.BOARD, Role.AUDITOR})

blueprint = Blueprint("audit", __name__)


@blueprint.get("/k/<organisation>/records/<record_id>")
@allow(RoleIn(READS_WAGES))
def record(organisation: str, record_id: str) -> Answer:
    """One record that a receipt cites: its facts, documents, journal events, pay, and where it flowed."""
    found = records.record_of(g.organisation, record_id)
    note_looks(g.actor, "record", [(member.id, record_id) for member in found.members])
    slips = slips_of_records(found.cost_ids)
    return render_template(
        "producers/audit/record.html",
        record=found,
        files=records.files_among(g.organisation.id, [document for _name, document in found.documents]),
        sealed=seals.seals_of(found.row),
        slips=list({slip.id: slip for slip in slips.values()}.values()),
        states=STATES,
        flows=records.flows_of(found.cost_ids),
        lines=receipts.citing(g.organisation.id, found.cost_ids),
        currency=g.organisation.currency,
    )


@blueprint.get("/k/<organisation>/looks")
@allow(RoleIn(SUPERVISES))
def looks(organisation: str) -> Answer:
    """Who looked at whose pay and records."""
    page = queries.looks(g.organisation.id, page_asked())
    return render_template("producers/audit/looks.html", page=page, words=LOOKS, roles=ROLES)
