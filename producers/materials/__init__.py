"""Material: bought from suppliers, issued to homes, returned, lost."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from producers.materials import models

    app.extensions["materials"] = models
