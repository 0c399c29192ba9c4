"""A member's own screens: what she is owed and why, what lies at her home, her word on every payment."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the screens, with and without an account."""
    from producers.phone import link_views, models, views

    app.extensions["phone"] = models
    app.register_blueprint(views.blueprint)
    app.register_blueprint(link_views.blueprint)
    app.context_processor(views.shell)
