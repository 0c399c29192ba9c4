"""Lots and the steps between them: quantity, mass, cost and claims, of which none appears or vanishes."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables and what `lumbung verify` asks of them."""
    from marketplace.kernel import invariants
    from producers.lots.checks import check

    invariants.register(app, "lots", check)
