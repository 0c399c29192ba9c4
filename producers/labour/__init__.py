"""Work done in steps: pieces or hours, the rate, own costs, and the sign-off that makes them owed."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from producers.labour import models

    app.extensions["labour"] = models
