"""From basket to a paid order: terms, address, totals, reservation with an end, frozen splits."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the pages from basket to order, the order's own page, and what `verify` checks of orders."""
    from marketplace.kernel.invariants import register
    from orders.checkout import invariants, order_views, views

    app.register_blueprint(views.blueprint)
    app.register_blueprint(order_views.blueprint)
    register(app, "orders.splits_sum", invariants.splits_sum)
    register(app, "orders.equal_their_lines", invariants.orders_equal_their_lines)
