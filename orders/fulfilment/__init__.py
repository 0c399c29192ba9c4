"""Parcels on their way: packed, sent, the carrier paid."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from orders.fulfilment import models

    app.extensions["fulfilment"] = models
