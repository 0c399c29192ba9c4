"""Run by test_full_disk.py in a mount namespace of its own: PostgreSQL whose data, then whose log, has no room left.

python -m tests.crashes.full_disk_postgresql FOLDER

A full data disk refuses writers one by one. A full disk under the write-ahead log, or under a checkpoint, ends the
whole server by PostgreSQL's own choice: it comes up again when there is room.
"""

import sys
import time
from pathlib import Path

from flask import Flask

from marketplace.app import create_app
from marketplace.kernel.scope import everything
from tests import postgres
from tests.conftest import settings
from tests.crashes.captures import card_settings, make_capture
from tests.crashes.full_disk import fill, mounted, press, readers_read
from tests.crashes.imports import INVOICES, make_imports
from tests.crashes.own_server import HEALTHY_S_MAX, NAME, SURE, connections_closed, killed, launched
from tests.crashes.traffic import Traffic, make_traffic, nothing_lost_nothing_doubled, rows
from tests.house import patience

DATA, LOG = "128m", "96m"
ACTS = 20
ROOM = 16_384
# A checkpoint on a full disk ends the server, as a full log does: here it comes when the log's turn has come.
LONG = ("max_wal_size=90MB", "min_wal_size=2MB", "wal_recycle=off", "checkpoint_timeout=1h")
LEFT = """
SELECT max(('x' || substr(name, 9, 8))::bit(32)::bigint * 4294967296
         + ('x' || substr(name, 17, 8))::bit(32)::bigint * 1048576) + 1048576
       - (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)
  FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'
"""


def main(folder: Path) -> None:
    """Fill both disks under a working shop, one after the other; whatever is not as it must be fails here."""
    data, log = mounted(folder / "data", DATA), mounted(folder / "log", LOG)
    server = postgres.OwnServer(data, (*SURE, *LONG), log=log)
    try:
        roles = launched(server)
        app = create_app(settings(roles.app_url(NAME), folder) | card_settings())
        with app.app_context(), everything(), connections_closed():
            traffic = make_traffic(app, ACTS)
            the_data_has_no_room(app, traffic, folder)
            filler = fill(log)
            use_up(roles)
            the_log_has_no_room(app, traffic, server, filler)
    finally:
        killed(server)


def the_data_has_no_room(app: Flask, traffic: Traffic, folder: Path) -> None:
    """Writers are told 503 and readers read; what had room in pages that were there already stands."""
    capture, imports = make_capture(app), make_imports(app, folder / "files")
    assert press(app, traffic.acts[0])[0] == 303
    filler = fill(folder / "data")

    half = traffic.acts[1 : ACTS // 2]
    answers = [press(app, act) for act in half]
    assert set(answers) <= {(303, None), (503, "30")}
    assert (503, "30") in answers
    assert [each.run() for each in imports] == [1, 1]
    assert capture.send() in {200, 503}
    readers_read(app)

    filler.unlink()
    assert {press(app, act)[0] for act in half} == {303}
    nothing_lost_nothing_doubled(traffic)
    capture.comes_once()
    for each in imports:
        each.goes_on()


def the_log_has_no_room(app: Flask, traffic: Traffic, server: postgres.OwnServer, filler: Path) -> None:
    """The server falls with nothing acknowledged lost; started again with room it is healthy at once."""
    answers = [press(app, act) for act in traffic.acts]
    assert set(answers) <= {(303, None), (503, "30")}
    assert (503, "30") in answers
    assert app.test_client().get("/healthz").status_code == 200

    filler.unlink()
    killed(server)
    begun = time.monotonic()
    server.launch()
    while {app.test_client().get(path).status_code for path in ("/readyz", "/")} != {200}:
        assert time.monotonic() - begun < HEALTHY_S_MAX * patience()
    assert {press(app, act)[0] for act in traffic.acts} == {303}
    nothing_lost_nothing_doubled(traffic)
    assert rows() == ACTS + 1 + INVOICES


def use_up(roles: postgres.Server) -> None:
    """Write into the log until little is left of the pieces that stand on the disk already."""
    with roles.connect() as connection:
        left = connection.execute(LEFT).fetchone()
        assert left is not None
        connection.execute("SELECT pg_logical_emit_message(false, '', repeat('x', %s))", [int(left[0]) - ROOM])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
