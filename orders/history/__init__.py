"""Order history from another shop, brought in through the same order, ledger and receipt code."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the import command."""
