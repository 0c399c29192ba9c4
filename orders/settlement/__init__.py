"""Who is owed what: real fees, payouts with proof and confirmation, tax remitted."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the tables, the pages of payouts and what `verify` checks of debts."""
    from marketplace.accounts import console, operator_pages
    from marketplace.kernel.invariants import register
    from orders.settlement import fee_views, invariants, models, views
    from producers.cooperatives import today

    app.register_blueprint(views.blueprint)
    app.register_blueprint(fee_views.blueprint)
    console.add_entry(app, _l("Payouts"), "settlement.payouts", order=74)
    operator_pages.add_page(app, _l("Payouts"), "settlement.owed", order=60)
    operator_pages.add_page(app, _l("Payment fees"), "fees.awaited", order=65)
    operator_pages.add_duties(app, views.desk_duties)
    operator_pages.add_duties(app, fee_views.duties)
    today.add_duties(app, views.duties)
    app.extensions["settlement"] = models
    register(app, "settlement.debts_mirror", invariants.debts_mirror)
