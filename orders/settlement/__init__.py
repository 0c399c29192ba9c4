"""Who is owed what: real fees, payouts with proof and confirmation, tax remitted."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables, the pages of payouts and what `verify` checks of debts."""
    from marketplace.accounts import console, operator_pages
    from marketplace.kernel.invariants import register
    from orders.settlement import invariants, models, views
    from producers.cooperatives import today

    app.register_blueprint(views.blueprint)
    console.add_entry(app, _l("Payouts"), "settlement.payouts", order=74)
    operator_pages.add_page(app, _l("Payouts"), "settlement.owed", order=60)
    today.add_duties(app, views.duties)
    app.extensions["settlement"] = models
    register(app, "settlement.debts_mirror", invariants.debts_mirror)
