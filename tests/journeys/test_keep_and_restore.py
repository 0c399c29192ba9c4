"""A house of one engine is kept in a file and set up again on the other, and back: to the byte the same house."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DatabaseError

from marketplace import config
from marketplace.accounts.models import Organisation
from marketplace.app import create_app
from marketplace.kernel.backup.services import make_backup, restore_backup
from marketplace.kernel.db import db
from marketplace.kernel.exports import export_group
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.journal.models import Event
from marketplace.kernel.media_store import media_key, storage_at
from marketplace.ledger.services import open_book
from orders.receipts.models import Receipt
from orders.replay.player import play
from tests.conftest import settings
from tests.databases import Database

EXAMPLE = Path(__file__).parent.parent / "worked_example.json"
PICTURE = b"RIFF....WEBP not looked at"


def quiet(_what: str, _pieces: int) -> Callable[[int], None]:
    return lambda _done: None


@pytest.fixture
def house(tmp_path: Path):
    """An app on a database, with a media folder of its own; closed at the end."""
    opened: list[Flask] = []

    def make(database: Database, name: str) -> Flask:
        opened.append(create_app(settings(database.owner_url, tmp_path / name)))
        return opened[-1]

    yield make
    for app in opened:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def members(path: Path) -> dict[str, bytes]:
    """What a backup holds, but for the moment of its making and the signature over that."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(held["manifest.json"])
    assert manifest.pop("made_at")
    held["manifest.json"] = json.dumps(manifest).encode()
    del held["manifest.note"]
    return held


def pages(app: Flask) -> dict[str, bytes]:
    """Every receipt as its reader gets it, and the shop's own pages."""
    with app.app_context():
        tokens = list(db.session.scalars(select(Receipt.token).order_by(Receipt.number)))
    addresses = ["/index.json", *(f"/receipts/{token}{ending}" for token in tokens for ending in ("", ".json"))]
    client = app.test_client()
    return {address: client.get(address).data for address in addresses}


def exports(app: Flask) -> dict[str, str]:
    """Every kind of export of every organisation."""
    with app.app_context():
        slugs = list(db.session.scalars(select(Organisation.slug).order_by(Organisation.slug)))
    asked = [(kind, slug) for kind in export_group.commands for slug in slugs]
    runner = app.test_cli_runner()
    return {
        f"{kind} {slug}": runner.invoke(args=["export", kind, "--cooperative", slug], catch_exceptions=False).output
        for kind, slug in asked
    }


def restored(app: Flask, backup: Path) -> str:
    """Restore into the app's house and find nothing broken; the checkpoint it was restored to."""
    with app.app_context():
        note = restore_backup(backup, quiet).checkpoint
        assert verify.check_house(note)[0] == []
    return note


def kept(app: Flask, backup: Path) -> Path:
    with app.app_context():
        make_backup(backup, quiet)
    return backup


def test_a_house_moves_from_engine_to_engine_and_back(house, fresh_database, tmp_path: Path):
    first = house(fresh_database("sqlite"), "first")
    with first.app_context():
        play(json.loads(EXAMPLE.read_text())["inputs"])
        db.session.commit()
        key = media_key(hashlib.sha256(PICTURE).hexdigest(), "image/webp")
        storage_at(first.config["MEDIA_URL"]).put(key, PICTURE)
    original = kept(first, tmp_path / "1.lumbung")
    moved_to = fresh_database("postgresql", empty=True)
    second = house(moved_to, "second")
    third = house(fresh_database("sqlite", empty=True), "third")

    restored(second, original)
    moved = kept(second, tmp_path / "2.lumbung")
    note = restored(third, moved)
    back = kept(third, tmp_path / "3.lumbung")

    assert members(original) == members(moved) == members(back)
    assert f"media/{key}" in members(back)
    assert pages(first) == pages(second) == pages(third)
    written = exports(first)
    assert written == exports(second) == exports(third)
    assert all(sum(len(text.splitlines()) - 1 for name, text in written.items() if name.startswith(kind))
               for kind in export_group.commands)  # fmt: skip
    assert any(address.startswith("/receipts/") for address in pages(third))
    assert storage_at(third.config["MEDIA_URL"]).read(key) == PICTURE
    for app in (second, third):
        goes_on_after(app, note)
    history_is_closed(moved_to)


def goes_on_after(app: Flask, note: str) -> None:
    """The house writes on: the next event follows the last, and the log still holds the old checkpoint."""
    with app.app_context():
        last = db.session.scalar(select(Event.id).order_by(Event.id.desc()).limit(1))
        open_book("after the move")
        db.session.commit()
        sequencer.sequence()
        assert db.session.scalar(select(Event.id).order_by(Event.id.desc()).limit(1)) == (last or 0) + 1
        assert list(verify.check_journal(note)) == []
        db.session.rollback()


def history_is_closed(database: Database) -> None:
    """Triggers, keys and sums are in force after a restore, for the owner too."""
    owner = create_engine(config.database_url(database.owner_url))
    posting = "INSERT INTO ledger_posting SELECT {}, {}, account_id, currency, amount_minor FROM ledger_posting LIMIT 1"
    lone, nowhere = posting.format("entry_id", 99), posting.format("'nowhere'", 0)
    for statement, refusal in (
        ("UPDATE ledger_entry SET source = 'x'", "append-only"),
        ("DELETE FROM journal_event", "append-only"),
        (lone, "sum"),
        (nowhere, "fk_ledger_posting_entry_id"),
    ):
        with owner.connect() as connection:
            # Else the sum would be asked for at the commit.
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            with pytest.raises(DatabaseError, match=refusal):
                connection.execute(text(statement))
    owner.dispose()
