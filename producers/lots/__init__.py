"""Lots and the steps between them: quantity, mass, cost and claims, of which none appears or vanishes."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the tables, what `lumbung verify` asks of them, and their import."""
    from marketplace.kernel import invariants
    from marketplace.kernel.imports import import_group
    from producers.lots.checks import check
    from producers.lots.cli import import_lots_command

    invariants.register(app, "lots", check)
    import_group.add_command(import_lots_command)
