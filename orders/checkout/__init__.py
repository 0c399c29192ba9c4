"""From basket to a paid order: terms, address, totals, reservation with an end, frozen splits."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables and what `verify` checks of them."""
    from marketplace.kernel.invariants import register
    from orders.checkout import invariants, models

    app.extensions["checkout"] = models
    register(app, "orders.splits_sum", invariants.splits_sum)
    register(app, "orders.equal_their_lines", invariants.orders_equal_their_lines)
