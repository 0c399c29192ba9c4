"""Pay: payslips, payments with proof, the payee's confirmation or contest, the hourly check."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in what `lumbung verify` asks, the console's pages of pay, and what waits on its first page."""
    from marketplace.accounts import console, persons
    from marketplace.kernel import invariants
    from marketplace.kernel.exports import add_export
    from producers.cooperatives import today
    from producers.wages import check_views, erasing, exporting, payment_views, views, waiting
    from producers.wages.checks import check

    invariants.register(app, "wages", check)
    for part in (views, payment_views, check_views):
        app.register_blueprint(part.blueprint)
    console.add_entry(app, _l("Wages"), "wages.index", order=50)
    today.add_duties(app, waiting.duties)
    today.add_debts(app, waiting.debts)
    persons.register(app, erasing)
    add_export("payslips", "Payslips by member number: pay, for the bookkeeper alone.", exporting.payslips)
