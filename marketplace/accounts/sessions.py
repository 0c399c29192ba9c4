"""Server-side sessions that end when they are told to: flask-login asks here who holds the cookie."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Flask, g, session
from flask_login import LoginManager
from sqlalchemy import Select, select, update

from marketplace.accounts.models import SignIn, User
from marketplace.config import SESSION_IDLE_DAYS_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound

COOKIE_KEY = "sign_in"
LASTS = timedelta(days=SESSION_IDLE_DAYS_MAX)

manager = LoginManager()


def init_app(app: Flask) -> None:
    """Let flask-login read the user from our session row on every request; its own cookie is not used."""
    manager.session_protection = None
    manager.init_app(app)


@manager.request_loader  # type: ignore[untyped-decorator]
def _load_user(_request: object) -> User | None:
    g.sign_in = present_session()
    return g.sign_in.user if g.sign_in else None


def session_at_hand() -> SignIn | None:
    """The present reader's session, as flask-login found it; no second look."""
    sign_in: SignIn | None = g.get("sign_in")
    return sign_in


def signed_in_by() -> str | None:
    """The secret that the present reader showed, "password" or "pin", as flask-login found her; no second look."""
    sign_in = session_at_hand()
    return sign_in.by if sign_in else None


def present_session() -> SignIn | None:
    """The live session whose secret the cookie holds."""
    token = session.get(COOKIE_KEY)
    if not isinstance(token, str):
        return None
    return db.session.scalar(_live().where(SignIn.token_hash == ids.token_hash(token)))


def open_session(
    user: User, by: str = "password", *, lasts: timedelta = LASTS, device: str = "", second_at: datetime | None = None
) -> SignIn:
    """Begin a session for the user under a fresh secret; whatever the cookie held before is dropped and ended.

    `by` is the secret she showed: "password" or "pin"; `second_at` when she showed a second factor too.
    """
    close_session()
    token = ids.secret_token()
    sign_in = begin_session(user.id, token, by, lasts=lasts)
    sign_in.device, sign_in.second_at = device, second_at
    session[COOKIE_KEY] = token
    return sign_in


def begin_session(user_id: str, token: str, by: str = "password", *, lasts: timedelta = LASTS) -> SignIn:
    """A session row for whoever holds the token; the cookie is the caller's concern."""
    moment = clock.now()
    sign_in = SignIn(
        user_id=user_id, token_hash=ids.token_hash(token), by=by, created_at=moment, expires_at=moment + lasts
    )
    db.session.add(sign_in)
    db.session.flush()
    return sign_in


def continue_session(user: User, present: SignIn | None) -> None:
    """Go on under a fresh secret after all sessions were ended, no longer than the present one would have lasted."""
    if present is not None:
        lasts = present.expires_at - clock.now()
        open_session(user, present.by, lasts=lasts, device=present.device, second_at=present.second_at)


def close_session() -> None:
    """End the present session on the server and empty the cookie."""
    sign_in = present_session()
    if sign_in:
        sign_in.revoked_at = clock.now()
        db.session.flush()
    session.clear()


def close_all_sessions(user: User) -> None:
    """End every session of a user: after a password change, or when she asks for it."""
    for sign_in in live_sessions(user.id):
        sign_in.revoked_at = clock.now()
    db.session.flush()


def end_session(user: User, sign_in_id: str) -> None:
    """End one session of a user; NotFound where she has no such session."""
    found = [sign_in for sign_in in live_sessions(user.id) if sign_in.id == sign_in_id]
    if not found:
        raise NotFound
    found[0].revoked_at = clock.now()
    db.session.flush()


def close_everybodys_sessions() -> int:
    """End every session of everybody; how many there were."""
    ended = db.session.execute(update(SignIn).where(SignIn.revoked_at.is_(None)).values(revoked_at=clock.now()))
    return int(ended.rowcount)  # type: ignore[attr-defined]


def live_sessions(user_id: str) -> Sequence[SignIn]:
    """The sessions in which a user is signed in now, newest first."""
    return db.session.scalars(_live().where(SignIn.user_id == user_id).order_by(SignIn.created_at.desc())).all()


def _live() -> Select[tuple[SignIn]]:
    return select(SignIn).where(SignIn.revoked_at.is_(None), SignIn.expires_at > clock.now())
