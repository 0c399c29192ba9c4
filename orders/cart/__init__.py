"""The basket: what a buyer means to take, before anything is held."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from orders.cart import models

    app.extensions["cart"] = models
