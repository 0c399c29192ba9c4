"""What can be bought: listings, stock per lot with its frozen split, photos, published profiles."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from marketplace.accounts import persons
    from marketplace.catalogue import erasing, models

    app.extensions["catalogue"] = models
    persons.register(app, erasing)
