"""Turns at writing to SQLite: the threads of one process queue here, each woken as soon as it is her turn.

SQLite itself makes a writer that finds the file busy sleep and try again at growing pauses, and nobody keeps an order:
among many threads one may be passed over until its time is up. Queueing leaves only one thread a process to do that.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from marketplace.config import TURN_WAIT_MS_MAX

_KEY = "turn"
_turns: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()


@contextmanager
def taken(connection: Connection) -> Iterator[None]:
    """Wait for this connection's turn, kept until its transaction ends; given up where the block fails.

    Refuses after TURN_WAIT_MS_MAX with SQLite's own words. The line moves on as long as anybody writes, so it may be
    longer than the wait for one lock.
    """
    turn = _turns.setdefault(connection.engine, threading.Lock())
    if not turn.acquire(timeout=TURN_WAIT_MS_MAX / 1000):
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
    connection.info[_KEY] = turn
    try:
        yield
    except BaseException:
        _give_back(connection.info)
        raise


def _give_back(info: dict[Any, Any]) -> None:
    turn = info.pop(_KEY, None)
    if turn is not None:
        turn.release()


@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "rollback")
def _on_end(connection: Connection) -> None:
    # Told a moment before the file is free; the next writer's own patience covers that.
    if not connection.invalidated:  # one that broke has given its turn back already
        _give_back(connection.info)


@event.listens_for(Engine, "reset")
def _on_return(_connection: DBAPIConnection, record: ConnectionPoolEntry, _state: PoolResetState) -> None:
    _give_back(record.info)


@event.listens_for(Engine, "invalidate")
def _on_invalidate(_connection: DBAPIConnection, record: ConnectionPoolEntry, _error: BaseException | None) -> None:
    _give_back(record.info)
