"""Order history from another shop, brought in through the same order, ledger and receipt code."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the import command."""
    from marketplace.kernel.imports import import_group
    from orders.history.cli import import_orders_command

    import_group.add_command(import_orders_command)
