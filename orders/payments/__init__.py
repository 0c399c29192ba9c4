"""Buyers' money: one port, Stripe or bank transfer behind it, webhooks, money sent back."""

from flask import Flask
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Plug in the port (none without a Stripe key), the webhook, the outbox handlers and the expiry job."""
    from marketplace.accounts import operator_pages
    from marketplace.config import RECONCILE_HOUR_UTC
    from marketplace.kernel import jobs, outbox
    from orders.payments import cli, desk_views, handlers, reconciling, views
    from orders.payments.stripe_port import StripePort

    key = app.config["STRIPE_API_KEY"]
    app.extensions["payment_port"] = StripePort(key, app.config["STRIPE_API_BASE"]) if key else None
    app.register_blueprint(views.blueprint)
    app.cli.add_command(cli.reconcile_command)
    app.register_blueprint(desk_views.blueprint)
    operator_pages.add_page(app, _l("Transfers"), "desk.transfers", order=40)
    operator_pages.add_page(app, _l("Money back"), "desk.money_back", order=50)
    operator_pages.add_duties(app, desk_views.duties)
    outbox.subscribe(app, "order.ended", "payments.close_session", handlers.close_session)
    outbox.subscribe(app, "order.paid", "payments.fetch_fee", handlers.fetch_fee, reads_first=True)
    outbox.subscribe(app, "fee.reported", "payments.fetch_reported_fee", handlers.fetch_fee, reads_first=True)
    outbox.subscribe(app, "payment.unfilled", "payments.fetch_lost_fee", handlers.fetch_lost_fee, reads_first=True)
    outbox.subscribe(app, "money_back.due", "payments.send_back", handlers.send_back)
    jobs.every(app, 1, "payments.ask_about_open", handlers.ask_about_open)
    jobs.daily(app, RECONCILE_HOUR_UTC, "payments.reconcile", reconciling.reconcile_daily)
    jobs.every(app, 1, "payments.end_due_orders", handlers.end_due_orders)
