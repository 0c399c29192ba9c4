"""Keep the whole house in one file, and set it up again from that file on an empty machine."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import literal, select
from sqlalchemy.exc import OperationalError

from marketplace.config import CHECKOUT
from marketplace.kernel import clock
from marketplace.kernel.backup import archive, rows
from marketplace.kernel.backup.errors import NewerSchema, NotEmpty, NotMigrated, OtherKey, SchemaDiffers, Tampered
from marketplace.kernel.db import db, without_limits
from marketplace.kernel.journal import sequencer
from marketplace.kernel.journal.checkpoint import BadNote, Verifier
from marketplace.kernel.journal.keys import open_own_checkpoint, signer, verifier_texts
from marketplace.kernel.journal.models import Checkpoint
from marketplace.kernel.media_store import MediaMissing, MediaStorage, storage_at
from marketplace.kernel.personal import field_key

Stage = Callable[[str, int], archive.Advance]
"""Told what begins and how many pieces it has; gives what is to be told of each piece done."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup holds: rows, files, and how many events its signed checkpoint covers."""

    rows: int
    files: int
    events: int
    checkpoint: str


def make_backup(path: Path, stage: Stage) -> Kept:
    """Write database, media and the newest signed checkpoint to a new file while the house goes on working.

    Refuses a path that is taken, tables that are not up to date, and a role that does not see every row.
    """
    with suppress(OperationalError):
        # A house that cannot write any more is kept too: what waits is in the backup and sequenced after a restore.
        sequencer.sequence()
    db.session.rollback()
    storage = _storage()
    with rows.snapshot() as connection, archive.written(path) as writer:
        if rows.revision(connection) != _newest():
            raise NotMigrated
        shapes = rows.shapes(connection)
        advance = stage("rows", sum(rows.count(connection, shape) for shape in shapes))
        total = sum(
            writer.table(shape.name, shape.kinds.items(), rows.lines(connection, shape), advance) for shape in shapes
        )
        size, note = _checkpoint(connection)
        files = _keep_media(storage, writer, stage)
        writer.close(_manifest(note), signer())
    return Kept(total, files, size, note)


def restore_backup(path: Path, stage: Stage) -> Kept:
    """Fill an empty database and the media folder from a backup; nothing is touched before the backup is proved whole.

    Refuses a changed, partial or newer backup, one that needs keys not set here, and a database with rows. The rows
    come in one transaction, with every key, check and sum in force at its end.
    """
    with archive.opened(path, [Verifier.from_vkey(vkey) for vkey in verifier_texts()]) as reader:
        manifest = reader.manifest
        revision = str(manifest["revision"])
        _refuse_newer(revision)
        _refuse_missing_keys(manifest["keys"])
        files = int(manifest["media"]["files"])
        reader.check(stage("check", len(reader.tables) + files))
        size = _signed_size(manifest["checkpoint"])
        _refuse_rows()
        upgrade(revision=revision)
        storage = _storage()
        advance = stage("files", files)
        for key, _size, _digest in reader.media():
            storage.put_pieces(key, reader.medium(key))
            advance(1)
        total = _load(reader, stage)
    upgrade()
    return Kept(total, files, size, str(manifest["checkpoint"]))


def _manifest(note: str) -> dict[str, Any]:
    return {
        "made_at": clock.now().isoformat(),
        "revision": _newest(),
        "checkpoint": note,
        "keys": {
            "CHECKPOINT_KEY": signer().verifier.vkey,
            "FIELD_KEYS": _field_keys(),
        },
    }


def _field_keys() -> list[str]:
    """The keys' names, as `lumbung keys list` tells them."""
    return [field_key(text).id for text in current_app.config["FIELD_KEYS"]]


def _checkpoint(connection: Any) -> tuple[int, str]:
    """The newest checkpoint of the snapshot; an empty journal has none."""
    newest = connection.execute(
        select(Checkpoint.size, Checkpoint.note).order_by(Checkpoint.size.desc()).limit(1)
    ).first()
    return (0, "") if newest is None else (int(newest.size), str(newest.note))


def _keep_media(storage: MediaStorage, writer: archive.Writer, stage: Stage) -> int:
    """Write every file, listed after the rows were read: a row's file is kept before the row is."""
    keys = list(storage.keys())
    advance = stage("files", len(keys))
    kept = 0
    for key in keys:
        try:
            pieces = storage.pieces(key)
            first = next(pieces, b"")
        except MediaMissing:
            continue  # removed since it was listed
        writer.medium(key, _chain(first, pieces))
        kept += 1
        advance(1)
    return kept


def _chain(first: bytes, rest: Any) -> Any:
    yield first
    yield from rest


def _storage() -> MediaStorage:
    return storage_at(current_app.config["MEDIA_URL"])


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(CHECKOUT / "migrations"))


def _newest() -> str:
    return str(_scripts().get_current_head())


def _refuse_newer(revision: str) -> None:
    try:
        known = _scripts().get_revision(revision)
    except CommandError:
        known = None
    if known is None:
        raise NewerSchema(revision=revision)


def _refuse_missing_keys(keys: dict[str, Any]) -> None:
    held = _field_keys()
    for key in keys["FIELD_KEYS"]:
        if key not in held:
            raise OtherKey(name="FIELD_KEYS", key=key)


def _signed_size(note: str) -> int:
    """How many events the backup's checkpoint covers, once this house's key is found to have signed it."""
    if not note:
        return 0
    try:
        return open_own_checkpoint(note).size
    except BadNote as error:
        raise Tampered(reason=str(error)) from error


def _refuse_rows() -> None:
    with db.engine.connect() as connection:
        for shape in rows.shapes(connection):
            if connection.execute(select(literal(1)).select_from(shape.clause()).limit(1)).first():
                raise NotEmpty(table=shape.name)


def _load(reader: archive.Reader, stage: Stage) -> int:
    wanted = {name: dict(table["columns"]) for name, table in reader.tables.items()}
    advance = stage("rows", sum(table["rows"] for table in reader.tables.values()))
    total = 0
    with db.engine.connect() as connection, without_limits(connection):
        shapes = {shape.name: shape for shape in rows.shapes(connection)}
        for name in sorted(wanted.keys() | shapes.keys()):
            if name not in shapes or name not in wanted or dict(shapes[name].kinds) != wanted[name]:
                raise SchemaDiffers(table=name)
        with rows.keys_later(connection):
            for name, shape in shapes.items():
                for done in rows.load(connection, shape, reader.lines(name)):
                    advance(done)
                    total += done
                rows.set_counters(connection, shape)
        connection.commit()
    return total
