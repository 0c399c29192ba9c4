"""`lumbung export-person` and `lumbung erase-person`: what the law lets a person ask of whoever keeps her data."""

import json
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from marketplace.accounts.erasing import erase_person, forget_freed_pages
from marketplace.accounts.persons import Person, find_person, told
from marketplace.kernel import clock
from marketplace.kernel.db import db, reading


@click.command("export-person")
@click.argument("id_", metavar="ID")
@with_appcontext
def export_command(id_: str) -> None:
    """Print everything held about a person as JSON. ID is that of a user, member, supplier, order or invitation."""
    with reading():
        document = export_of(find_person(id_))
        db.session.rollback()
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True))


@click.command("erase-person")
@click.argument("id_", metavar="ID")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@with_appcontext
def erase_command(id_: str, dry_run: bool) -> None:
    """Erase a person's personal fields, sessions and photos for good; say what is kept, and why."""
    with force_locale("en"):
        for sentence in erase_person(find_person(id_)):
            click.echo(sentence)
    if dry_run:
        db.session.rollback()
        click.echo("Nothing was changed: this was a dry run.")
        return
    db.session.commit()
    forget_freed_pages()


def export_of(person: Person) -> dict[str, Any]:
    """Her rows by table, her photos by the hash they are kept under, and the ids of what she did to others' rows."""
    held = {table: [told(row) for row in person.of(table)] for table in sorted(person.rows)}
    photos = [
        {"sha256": row[name], "table": table, "column": name}
        for table, rows in held.items()
        for row in rows
        for name in sorted(row)
        if name.endswith(("photo_sha256", "document_sha256")) and row[name]
    ]
    return {"as_of": clock.now().isoformat(), "held": held, "photos": photos, "acts": person.acts}
