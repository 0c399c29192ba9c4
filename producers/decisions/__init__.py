"""What a cooperative decided together, from when: the figures that prices and wages cite."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from producers.decisions import models

    app.extensions["decisions"] = models
