"""Lots and the steps between them: quantity, mass, cost and claims, of which none appears or vanishes."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables, what `lumbung verify` asks of them, their import, and the console's pages of lots."""
    from marketplace.accounts import console
    from marketplace.api import frame
    from marketplace.kernel import invariants
    from marketplace.kernel.exports import add_export
    from marketplace.kernel.imports import import_group
    from producers.cooperatives import today
    from producers.lots import api, exporting, views, waiting
    from producers.lots.checks import check
    from producers.lots.cli import import_lots_command

    invariants.register(app, "lots", check)
    import_group.add_command(import_lots_command)
    add_export("lots", "Lots with their mass balance.", exporting.lots)
    app.register_blueprint(views.blueprint)
    frame.hang(app, api.blueprint)
    console.add_entry(app, _l("Lots"), "lots.index", order=40)
    today.add_duties(app, waiting.duties)
