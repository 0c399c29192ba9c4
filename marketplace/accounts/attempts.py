"""Guessing slowed down: failures are counted in the database, so all workers share the count.

Counted per account and per network address. What was tried is kept only as a keyed hash.
"""

import hmac
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, select

from marketplace.accounts.models import Attempt
from marketplace.config import SIGN_IN_WINDOW_MINUTES
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import TooMany

WINDOW = timedelta(minutes=SIGN_IN_WINDOW_MINUTES)
KEPT = timedelta(days=1)


def refuse_beyond(kind: str, subject: str, at_most: int, window: timedelta = WINDOW) -> None:
    """Raise TooMany where a subject has `at_most` attempts of a kind within the window."""
    if count(kind, subject, window) >= at_most:
        raise TooMany


def count(kind: str, subject: str, window: timedelta = WINDOW) -> int:
    """How many attempts of a kind a subject has within the window."""
    query = select(func.count(Attempt.id)).where(
        Attempt.key_hash == _key(kind, subject), Attempt.at > clock.now() - window
    )
    return db.session.scalar(query) or 0


def record(kind: str, subject: str) -> None:
    """Count one attempt; forgets all that are older than a day."""
    moment = clock.now()
    db.session.execute(delete(Attempt).where(Attempt.at < moment - KEPT))
    db.session.add(Attempt(key_hash=_key(kind, subject), at=moment))
    db.session.flush()


def forget(kind: str, subject: str) -> None:
    """Start the count of a subject anew: it has shown who it is."""
    db.session.execute(delete(Attempt).where(Attempt.key_hash == _key(kind, subject)))


def _key(kind: str, subject: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(secret, f"{kind}:{subject}".encode(), "sha256").hex()
