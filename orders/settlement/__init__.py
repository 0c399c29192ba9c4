"""Who is owed what: real fees, payouts with proof and confirmation, tax remitted."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from orders.settlement import models

    app.extensions["settlement"] = models
