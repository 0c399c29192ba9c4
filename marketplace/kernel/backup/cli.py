"""`lumbung backup` and `lumbung restore`."""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from marketplace.kernel import clock, grants
from marketplace.kernel.check_log import BACKUP, note_check
from marketplace.kernel.db import db

Advance = Callable[[int], None]


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def backup(path: Path) -> None:
    """Write the whole house to a new file, while it works: rows, media, the signed checkpoint."""
    from marketplace.kernel.backup.services import make_backup

    started_at = clock.now()
    kept = make_backup(path, _bar)
    with suppress(OperationalError):  # a house that cannot write any more has its backup all the same
        note_check(BACKUP, started_at, events=kept.events)
        db.session.commit()
    click.echo(f"✓ {kept.rows} rows, {kept.files} files, {kept.events} events under the checkpoint: {path}")
    click.echo("Its keys are not in it. Keep SECRET_KEY, CHECKPOINT_KEY and FIELD_KEYS in another place.")


@click.command("restore")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(path: Path) -> None:
    """Fill an empty database and the media folder from a backup, then verify."""
    from marketplace.kernel.backup.services import restore_backup
    from marketplace.kernel.journal.cli import verify_house

    kept = restore_backup(path, _bar)
    click.echo(f"✓ {kept.rows} rows, {kept.files} files restored from {path}")
    role = grants.let_app_in()
    if role:
        click.echo(f"{role} may read and write the rows.")
    sys.exit(verify_house(kept.checkpoint or None, as_json=False))


def _bar(what: str, pieces: int) -> Advance:
    from tqdm import tqdm  # a start does without

    bar = tqdm(desc=what, total=pieces, disable=None, leave=False)

    def advance(done: int) -> None:
        bar.update(done)

    return advance
