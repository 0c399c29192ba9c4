"""Run by test_full_disk.py in a mount namespace of its own: a shop on a disk that gets full, and free again.

python -m tests.crashes.full_disk FOLDER MIGRATED_DATABASE
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from flask import Flask, g
from sqlalchemy.exc import OperationalError

from marketplace.app import create_app
from marketplace.kernel.backup.errors import NotWritten
from marketplace.kernel.backup.services import make_backup
from marketplace.kernel.db import db, only_read
from marketplace.kernel.journal import sequencer
from marketplace.kernel.scope import everything
from tests.conftest import settings
from tests.crashes.captures import card_settings, make_capture
from tests.crashes.imports import make_imports
from tests.crashes.traffic import Act, make_traffic, nothing_lost_nothing_doubled, rows

DISK = "24m"
ACTS = 6
CHUNK = 1 << 16
PAGE = 4_096
LARGE = 1 << 20
READ = ("/", "/index.json", "/products/scarf", "/healthz", "/readyz")


def main(folder: Path, template: Path) -> None:
    """Fill the disk under a working shop; whatever is not as it must be fails here."""
    disk = mounted(folder / "disk", DISK)
    shutil.copyfile(template, disk / "shop.sqlite3")
    app = create_app(settings(f"sqlite:///{disk / 'shop.sqlite3'}", disk) | card_settings())
    with app.app_context(), everything():
        traffic = make_traffic(app, ACTS)
        capture, imports = make_capture(app), make_imports(app, folder)
        assert press(app, traffic.acts[0])[0] == 303
        filler = full(disk)

        for act in traffic.acts[1:]:
            assert press(app, act) == (503, "30"), act.path
        assert capture.send() == 503
        for each in imports:
            assert each.run() == 1, each.kind
        assert uploaded(app, disk) == (503, "30")
        readers_read(app)
        fails(sequencer.sequence, OperationalError)
        fails(lambda: make_backup(disk / "kept", quiet), NotWritten)
        assert not [path for path in disk.iterdir() if "kept" in path.name]

        make_backup(folder / "kept", quiet)

        filler.unlink()
        only_read(False)
        assert {press(app, act)[0] for act in traffic.acts} == {303}
        nothing_lost_nothing_doubled(traffic)
        assert rows() == ACTS + 1
        capture.comes_once()
        for each in imports:
            each.goes_on()


def mounted(place: Path, size: str) -> Path:
    """A small disk in memory at a new folder."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    return place


def readers_read(app: Flask) -> None:
    """Whoever only looks is served."""
    for path in READ:
        assert app.test_client().get(path).status_code == 200, path


def quiet(_what: str, _pieces: int) -> Callable[[int], None]:
    """Nobody watches the progress."""
    return lambda _done: None


def full(disk: Path) -> Path:
    """Take all that is left, once SQLite has given back what its log held."""
    db.session.rollback()
    with db.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    return fill(disk)


def fill(disk: Path) -> Path:
    """Take all that is left of a disk; the file that took it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (CHUNK, PAGE):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


def press(app: Flask, act: Act) -> tuple[int, str | None]:
    """Send the form; status and Retry-After."""
    for name in list(g):  # the requests share our context's, where the last one left its reader
        g.pop(name)
    cookie = "; ".join(f"{name}={value}" for name, value in act.cookies.items())
    answer = app.test_client(use_cookies=False).post(act.path, data=act.form, headers={"Cookie": cookie})
    act.acknowledged = act.acknowledged or answer.status_code == 303
    assert answer.status_code != 503 or answer.text.count("<h1>") == 1
    return answer.status_code, answer.headers.get("Retry-After")


def uploaded(app: Flask, disk: Path) -> tuple[int, str | None]:
    """Send a file too large to be held in memory, which the framework lays on the full disk; status and Retry-After."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="receipt.json"\r\n\r\n'
    body = head + bytes(LARGE) + b"\r\n--x--\r\n"
    elsewhere, tempfile.tempdir = tempfile.tempdir, str(disk)
    try:
        answer = app.test_client().post("/verify", data=body, content_type="multipart/form-data; boundary=x")
    finally:
        tempfile.tempdir = elsewhere
    return answer.status_code, answer.headers.get("Retry-After")


def fails(do: Callable[[], object], error: type[Exception]) -> None:
    """What must fail does, with the error that says so."""
    try:
        do()
    except error:
        db.session.rollback()
        return
    raise AssertionError(f"{do} did not fail")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
