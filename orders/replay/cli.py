"""The command `lumbung replay`."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect

from marketplace.config import CHECKOUT
from marketplace.kernel.db import db
from orders.replay.player import play
from orders.replay.world import Event, FileUnreadable, NotMigrated


@click.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def replay(file: Path) -> None:
    """Play a file of events through the services and print the outcome as JSON.

    Needs an empty migrated database; without DATABASE_URL a temporary one is made and thrown away.
    """
    inputs = read_events(file)
    if os.environ.get("DATABASE_URL"):
        outcome = _played(current_app, inputs)
    else:
        with tempfile.TemporaryDirectory() as folder:
            outcome = _played_aside(Path(folder) / "replay.sqlite3", inputs)
    click.echo(json.dumps(outcome, ensure_ascii=False, indent=1))


def read_events(file: Path) -> Event:
    """The `inputs` of a file in the shape of worked_example.json; refuses any other."""
    try:
        inputs: Event = json.loads(file.read_text(encoding="utf-8"))["inputs"]
        events_are_there = bool(inputs["events"]) and all("at" in event for event in inputs["events"])
    except (ValueError, KeyError, TypeError) as error:
        raise FileUnreadable(name=file.name) from error
    if not events_are_there:
        raise FileUnreadable(name=file.name)
    return inputs


def _played(app: Flask, inputs: Event) -> dict[str, Any]:
    if not inspect(db.engine).has_table("account_organisation"):
        raise NotMigrated
    outcome = play(inputs)
    db.session.commit()
    return outcome


def _played_aside(path: Path, inputs: Event) -> dict[str, Any]:
    """Play on a throw-away database, in an app of its own."""
    from flask_migrate import upgrade

    from marketplace.app import create_app

    app = create_app({"DATABASE_URL": f"sqlite:///{path}"})
    with app.app_context():
        if any((CHECKOUT / "migrations" / "versions").glob("*.py")):
            upgrade()
        else:
            db.create_all()
        try:
            return _played(app, inputs)
        finally:
            db.session.remove()
            db.engine.dispose()
