"""From basket to a paid order: terms, address, totals, reservation with an end, frozen splits."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables and the command that lets due orders expire."""
    from orders.checkout import models

    app.extensions["checkout"] = models
