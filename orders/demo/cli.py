"""`lumbung demo`."""

import click
from flask.cli import with_appcontext
from sqlalchemy import text

from marketplace.kernel.db import db


@click.command("demo")
@click.option("--full", is_flag=True, help="Make several hundred orders.")
@click.option("--if-empty", is_flag=True, help="Do nothing where an organisation exists.")
@with_appcontext
def demo(full: bool, if_empty: bool) -> None:
    """Fill an empty house with a year of six invented cooperatives."""
    if not _is_empty():
        if not if_empty:
            raise click.ClickException("The demo needs an empty database. Point DATABASE_URL at a new one.")
        return
    from tqdm import tqdm  # what makes and draws it takes a while to load: not at every start

    from orders.demo.services import make_demo

    made = make_demo(full=full, progress=lambda acts: tqdm(acts, desc="demo", unit=" acts", disable=None))
    click.echo("Demo sign-ins (invented people, one password and one PIN for all):")
    for line in made.sign_ins:
        click.echo(f"  {line.role:<28} {line.name:<38} {line.secret}")
    click.echo(f"  name tiles on a phone: open {made.pairing}")


def _is_empty() -> bool:
    """Whether no organisation exists yet; asked in plain words, before any table is mapped."""
    return db.session.execute(text("SELECT 1 FROM account_organisation LIMIT 1")).first() is None
