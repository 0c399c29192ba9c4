"""The house seen from outside: metrics, the operator's page of its state, checks by the hour and the night, alerts."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the two pages, the two jobs and the letter to operators."""
    from marketplace.accounts import operator_pages
    from marketplace.config import VERIFY_HOUR_UTC
    from marketplace.kernel import jobs, outbox
    from marketplace.kernel.check_log import BROKEN
    from marketplace.watch import alerts, checks, views

    app.register_blueprint(views.blueprint)
    operator_pages.add_page(app, _l("State of the house"), "watch.state", order=90)
    operator_pages.add_duties(app, views.duties)
    outbox.subscribe(app, BROKEN, "watch.alerts", alerts.tell_operators, reads_first=True)
    jobs.every(app, 60, "watch.invariants", checks.check_invariants)
    jobs.daily(app, VERIFY_HOUR_UTC, "watch.verify", checks.start_verify)
