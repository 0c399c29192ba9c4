"""Lots and the steps between them: quantity, mass, cost and claims, of which none appears or vanishes."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from producers.lots import models

    app.extensions["lots"] = models
