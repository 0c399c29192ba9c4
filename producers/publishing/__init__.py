"""A finished lot becomes stock of a listing: its story and split frozen with the hash of their source."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables and the console's pages of prices and listings."""
    from marketplace.accounts import console
    from producers.publishing import hourly_views, listing_views, models, price_views

    app.extensions["publishing"] = models
    app.register_blueprint(price_views.blueprint)
    app.register_blueprint(listing_views.blueprint)
    app.register_blueprint(hourly_views.blueprint)
    console.add_entry(app, _l("In the shop"), "listings.index", order=55)
