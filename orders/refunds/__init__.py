"""Money back, by quantity: goods restocked or scrapped, a credit note, wages untouched."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from orders.refunds import models

    app.extensions["refunds"] = models
