"""Orders to pack over the API: what a cooperative sends, without the buyer's name or address."""

from typing import Any

from flask import g
from marshmallow import Schema, fields

from marketplace.accounts.policy import PREPARES
from marketplace.api.frame import PAGE, Blueprint, operation, page_of, pages_of
from marketplace.api.tokens import TokenOf
from marketplace.kernel.paging import page_asked, paged
from marketplace.kernel.policy import allow
from orders.fulfilment import queries
from orders.fulfilment.models import Parcel

blueprint = Blueprint("api_orders", __name__, description="What was sold, and where its parcel is.")


class OrderedLine(Schema):
    """Pieces of one lot, or the parcel itself; amounts in the cooperative's currency."""

    kind = fields.String(required=True)
    title = fields.String(required=True)
    lot = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    refunded_quantity = fields.Integer(required=True)
    amount_minor = fields.Integer(required=True)
    refunded_minor = fields.Integer(required=True)


class Ordered(Schema):
    """A cooperative's part of an order."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    paid_at = fields.DateTime(required=True, allow_none=True)
    sent_at = fields.DateTime(required=True, allow_none=True)
    currency = fields.String(required=True)


class OrderedWithLines(Ordered):
    """The same with its lines."""

    lines = fields.List(fields.Nested(OrderedLine), required=True)


@operation(blueprint, "/orders", pages_of(Ordered), asks=(PAGE,))
@allow(TokenOf(PREPARES))
def orders(organisation: str) -> dict[str, Any]:
    """A page of orders, the newest first."""
    return page_of(paged(queries.parcels_newest_first(g.organisation.id), page_asked()), _shown)


@operation(blueprint, "/orders/<number>", OrderedWithLines)
@allow(TokenOf(PREPARES))
def order(organisation: str, number: str) -> dict[str, Any]:
    """One order with what was sold of this cooperative."""
    parcel = queries.parcel_numbered(g.organisation.id, number)
    own = [line for line in parcel.order.lines if line.organisation_id == g.organisation.id]
    lines = [
        {
            "kind": line.kind,
            "title": line.title,
            "lot": line.stock.lot_code if line.stock else None,
            "quantity": line.quantity,
            "refunded_quantity": line.refunded_quantity,
            "amount_minor": line.origin_minor,
            "refunded_minor": line.refunded_origin_minor,
        }
        for line in own
    ]
    return _shown(parcel) | {"lines": lines}


def _shown(parcel: Parcel) -> dict[str, Any]:
    order = parcel.order
    shown = {"number": order.number, "state": parcel.state, "paid_at": order.paid_at, "sent_at": parcel.sent_at}
    return shown | {"currency": g.organisation.currency}
