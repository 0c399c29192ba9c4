"""Money back, by quantity: goods restocked or scrapped, a credit note, wages untouched."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables and the form that refunds."""
    from orders.refunds import models, views

    app.extensions["refunds"] = models
    app.register_blueprint(views.blueprint)
