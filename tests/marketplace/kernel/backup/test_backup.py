"""What a backup refuses, and that the house goes on while it is made. The whole way: tests/journeys."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import create_engine, func, select, text

from marketplace import config
from marketplace.app import create_app
from marketplace.kernel.backup import errors, rows, services
from marketplace.kernel.backup.services import make_backup, restore_backup
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.journal.checkpoint import Signer
from marketplace.kernel.media_store import media_key, storage_at
from marketplace.kernel.scope import everything
from marketplace.ledger.models import Book
from marketplace.ledger.services import open_book
from tests.conftest import settings
from tests.databases import Database
from tests.marketplace.kernel.journal.test_verify import drop_triggers

ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
KEY = media_key("ab" * 32, "image/webp")


def quiet(_what: str, _pieces: int) -> Callable[[int], None]:
    return lambda _done: None


@pytest.fixture
def backup(app: Flask, tmp_path: Path) -> Path:
    """A backup of a house with one book and one picture."""
    with app.app_context():
        open_book("silk")
        db.session.commit()
        storage_at(app.config["MEDIA_URL"]).put(KEY, b"picture")
        make_backup(tmp_path / "kept", quiet)
    return tmp_path / "kept"


@pytest.fixture
def empty_house(fresh_database, engine: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings(fresh_database(engine, empty=True).owner_url, tmp_path / "other"))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def rewritten(backup: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """The backup with its members changed by somebody who cannot sign."""
    with zipfile.ZipFile(backup) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    change(held)
    path = backup.with_name("rewritten")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return path


def test_what_is_written_meanwhile_is_not_in_it_and_waits_for_nobody(app: Flask, empty_house: Flask, tmp_path: Path):
    with app.app_context():
        open_book("before")
        db.session.commit()

    def meanwhile(what: str, _pieces: int) -> Callable[[int], None]:
        if what == "rows":
            with app.app_context():
                open_book("meanwhile")
                db.session.commit()
        return lambda _done: None

    with app.app_context():
        make_backup(tmp_path / "kept", meanwhile)

    with empty_house.app_context():
        restore_backup(tmp_path / "kept", quiet)
        assert list(db.session.scalars(select(Book.name))) == ["before"]
    with app.app_context():
        assert set(db.session.scalars(select(Book.name))) == {"before", "meanwhile"}


@ON_SQLITE
@pytest.mark.parametrize(
    "change",
    [
        lambda held: held.update({"rows/ledger_book.jsonl": held["rows/ledger_book.jsonl"].replace(b"silk", b"silt")}),
        lambda held: held.pop("rows/ledger_book.jsonl"),
        lambda held: held.update({f"media/{KEY}": b"other"}),
        lambda held: held.pop(f"media/{KEY}"),
        lambda held: held.update({"media.jsonl": b""}),
        lambda held: held.update({"media/aa/bb/more.webp": b"more"}),
        lambda held: held.update({"manifest.json": held["manifest.json"].replace(b'"rows":1', b'"rows":2')}),
        lambda held: held.update({"manifest.note": held["manifest.note"].replace(b"backup", b"Backup")}),
    ],
    ids=["row", "table gone", "picture", "picture gone", "list", "added", "manifest", "note"],
)
def test_a_changed_backup_is_refused_and_nothing_restored(change, backup: Path, empty_house: Flask):
    with empty_house.app_context():
        with pytest.raises(errors.Tampered):
            restore_backup(rewritten(backup, change), quiet)

        with db.engine.connect() as connection:
            assert rows.shapes(connection) == []
    assert list(storage_at(empty_house.config["MEDIA_URL"]).keys()) == []


@ON_SQLITE
def test_a_part_of_a_backup_is_no_backup(backup: Path, empty_house: Flask):
    cut = backup.with_name("cut")
    with empty_house.app_context():
        for size in (0, 100, backup.stat().st_size // 2, backup.stat().st_size - 1):
            cut.write_bytes(backup.read_bytes()[:size])

            with pytest.raises(errors.NotABackup):
                restore_backup(cut, quiet)


@ON_SQLITE
def test_the_keys_must_be_those_of_the_house(backup: Path, empty_house: Flask):
    with empty_house.app_context():
        empty_house.config["FIELD_KEYS"] = ["44" * 32]
        with pytest.raises(errors.OtherKey, match="FIELD_KEYS"):
            restore_backup(backup, quiet)
        empty_house.config["CHECKPOINT_KEY"] = Signer("lumbung.test", b"\x23" * 32).to_text()
        with pytest.raises(errors.OtherKey, match=r"CHECKPOINT_KEY .+ lumbung\.test\+"):
            restore_backup(backup, quiet)


@ON_SQLITE
def test_a_backup_outlives_the_key_that_signed_it(app: Flask, backup: Path, empty_house: Flask):
    with empty_house.app_context():
        empty_house.config["CHECKPOINT_RETIRED_KEYS"] = [Signer.from_text(app.config["CHECKPOINT_KEY"]).verifier.vkey]
        empty_house.config["CHECKPOINT_KEY"] = Signer("lumbung.test", b"\x23" * 32).to_text()

        assert restore_backup(backup, quiet).rows > 0


@ON_SQLITE
def test_no_key_is_in_it(app: Flask, backup: Path):
    with zipfile.ZipFile(backup) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())

    assert b'"CHECKPOINT_KEY":"lumbung.test+' in whole
    for name in ("SECRET_KEY", "CHECKPOINT_KEY"):
        assert app.config[name].encode() not in whole
    assert app.config["FIELD_KEYS"][0].encode() not in whole
    assert backup.stat().st_mode & 0o077 == 0


@ON_SQLITE
def test_a_newer_backup_asks_for_the_newer_program(backup: Path, empty_house: Flask, monkeypatch):
    monkeypatch.setattr("marketplace.kernel.backup.services._newest", lambda: "9999")
    monkeypatch.setattr("marketplace.kernel.backup.rows.revision", lambda _connection: "9999")
    newer = backup.with_name("newer")
    with empty_house.app_context():
        db.create_all()
        make_backup(newer, quiet)
        db.drop_all()

        with pytest.raises(errors.NewerSchema, match="9999"):
            restore_backup(newer, quiet)


@ON_SQLITE
def test_a_restore_that_was_killed_is_run_again(backup: Path, empty_house: Flask):
    def killed(what: str, _pieces: int) -> Callable[[int], None]:
        def advance(_done: int) -> None:
            if what == "rows":
                raise KeyboardInterrupt

        return advance

    with empty_house.app_context():
        with pytest.raises(KeyboardInterrupt):
            restore_backup(backup, killed)
        assert db.session.scalar(select(func.count()).select_from(Book)) == 0
        db.session.remove()

        restore_backup(backup, quiet)

        assert db.session.scalars(select(Book.name)).all() == ["silk"]


@ON_SQLITE
def test_an_older_backup_is_restored_and_brought_up(app: Flask, empty_house: Flask, tmp_path: Path, monkeypatch):
    newest = services._newest()
    older = services._scripts().get_revision(newest).down_revision
    with app.app_context():
        open_book("silk")
        db.session.commit()
        sequencer.sequence()
        downgrade(revision=older)
        with monkeypatch.context() as then:
            then.setattr(services, "_newest", lambda: older)
            make_backup(tmp_path / "older", quiet)

    with empty_house.app_context():
        note = restore_backup(tmp_path / "older", quiet).checkpoint

        with db.engine.connect() as connection:
            assert rows.revision(connection) == newest
        assert verify.check_house(note)[0] == []


@ON_SQLITE
def test_a_house_with_rows_is_not_written_over(app: Flask, backup: Path):
    with app.app_context(), pytest.raises(errors.NotEmpty, match="journal_checkpoint"):
        restore_backup(backup, quiet)


@ON_SQLITE
def test_a_backup_is_not_written_over_and_half_a_one_leaves_nothing(app: Flask, backup: Path):
    def broken(what: str, _pieces: int) -> Callable[[int], None]:
        if what == "files":
            raise KeyboardInterrupt
        return lambda _done: None

    before = backup.read_bytes()
    with app.app_context():
        with pytest.raises(errors.FileExists):
            make_backup(backup, quiet)
        with pytest.raises(KeyboardInterrupt):
            make_backup(backup.with_name("half"), broken)
        with pytest.raises(errors.NotWritten):
            make_backup(backup.with_name("no folder") / "kept", quiet)

    assert backup.read_bytes() == before
    assert [path.name for path in backup.parent.iterdir() if "half" in path.name] == []


@ON_SQLITE
def test_a_value_that_a_hand_wrote_is_named(app: Flask, backup: Path):
    with app.app_context():
        with db.engine.begin() as connection:
            drop_triggers(connection)
            connection.execute(text("UPDATE journal_checkpoint SET size = 1.5"))
        with pytest.raises(errors.UnknownKind, match=r"journal_checkpoint\.size"):
            make_backup(backup.with_name("edited"), quiet)


@ON_SQLITE
def test_the_commands_say_what_they_did(app: Flask, empty_house: Flask, tmp_path: Path):
    with app.app_context():
        open_book("silk")
        db.session.commit()

    kept = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "kept")])
    restored = empty_house.test_cli_runner().invoke(args=["restore", str(tmp_path / "kept")])

    assert kept.exit_code == 0
    assert "1 events under the checkpoint" in kept.output
    assert restored.exit_code == 0, restored.output
    assert "1 events, 0 broken" in restored.output


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_rows_that_the_role_may_not_see_are_not_left_out_unseen(app: Flask, backup: Path, database: Database):
    owner = create_engine(config.database_url(database.owner_url))
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE ledger_book ENABLE ROW LEVEL SECURITY"))
        connection.execute(text("CREATE POLICY narrow ON ledger_book USING (name = 'x')"))

    with app.app_context(), pytest.raises(errors.RowsHidden, match="ledger_book"):
        make_backup(backup.with_name("some"), quiet)

    with owner.begin() as connection:
        assert [shape.name for shape in rows.shapes(connection) if shape.name == "ledger_book"] == ["ledger_book"]
        connection.execute(text("ALTER TABLE ledger_book FORCE ROW LEVEL SECURITY"))
        with pytest.raises(errors.RowsHidden):
            rows.shapes(connection)
        connection.execute(text("CREATE POLICY keeper ON ledger_book TO CURRENT_USER USING (true)"))
        assert "ledger_book" in {shape.name for shape in rows.shapes(connection)}
        connection.execute(text("DROP POLICY keeper ON ledger_book"))
        connection.execute(text("DROP POLICY narrow ON ledger_book"))
        told = "(SELECT current_setting('lumbung.scope', true)) = '*'"
        connection.execute(text(f"CREATE POLICY scope ON ledger_book USING ({told} OR name = 'x')"))
    owner.dispose()

    with app.app_context(), everything(), rows.snapshot() as connection:
        [book] = [shape for shape in rows.shapes(connection) if shape.name == "ledger_book"]
        assert len(list(rows.lines(connection, book))) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_both_engines_read_the_same_kinds(app: Flask, fresh_database):
    owner = create_engine(config.database_url(fresh_database("postgresql").owner_url))
    with app.app_context(), db.engine.connect() as here, owner.connect() as there:
        assert rows.shapes(here) == rows.shapes(there)
    owner.dispose()


def test_text_comes_back_to_the_letter(app: Flask, database: Database):
    line = json.dumps(["id", 'à "\\ \u2028 \t\n😀', "THB"], ensure_ascii=False).encode()
    owner = create_engine(config.database_url(database.owner_url))
    with owner.begin() as connection:
        shape = rows.Shape("ledger_book", {"id": "text", "name": "text", "currency": "text"}, ("id",))
        list(rows.load(connection, shape, [line]))

        assert [json.loads(found) for found in rows.lines(connection, shape)] == [json.loads(line)]
    owner.dispose()
