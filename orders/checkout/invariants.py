"""What must hold on the orders floor, read by every `verify`."""

from collections.abc import Iterator

from sqlalchemy import func, select

from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from orders.checkout.models import Order, OrderLine, OrderSplit


def splits_sum() -> Iterator[Broken]:
    """Every paid line's split sums to paid − refunded in both currencies (DESIGN.md §3.2)."""
    charge, origin = func.sum(OrderSplit.amount_minor), func.sum(OrderSplit.origin_minor)
    kept_charge = OrderLine.charge_minor - OrderLine.refunded_charge_minor
    kept_origin = OrderLine.origin_minor - OrderLine.refunded_origin_minor
    rows = db.session.execute(
        select(OrderLine.id, func.coalesce(charge, 0), kept_charge, func.coalesce(origin, 0), kept_origin)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(OrderSplit, OrderSplit.order_line_id == OrderLine.id)
        .where(Order.state == "paid")
        .group_by(OrderLine.id)
        .having((func.coalesce(charge, 0) != kept_charge) | (func.coalesce(origin, 0) != kept_origin))
    )
    for line_id, split_charge, line_charge, split_origin, line_origin in rows:
        detail = f"split {split_charge}/{split_origin}, kept {line_charge}/{line_origin}"
        yield Broken("orders.splits_sum", "checkout_order_line", line_id, detail)


def orders_equal_their_lines() -> Iterator[Broken]:
    """Every order is charged and refunded exactly what its lines are."""
    charged, refunded = func.sum(OrderLine.charge_minor), func.sum(OrderLine.refunded_charge_minor)
    rows = db.session.execute(
        select(Order.id, charged, Order.amount_minor, refunded, Order.refunded_minor)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .group_by(Order.id)
        .having((charged != Order.amount_minor) | (refunded != Order.refunded_minor))
    )
    for order_id, lines, amount, lines_back, back in rows:
        detail = f"lines {lines}/{lines_back}, order {amount}/{back}"
        yield Broken("orders.equal_their_lines", "checkout_order", order_id, detail)
