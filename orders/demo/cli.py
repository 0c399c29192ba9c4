"""`lumbung demo`."""

import click
from flask.cli import with_appcontext
from tqdm import tqdm


@click.command("demo")
@click.option("--full", is_flag=True, help="Make several hundred orders.")
@click.option("--if-empty", is_flag=True, help="Do nothing where an organisation exists.")
@with_appcontext
def demo(full: bool, if_empty: bool) -> None:
    """Fill an empty house with a year of six invented cooperatives."""
    from orders.demo.services import is_empty, make_demo

    if not is_empty():
        if not if_empty:
            raise click.ClickException("The demo needs an empty database. Point DATABASE_URL at a new one.")
        return
    made = make_demo(full=full, progress=lambda acts: tqdm(acts, desc="demo", unit=" acts", disable=None))
    click.echo("Demo sign-ins (invented people, one password and one PIN for all):")
    for line in made.sign_ins:
        click.echo(f"  {line.role:<28} {line.name:<38} {line.secret}")
    click.echo(f"  name tiles on a phone: open {made.pairing}")
