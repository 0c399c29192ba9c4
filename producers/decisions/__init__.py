"""What a cooperative decided together, from when: the figures that prices and wages cite."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables and the console's pages of decisions, and the platform's command."""
    from marketplace.accounts import console
    from producers.cooperatives import today
    from producers.decisions import cli, models, views, waiting

    app.extensions["decisions"] = models
    app.register_blueprint(views.blueprint)
    app.cli.add_command(cli.platform_command)
    console.add_entry(app, _l("Decisions"), "decisions.index", order=80)
    today.add_duties(app, waiting.duties)
    today.add_first_steps(app, waiting.first_steps)
