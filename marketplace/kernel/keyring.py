"""FIELD_KEYS in use: which of them the stored fields need, and the change from an old one to a new one."""

import secrets
from collections import Counter
from collections.abc import Iterator

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import String, func, select, type_coerce

from marketplace.kernel import invariants
from marketplace.kernel.db import Base, db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal.checkpoint import BadKey, Signer
from marketplace.kernel.personal import Field, FieldUnreadable, key_id_of, keys, opened, personal_fields, sealed
from marketplace.kernel.personal_rows import index_rows, rewrite_rows

ROWS_AT_ONCE = 2_000


def init_app(app: Flask) -> None:
    """Plug in the commands, and the check that every stored field can be read."""
    invariants.register(app, "personal", unreadable_fields)
    app.cli.add_command(keys_group)


def all_fields() -> list[Field]:
    """Every personal column of the house."""
    return personal_fields(Base.metadata.tables.values())


def unreadable_fields() -> Iterator[Broken]:
    """Each stored field that no key opens, or that was put there by hand."""
    for field in all_fields():
        for key, stored in _stored(field):
            try:
                opened(stored, field.type.place)
            except FieldUnreadable as error:
                yield Broken("personal", field.column.table.name, key, str(error))


def fields_by_key() -> Counter[str]:
    """How many stored fields were made under each key, by the key's id; '' counts what is not encrypted."""
    return Counter(key_id_of(stored) or "" for field in all_fields() for _key, stored in _stored(field))


def rotate() -> int:
    """Bring every stored field under the newest key, one table a transaction; how many rows were written.

    It may run while people work: what they write meanwhile is under the newest key already.
    """
    written = 0
    for table in Base.metadata.sorted_tables:
        fields = personal_fields([table])
        if not fields:
            continue
        connection = db.session.connection()
        written += rewrite_rows(connection, table.name, [field.name for field in fields], _under_newest)
        for field in fields:
            if field.type.found:
                index_rows(connection, table.name, field.name)
        db.session.commit()
    return written


def _under_newest(stored: str, place: str) -> str:
    return stored if key_id_of(stored) == keys()[0].id else sealed(opened(stored, place), place)


def _stored(field: Field) -> Iterator[tuple[str, str]]:
    """Key and stored form of every row that has one."""
    raw = type_coerce(field.column, String)
    query = select(*field.column.table.primary_key, raw).where(func.length(raw) > 0)
    for row in db.session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        yield "/".join(str(part) for part in row[:-1]), row[-1]


@click.group("keys")
def keys_group() -> None:
    """Keys: fresh ones; FIELD_KEYS, under which personal fields are encrypted."""


@keys_group.command("new")
@click.argument("name")
def new_command(name: str) -> None:
    """Print fresh keys for the environment; NAME is whose log it is, as a rule the host's name. Nothing is kept."""
    try:
        signing = Signer.generate(name)
    except BadKey as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"SECRET_KEY={secrets.token_hex(32)}")
    click.echo(f"CHECKPOINT_KEY={signing.to_text()}")
    click.echo(f"FIELD_KEYS={secrets.token_hex(32)}")
    click.echo(f"# Public, to be kept and published elsewhere: {signing.verifier.vkey}")


@keys_group.command("list")
@with_appcontext
def list_command() -> None:
    """Show each key's id, how many stored fields need it, and whether it can be taken away."""
    needed, newest = fields_by_key(), keys()[0].id
    for key_id in dict.fromkeys([*(key.id for key in keys()), *needed]):
        count, known = needed[key_id], any(key.id == key_id for key in keys())
        place = "newest" if key_id == newest else "older" if known else "MISSING from FIELD_KEYS"
        free = "; can be taken away" if known and not count and key_id != newest else ""
        click.echo(f"{key_id or 'none'}  {count} fields  {place}{free}")


@keys_group.command("rotate")
@with_appcontext
def rotate_command() -> None:
    """Encrypt every personal field anew under the first of FIELD_KEYS."""
    click.echo(f"{rotate()} rows written under key {keys()[0].id}.")
