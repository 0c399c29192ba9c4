"""Work done in steps: pieces or hours, the rate, own costs, and the sign-off that makes them owed."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables, the console's pages of steps and of work to sign off, and what they say elsewhere."""
    from marketplace.accounts import console, persons
    from producers.cooperatives import today
    from producers.decisions import citations
    from producers.labour import citing, erasing, models, step_views, views, waiting

    app.extensions["labour"] = models
    persons.register(app, erasing)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(step_views.blueprint)
    console.add_entry(app, _l("Work"), "labour.index", order=10)
    today.add_duties(app, waiting.duties)
    citations.add(app, citing.work_at_rate)
