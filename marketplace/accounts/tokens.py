"""Secrets sent to somebody for one purpose; the database keeps only their hash."""

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.models import Token
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound


class Purpose(StrEnum):
    """What a token of the accounts may be used for."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a purpose, not a secret
    PIN = "pin"
    PAIRING = "pairing"
    EMAIL = "email"
    NEW_EMAIL = "new_email"
    SECOND_STEP = "second_step"


class LinkOver(NotFound):
    """A link that is unknown, used or too old: which of these is not said."""

    code = "link_over"
    message = _l("This link was used or is too old. Ask for a new one.")


def issue_token(purpose: Purpose, subject_id: str, lasts: timedelta, *, issued_by: str | None = None) -> str:
    """A new secret for a purpose; what is returned is to be shown or sent once."""
    secret = ids.secret_token()
    moment = clock.now()
    db.session.add(
        Token(
            purpose=purpose.value,
            token_hash=ids.token_hash(secret),
            subject_id=subject_id,
            issued_by=issued_by,
            created_at=moment,
            expires_at=moment + lasts,
        )
    )
    db.session.flush()
    return secret


def find_token(purpose: Purpose, secret: str) -> Token:
    """The live token with this secret; LinkOver for one that is unknown, over, used, or of another purpose."""
    token = db.session.scalar(
        select(Token).where(
            Token.token_hash == ids.token_hash(secret),
            Token.purpose == purpose.value,
            Token.used_at.is_(None),
            Token.expires_at > clock.now(),
        )
    )
    if token is None:
        raise LinkOver
    return token


def use_token(purpose: Purpose, secret: str) -> Token:
    """Take a live token out of use, else LinkOver: with it all others for the same purpose and subject.

    Pairing links alone each count for themselves: two phones may be paired at once.
    """
    subject_id = find_token(purpose, secret).subject_id
    tokens = db.session.scalars(
        select(Token)
        .where(Token.purpose == purpose.value, Token.subject_id == subject_id, Token.used_at.is_(None))
        .order_by(Token.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    used = [token for token in tokens if token.token_hash == ids.token_hash(secret)]
    if not used:  # another request used it while this one waited for the lock
        raise LinkOver
    for token in used if purpose is Purpose.PAIRING else tokens:
        token.used_at = clock.now()
    db.session.flush()
    return used[0]


def end_tokens(purpose: Purpose, subject_id: str) -> None:
    """Take every live token for a purpose and subject out of use."""
    for token in db.session.scalars(
        select(Token).where(Token.purpose == purpose.value, Token.subject_id == subject_id, Token.used_at.is_(None))
    ):
        token.used_at = clock.now()
    db.session.flush()
