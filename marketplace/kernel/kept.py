"""What every order asks and seldom changes, kept in the process for a moment: the platform, rates, prices, figures.

An answer serves KEPT_S seconds. Where this process changes a table that it was read from, it is gone with the commit,
and the transaction that changes it asks for itself from then on. Answers are plain values: an object of the session
would be another's.
"""

import threading
import time
from collections.abc import Callable, Collection, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.config import KEPT_ANSWERS_MAX, KEPT_S
from marketplace.kernel import memo
from marketplace.kernel.db import db

T = TypeVar("T")
_KEY = "kept_changed"
_NOTHING: frozenset[str] = frozenset()


class _Shelf:
    """The answers from one database, the tables they were read from, and how often they were thrown away."""

    def __init__(self) -> None:
        self.answers: dict[Hashable, tuple[float, Any]] = {}
        self.tables: set[str] = set()
        self.changes = 0
        self.lock = threading.Lock()

    def keep(self, key: Hashable, answer: object, changes: int) -> None:
        with self.lock:
            if changes == self.changes:  # else it may have been read before the change
                if len(self.answers) >= KEPT_ANSWERS_MAX:
                    self.answers.clear()
                self.answers[key] = (time.monotonic() + KEPT_S, answer)

    def clear(self) -> None:
        with self.lock:
            self.changes += 1
            self.answers.clear()


_shelves: WeakKeyDictionary[Engine, _Shelf] = WeakKeyDictionary()


def a_moment(key: Hashable, tables: Collection[str], ask: Callable[[], T]) -> T:
    """The answer to `key`, read from journaled `tables` at most KEPT_S seconds ago. What `ask` raises is not kept."""
    changed: Collection[str] = db.session().info.get(_KEY, _NOTHING)
    if changed and any(table in changed for table in tables):
        return memo.once(key, ask)
    shelf = _shelf()
    until, answer = shelf.answers.get(key, (0.0, None))
    if time.monotonic() < until:
        return answer  # type: ignore[no-any-return]
    shelf.tables.update(tables)
    changes = shelf.changes
    answer = ask()
    shelf.keep(key, answer, changes)
    return answer


def note_change(session: Session, table: str) -> None:
    """A row of a journaled table is changed in the session's transaction: the recorder says so of each."""
    session.info.setdefault(_KEY, set()).add(table)


def forget() -> None:
    """Ask everything anew."""
    for shelf in list(_shelves.values()):
        shelf.clear()


def _shelf() -> _Shelf:
    found = _shelves.get(db.engine)
    return found if found is not None else _shelves.setdefault(db.engine, _Shelf())


@event.listens_for(db.session, "after_transaction_end")
def _on_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:
        return
    changed = session.info.pop(_KEY, _NOTHING)
    for shelf in list(_shelves.values()) if changed else ():
        if not shelf.tables.isdisjoint(changed):
            shelf.clear()
