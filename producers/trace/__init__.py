"""Where goods came from and where they went: the graph of lots, both ways."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Nothing to plug in yet: the graph's layout is a pure function."""
