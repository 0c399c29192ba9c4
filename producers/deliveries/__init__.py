"""The delivery slip (nota setoran): yarn out, pieces in, money paid, at the door; weighed and settled later."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables, the phone screens and the checks."""
    from marketplace.accounts import persons
    from marketplace.api import frame
    from marketplace.kernel import invariants
    from producers.deliveries import api, capture_views, checks, erasing, views

    app.register_blueprint(capture_views.blueprint)
    app.register_blueprint(views.blueprint)
    frame.hang(app, api.blueprint)
    invariants.register(app, "delivery slips", checks.check)
    persons.register(app, erasing)
