"""Material: bought from suppliers, issued to homes, returned, lost."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables and the console's pages of material."""
    from marketplace.accounts import console, persons
    from marketplace.api import frame
    from producers.cooperatives import today
    from producers.materials import api, erasing, models, views, waiting

    app.extensions["materials"] = models
    app.register_blueprint(views.blueprint)
    frame.hang(app, api.blueprint)
    console.add_entry(app, _l("Materials"), "materials.stock", order=30)
    today.add_duties(app, waiting.duties)
    today.add_debts(app, waiting.debts)
    today.add_running(app, waiting.running)
    today.add_first_steps(app, waiting.first_steps)
    persons.register(app, erasing)
