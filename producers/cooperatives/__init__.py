"""Cooperatives from inside: members, their consent, certificates with evidence and expiry, numbers."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from producers.cooperatives import models

    app.extensions["cooperatives"] = models
