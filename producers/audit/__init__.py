"""Reading for those who check: the walk from a receipt's evidence to the record, and who looked at whose pay."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables and the pages of records and looks."""
    from marketplace.accounts import console
    from producers.audit import models, views

    app.extensions["audit"] = models
    app.register_blueprint(views.blueprint)
    console.add_entry(app, _l("Who looked"), "audit.looks", order=85)
