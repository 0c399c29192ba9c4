"""`lumbung export orders`: what a cooperative sold, line by line; nothing of who bought it."""

from typing import Any

from sqlalchemy import Select, select

from marketplace.accounts.exporting import organisation_called
from marketplace.kernel.exports import by_bytes
from orders.checkout.models import Order, OrderLine


def orders(slug: str) -> Select[Any]:
    """Every line of an order that the cooperative sells, in its own currency and in the buyer's."""
    query = select(
        Order.number.label("order"),
        OrderLine.id.label("line"),
        Order.state.label("state"),
        Order.method.label("method"),
        Order.placed_at.label("placed_at"),
        Order.paid_at.label("paid_at"),
        OrderLine.kind.label("kind"),
        OrderLine.title.label("title"),
        OrderLine.quantity.label("quantity"),
        OrderLine.refunded_quantity.label("refunded_quantity"),
        OrderLine.currency.label("currency"),
        OrderLine.origin_minor.label("amount_minor"),
        OrderLine.refunded_origin_minor.label("refunded_minor"),
        Order.charge_currency.label("charge_currency"),
        OrderLine.charge_minor.label("charge_minor"),
        OrderLine.refunded_charge_minor.label("refunded_charge_minor"),
        OrderLine.rate.label("rate"),
    )
    query = query.join(Order, Order.id == OrderLine.order_id)
    query = query.where(OrderLine.organisation_id == organisation_called(slug).id)
    return query.order_by(by_bytes(Order.id), OrderLine.ordinal)
