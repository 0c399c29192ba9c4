"""Delivery slips over the API: for a capture program of the cooperative's own."""

from typing import Any

from flask import g
from marshmallow import Schema, fields, validate

from marketplace.accounts.policy import RECEIVES
from marketplace.api.frame import PAGE, Blueprint, Taken, body, operation, page_of, pages_of
from marketplace.api.idempotency import once
from marketplace.api.tokens import TokenOf
from marketplace.config import AMOUNT_MINOR_MAX, SLIP_GRAMS_MAX, SLIP_PIECES_MAX
from marketplace.kernel.forms import Text
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.deliveries import queries, services
from producers.deliveries.models import DeliverySlip

blueprint = Blueprint("api_deliveries", __name__, description="What went out to homes and came back, slip by slip.")


def _count(most: int) -> fields.Integer:
    return fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=most))


class SlipTaken(Taken):
    """A slip: material out in the lot's unit, pieces in, money paid in the currency's minor unit."""

    member_id = Text(required=True, max=40)
    lot_id = Text(load_default="", max=40)
    issued = _count(SLIP_GRAMS_MAX)
    rate_key = Text(load_default="", max=72)
    good = _count(SLIP_PIECES_MAX)
    to_repair = _count(SLIP_PIECES_MAX)
    paid_minor = _count(AMOUNT_MINOR_MAX)


class SlipShown(Schema):
    """A slip as recorded; void when it was made void later."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    member_id = fields.String(required=True)
    made_on = fields.Date(required=True)
    lot_id = fields.String(required=True, allow_none=True)
    issued = fields.Integer(required=True)
    rate_key = fields.String(required=True, allow_none=True)
    good = fields.Integer(required=True)
    to_repair = fields.Integer(required=True)
    currency = fields.String(required=True)
    wage_minor = fields.Integer(required=True)
    paid_minor = fields.Integer(required=True)
    void = fields.Boolean(required=True)


@operation(blueprint, "/deliveries", pages_of(SlipShown), asks=(PAGE,))
@allow(TokenOf(RECEIVES))
def slips(organisation: str) -> dict[str, Any]:
    """A page of the slips that the token's person made, the newest first."""
    return page_of(queries.slips_made_by(g.organisation.id, g.actor.user_id, page_asked()), _shown)


@operation(blueprint, "/deliveries", SlipShown, takes=SlipTaken)
@allow(TokenOf(RECEIVES, writes=True))
@once
def record(organisation: str) -> dict[str, Any]:
    """Record a slip; its number is given here and never again."""
    taken = body(SlipTaken)
    slip = services.record_slip(g.actor, g.organisation, taken.pop("member_id"), taken, client_key=g.client_key)
    shown: dict[str, Any] = SlipShown().dump(_shown(slip))
    return shown


def _shown(slip: DeliverySlip) -> dict[str, Any]:
    names = ("id", "number", "member_id", "made_on", "lot_id", "rate_key", "good", "to_repair", "wage_minor",
             "paid_minor")  # fmt: skip
    shown = {name: getattr(slip, name) for name in names}
    return shown | {"issued": slip.issued_quantity, "currency": g.organisation.currency, "void": bool(slip.void)}
