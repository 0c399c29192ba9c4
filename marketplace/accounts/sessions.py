"""Server-side sessions that end when they are told to: flask-login asks here who holds the cookie.

When she was last here stands in the signed cookie, since a page that only reads writes nothing: a copy of an older
cookie is older still.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Flask, g, session
from flask_login import LoginManager, current_user
from sqlalchemy import Select, select, update

from marketplace.accounts.models import SignIn, User
from marketplace.config import (
    SESSION_DAYS_MAX,
    SESSION_IDLE_MONEY_MINUTES_MAX,
    SESSION_IDLE_PASSWORD_HOURS_MAX,
    SESSION_IDLE_PIN_DAYS_MAX,
    SESSION_SEEN_EVERY_S,
)
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound, SignInNeeded, WentIdle

COOKIE_KEY = "sign_in"
SEEN_KEY = "seen"
IDLE_KEY = "went_idle"
CSRF_KEY = "csrf_token"
LASTS = timedelta(days=SESSION_DAYS_MAX)
IDLE_MONEY = timedelta(minutes=SESSION_IDLE_MONEY_MINUTES_MAX)
IDLE = {
    "password": timedelta(hours=SESSION_IDLE_PASSWORD_HOURS_MAX),
    "pin": timedelta(days=SESSION_IDLE_PIN_DAYS_MAX),
}

manager = LoginManager()


def init_app(app: Flask) -> None:
    """Let flask-login read the user from our session row on every request; its own cookie is not used."""
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)  # templates are told the name alone


@manager.request_loader  # type: ignore[untyped-decorator]
def _load_user(_request: object) -> User | None:
    g.sign_in = present_session()
    if g.sign_in:
        g.idle = idle_for(g.sign_in)
        if g.idle.total_seconds() >= SESSION_SEEN_EVERY_S:
            session[SEEN_KEY] = int(clock.now().timestamp())
    return g.sign_in.user if g.sign_in else None


def signed_in() -> User | None:
    """Who is signed in here; flask-login is not asked about a stranger, whose cookie holds no session of ours."""
    return current_user if COOKIE_KEY in session and current_user.is_authenticated else None


def idle_for(sign_in: SignIn) -> timedelta:
    """For how long nobody has come with this session's cookie."""
    seen = session.get(SEEN_KEY)
    at = seen if isinstance(seen, int) else sign_in.created_at.timestamp()
    return timedelta(seconds=clock.now().timestamp() - at)


def refuse_idle_money() -> None:
    """Refuse a session in which money is handled and nobody came for SESSION_IDLE_MONEY_MINUTES_MAX; it ends."""
    sign_in = session_at_hand()
    if sign_in and g.idle > IDLE_MONEY:
        _leave(sign_in)
        raise WentIdle


def sign_in_needed() -> SignInNeeded:
    """Why nobody is signed in: she never was, or went away for too long."""
    return WentIdle() if IDLE_KEY in session else SignInNeeded()


def _leave(sign_in: SignIn) -> None:
    """Let go of a session that lay idle; forms that stand open in this browser stay good for the same person."""
    session.pop(COOKIE_KEY, None)
    session.pop(SEEN_KEY, None)
    session[IDLE_KEY] = sign_in.user_id


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
    found = db.session.scalar(_live().where(SignIn.token_hash == ids.token_hash(token)))
    if found and idle_for(found) > IDLE[found.by if found.by in IDLE else "password"]:
        _leave(found)
        return None
    return found


def open_session(
    user: User, by: str = "password", *, lasts: timedelta = LASTS, device: str = "", second_at: datetime | None = None
) -> SignIn:
    """Begin a session for the user under a fresh secret; whatever the cookie held before is dropped and ended.

    `by` is the secret she showed: "password" or "pin"; `second_at` when she showed a second factor too.
    """
    close_session()
    if session.pop(IDLE_KEY, None) != user.id:
        session.pop(CSRF_KEY, None)
    token = ids.secret_token()
    sign_in = begin_session(user.id, token, by, lasts=lasts)
    sign_in.device, sign_in.second_at = device, second_at
    session[COOKIE_KEY] = token
    session[SEEN_KEY] = int(clock.now().timestamp())
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
    """End the present session on the server and empty the cookie, but for who is on her way back into an idle one."""
    sign_in = present_session()
    if sign_in:
        sign_in.revoked_at = clock.now()
        db.session.flush()
    names = (IDLE_KEY, CSRF_KEY) if IDLE_KEY in session else ()
    kept = {name: session[name] for name in names if name in session}
    session.clear()
    session.update(kept)


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
