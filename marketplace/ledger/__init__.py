"""Double entry: one book an owner, entries that sum to zero, nothing ever changed."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables and their triggers."""
    from marketplace.kernel import invariants
    from marketplace.ledger import models
    from marketplace.ledger.checks import check

    app.extensions["ledger"] = models
    invariants.register(app, "ledger", check)
