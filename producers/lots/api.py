"""Lots over the API: a list, and one with its costs."""

from typing import Any

from flask import g, request
from marshmallow import Schema, fields

from marketplace.accounts.policy import READS_WAGES
from marketplace.api.frame import PAGE, Blueprint, operation, page_of, pages_of
from marketplace.api.tokens import TokenOf
from marketplace.kernel.errors import Invalid
from marketplace.kernel.forms import CHOOSE
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.lots import browse, queries
from producers.lots.models import Lot

blueprint = Blueprint("api_lots", __name__, description="What a cooperative's goods are, and what they cost.")
STATE = {"in": "query", "name": "state", "schema": {"type": "string", "enum": sorted(browse.FILTERS), "default": "all"}}


class LotShown(Schema):
    """A lot: quantities in its base unit, in − used − lost − sold + returned − held = stock."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    made_on = fields.Date(required=True, allow_none=True)
    claims = fields.List(fields.String(), required=True)
    declared = fields.Boolean(required=True)
    quantity_in = fields.Integer(required=True)
    used = fields.Integer(required=True)
    lost = fields.Integer(required=True)
    sold = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    held = fields.Integer(required=True)
    stock = fields.Integer(required=True)


class Cost(Schema):
    """What remains of one record's cost."""

    purpose = fields.String(required=True)
    source_id = fields.String(required=True)
    amount_minor = fields.Integer(required=True)


class LotWithCosts(LotShown):
    """A lot with its costs, in the cooperative's currency."""

    currency = fields.String(required=True)
    costs = fields.List(fields.Nested(Cost), required=True)


@operation(blueprint, "/lots", pages_of(LotShown), asks=(PAGE, STATE))
@allow(TokenOf(READS_WAGES))
def lots(organisation: str) -> dict[str, Any]:
    """A page of lots, the newest first."""
    state = request.args.get("state", "all")
    if state not in browse.FILTERS:
        raise Invalid(fields={"state": CHOOSE})
    return page_of(browse.listed_lots(g.organisation.id, number=page_asked(), state=state, sought=""), _shown)


@operation(blueprint, "/lots/<lot_id>", LotWithCosts)
@allow(TokenOf(READS_WAGES))
def lot(organisation: str, lot_id: str) -> dict[str, Any]:
    """One lot with what remains of its costs."""
    found = queries.lot_of(g.organisation.id, lot_id)
    costs = [
        {"purpose": row.purpose, "source_id": row.source_id, "amount_minor": row.amount_minor}
        for row in queries.costs_of(found.id)
    ]
    return {**_shown(found), "currency": g.organisation.currency, "costs": costs}


def _shown(lot: Lot) -> dict[str, Any]:
    names = ("id", "number", "name", "unit", "made_on", "claims", "quantity_in", "used", "lost", "sold", "returned",
             "held", "stock")  # fmt: skip
    return {name: getattr(lot, name) for name in names} | {"declared": lot.is_declared}
