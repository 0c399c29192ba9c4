"""The journal: every business fact as an event, sequenced into a Merkle tree under signed checkpoints."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Plug in the recorder, which hangs on the database session, and the public key's address."""
    from marketplace.kernel.journal import cli, recorder, views

    app.extensions["journal"] = recorder
    app.register_blueprint(views.blueprint)
    app.cli.add_command(cli.verify_command)
    app.cli.add_command(cli.anchor_command)
