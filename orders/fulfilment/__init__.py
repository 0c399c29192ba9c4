"""Parcels on their way: packed, sent, the carrier paid."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables, the orders in the console, and what waits to be packed."""
    from marketplace.accounts import console
    from marketplace.api import frame
    from orders.fulfilment import api, models, views
    from producers.cooperatives import today

    app.extensions["fulfilment"] = models
    app.register_blueprint(views.blueprint)
    frame.hang(app, api.blueprint)
    console.add_entry(app, _l("Orders"), "fulfilment.orders", order=70)
    today.add_duties(app, views.duties)
