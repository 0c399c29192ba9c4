"""Server-side sessions that end when they are told to: flask-login asks here who holds the cookie."""

from datetime import timedelta

from flask import Flask, session
from flask_login import LoginManager
from sqlalchemy import select, update

from marketplace.accounts.models import SignIn, User
from marketplace.config import SESSION_IDLE_DAYS_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db

COOKIE_KEY = "sign_in"

manager = LoginManager()


def init_app(app: Flask) -> None:
    """Let flask-login read the user from our session row on every request; its own cookie is not used."""
    manager.session_protection = None
    manager.init_app(app)


@manager.request_loader  # type: ignore[untyped-decorator]
def _load_user(_request: object) -> User | None:
    token = session.get(COOKIE_KEY)
    if not token:
        return None
    sign_in = db.session.scalar(
        select(SignIn).where(
            SignIn.token_hash == ids.token_hash(token),
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > clock.now(),
        )
    )
    return sign_in.user if sign_in else None


def open_session(user: User) -> SignIn:
    """Begin a session for the user under a fresh secret; whatever the cookie held before is dropped."""
    token = ids.secret_token()
    sign_in = begin_session(user.id, token)
    session.clear()
    session[COOKIE_KEY] = token
    return sign_in


def begin_session(user_id: str, token: str) -> SignIn:
    """A session row for whoever holds the token; the cookie is the caller's concern."""
    moment = clock.now()
    sign_in = SignIn(
        user_id=user_id,
        token_hash=ids.token_hash(token),
        created_at=moment,
        expires_at=moment + timedelta(days=SESSION_IDLE_DAYS_MAX),
    )
    db.session.add(sign_in)
    db.session.flush()
    return sign_in


def close_session() -> None:
    """End the present session on the server and empty the cookie."""
    token = session.get(COOKIE_KEY)
    if token:
        db.session.execute(
            update(SignIn)
            .where(SignIn.token_hash == ids.token_hash(token), SignIn.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )
    session.clear()


def close_all_sessions(user: User) -> None:
    """End every session of a user: after a password change, or when she asks for it."""
    db.session.execute(
        update(SignIn).where(SignIn.user_id == user.id, SignIn.revoked_at.is_(None)).values(revoked_at=clock.now())
    )
