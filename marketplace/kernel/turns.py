"""Turns at writing to SQLite: one line for all threads and processes, its front let in as soon as the file is free.

SQLite itself makes a writer that finds the file busy sleep and try again at growing pauses, and nobody keeps an order:
among many one may be passed over until its time is up. Here the threads of a process queue for its one place in the
line, and whoever then holds the lock on a file beside the database is next and asks at short, even pauses. She lets
go of it once her transaction has begun, so that who has just written cannot push in before who waits. Of a killed
process the kernel takes both locks back.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from marketplace.config import LOCK_WAIT_MS_MAX, TURN_ASK_EVERY_MS, TURN_WAIT_MS_MAX

_BEGIN = "BEGIN IMMEDIATE"
_places: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()


def begin(connection: Connection) -> None:
    """Begin a transaction that writes, when it is this connection's turn.

    Refuses with SQLite's own words after TURN_WAIT_MS_MAX in the line or LOCK_WAIT_MS_MAX at its front. The line moves
    on as long as anybody writes, so it may be longer than the wait for one lock.
    """
    until = time.monotonic() + TURN_WAIT_MS_MAX / 1000
    place = _places.setdefault(connection.engine, threading.Lock())
    if not place.acquire(timeout=TURN_WAIT_MS_MAX / 1000):
        raise _locked()
    try:
        with _front(connection.engine.url.database, until):
            _begin(connection)
    finally:
        place.release()


@contextmanager
def _front(database: str | None, until: float) -> Iterator[None]:
    """Hold the front of the line of all processes; a database in memory is one process's own."""
    if not database or database == ":memory:":
        yield
        return
    line = _line_to(database)
    try:
        _ask(lambda: _holds(line), until)
        yield
    finally:
        fcntl.flock(line, fcntl.LOCK_UN)  # a process forked meanwhile has the same handle
        os.close(line)


def _line_to(database: str) -> int:
    """A file of its own: closing any handle on the database would drop the locks that SQLite holds on it."""
    path = f"{database}-turn"
    try:
        try:
            return os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            owner = os.stat(database)
            line = os.open(path, os.O_RDONLY | os.O_CREAT, owner.st_mode & 0o666)
            if os.geteuid() == 0:  # an operator's command must not lock the shop out
                os.fchown(line, owner.st_uid, owner.st_gid)
            return line
    except OSError as error:
        raise OperationalError(_BEGIN, None, error) from error


def _holds(line: int) -> bool:
    try:
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _begin(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        _ask(lambda: _has_begun(driver), time.monotonic() + LOCK_WAIT_MS_MAX / 1000)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS_MAX}")


def _has_begun(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute(_BEGIN)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise OperationalError(_BEGIN, None, error) from error
    return True


def _ask(take: Callable[[], bool], until: float) -> None:
    """Take what another may hold, asking every TURN_ASK_EVERY_MS; refuses after `until`."""
    while not take():
        if time.monotonic() > until:
            raise _locked()
        time.sleep(TURN_ASK_EVERY_MS / 1000)


def _locked() -> OperationalError:
    return OperationalError(_BEGIN, None, sqlite3.OperationalError("database is locked"))
