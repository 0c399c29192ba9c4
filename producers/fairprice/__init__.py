"""What a fair price is: wage benchmarks, price floor, the split of a price, the status of each part of it."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables and the console's pages of benchmarks."""
    from producers.fairprice import models, views

    app.extensions["fairprice"] = models
    app.register_blueprint(views.blueprint)
