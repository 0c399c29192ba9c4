"""A finished lot becomes stock of a listing: its story and split frozen with the hash of their source."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from producers.publishing import models

    app.extensions["publishing"] = models
