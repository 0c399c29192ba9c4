"""`lumbung import lots`."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from marketplace.kernel.db import db
from marketplace.kernel.imports import import_options, show, with_progress
from producers.lots.importing import import_lots


@click.command("lots")
@import_options
@with_appcontext
def import_lots_command(files: tuple[Path, ...], cooperative: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring coffee lots in from tables in the form of the Coffee Quality Institute's records."""
    with force_locale("en"):  # the commands' language
        summary = import_lots(files, cooperative, lambda rows: with_progress(rows, "lots", quiet=as_json))
        if dry_run:
            db.session.rollback()
        else:
            db.session.commit()
        show(summary, as_json=as_json)
