"""Who is owed what: real fees, payouts with proof and confirmation, tax remitted."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables."""
    from marketplace.kernel.invariants import register
    from orders.settlement import invariants, models

    app.extensions["settlement"] = models
    register(app, "settlement.debts_mirror", invariants.debts_mirror)
