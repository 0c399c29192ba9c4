"""What one transaction asks several times, asked once: whose book the platform's is, which rates hold today.

Kept in the session until its transaction ends, so that nothing outlives what another transaction may change.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.kernel.db import db

T = TypeVar("T")
_KEY = "memo"


def once(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to `key` in this transaction: what `ask` gave the first time. What it raises is not kept."""
    known: dict[Hashable, T] = db.session().info.setdefault(_KEY, {})
    if key not in known:
        known[key] = ask()
    return known[key]


def forget() -> None:
    """Ask anew from here on: call it where something is written that answers were read from."""
    db.session().info.pop(_KEY, None)


@event.listens_for(db.session, "after_soft_rollback")
def _on_rollback(session: Session, _previous: SessionTransaction) -> None:
    session.info.pop(_KEY, None)


@event.listens_for(db.session, "after_commit")
def _on_commit(session: Session) -> None:
    session.info.pop(_KEY, None)
