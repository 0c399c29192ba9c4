"""Replay: the worked example's events through the same services that people use, and the outcome as JSON."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the command `lumbung replay`."""
    from orders.replay.cli import replay

    app.cli.add_command(replay)
