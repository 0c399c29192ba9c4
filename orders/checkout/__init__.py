"""From basket to a paid order: terms, address, totals, reservation with an end, frozen splits."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the pages from basket to order, the order's own page, and what `verify` checks of orders."""
    from marketplace.accounts import console, operator_pages, persons
    from marketplace.kernel.exports import add_export
    from marketplace.kernel.invariants import register
    from orders.checkout import erasing, exporting, invariants, order_views, terms_views, views

    app.register_blueprint(terms_views.blueprint)
    console.add_entry(app, _l("Price of delivery"), "terms.delivery", order=72)
    operator_pages.add_page(app, _l("Exchange rates"), "terms.rates", order=20)
    operator_pages.add_page(app, _l("Bank accounts"), "terms.accounts", order=30)
    operator_pages.add_duties(app, terms_views.duties)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(order_views.blueprint)
    register(app, "orders.splits_sum", invariants.splits_sum)
    register(app, "orders.equal_their_lines", invariants.orders_equal_their_lines)
    persons.register(app, erasing)
    add_export("orders", "What was sold, line by line, without the buyers.", exporting.orders)
