"""Keep the house in a file and set it up again elsewhere, whichever the engine."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the commands `backup` and `restore`."""
    from marketplace.kernel.backup import cli

    app.cli.add_command(cli.backup)
    app.cli.add_command(cli.restore)
