"""The demo: invented cooperatives, people and goods, made so that Lumbung can be tried without real ones."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the command."""
    from orders.demo.cli import demo

    app.cli.add_command(demo)
