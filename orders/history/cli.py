"""`lumbung import orders`."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from marketplace.kernel.db import db
from marketplace.kernel.imports import import_options, show, with_progress
from orders.history.services import import_orders


@click.command("orders")
@import_options
@with_appcontext
def import_orders_command(files: tuple[Path, ...], cooperative: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring in another shop's order history from tables in the form of the UCI Online Retail data."""
    commit = db.session.flush if dry_run else db.session.commit
    with force_locale("en"):  # the commands' language
        summary = import_orders(
            files, cooperative, progress=lambda each: with_progress(each, "invoices", quiet=as_json), commit=commit
        )
        db.session.rollback()
        show(summary, as_json=as_json)
