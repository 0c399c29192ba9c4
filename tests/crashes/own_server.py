"""A PostgreSQL server of the test's own, which it may kill: started with the app's tables, ended without mercy."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from marketplace.kernel.db import db
from tests import databases, postgres
from tests.house import descendants

HEALTHY_S_MAX = 5
NAME = "lumbung"
SURE = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB")  # a kill is no power cut: the pages stay


def launched(own: postgres.OwnServer) -> postgres.Server:
    """Start it and make the database of the app, with its roles."""
    own.launch()
    server = postgres.own_roles(own.admin)
    postgres.make_roles(server)
    server.run(postgres.sql.SQL("CREATE DATABASE lumbung OWNER lumbung_owner"))
    databases.migrate(server.owner_url(NAME))
    postgres.let_app_in(server, NAME)
    return server


def killed(own: postgres.OwnServer) -> None:
    """Every process of the server at once; each is the first of a session of its own.

    The first is stopped while we count: one that it starts meanwhile would live on and keep its memory from the next.
    """
    with suppress(ProcessLookupError):
        os.kill(own.pid, signal.SIGSTOP)
    for pid in [*descendants(own.pid), own.pid]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    own.wait()


@contextmanager
def connections_closed() -> Iterator[None]:
    """Leave no connection open, however the block ends."""
    try:
        yield
    finally:
        db.session.remove()
        db.engine.dispose()
