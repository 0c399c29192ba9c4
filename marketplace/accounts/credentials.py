"""Users and the secrets they sign in with: argon2id hashes of passwords and PINs.

Hashing takes tens of milliseconds, so it is done with no transaction open: views hash first, then call the services.
"""

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.accounts.sessions import close_all_sessions
from marketplace.config import PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN, PIN_DIGITS
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.i18n import LANGUAGES

# OWASP's argon2id setting for small machines: 19 MiB, two passes, one lane.
hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

DISTINCT_MIN = 5
GUESSED_CHARACTERS_MAX = 72  # judging takes longer than linear time
GUESS_SCORE_MIN = 2
ASCENDING, DESCENDING = "01234567890123456789", "98765432109876543210"


class EmailTaken(Conflict):
    """Two users cannot share an e-mail address."""

    code = "email_taken"
    message = _l("This e-mail address already has an account. Sign in with it.")


class PhoneTaken(Conflict):
    """Two users cannot share a phone number to sign in with; one phone of several people is paired instead."""

    code = "phone_taken"
    message = _l("This phone number already has an account. Leave it empty if you share the phone.")


def hash_password(password: str, *, about: str = "") -> str:
    """The argon2id hash of a new password.

    Refuses one that is short, long, made of a few characters, among the common ones, or made of `about` (her e-mail
    address).
    """
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        sentence = _("Use %(min)s to %(max)s characters.", min=PASSWORD_CHARACTERS_MIN, max=PASSWORD_CHARACTERS_MAX)
        raise Invalid(fields={"password": sentence})
    name = about.partition("@")[0].lower()
    guessable = len(set(password)) < DISTINCT_MIN or "lumbung" in password.lower()
    if guessable or (len(name) > 3 and name in password.lower()) or _is_common(password, name):
        raise Invalid(fields={"password": _("This is easy to guess. Use three words that do not belong together.")})
    return hasher.hash(password)


def _is_common(password: str, name: str) -> bool:
    """Whether it is one of thirty thousand that everybody tries, or such a one with little changed."""
    from zxcvbn import zxcvbn  # loaded where somebody chooses a password, not at every start

    judged = zxcvbn(password[:GUESSED_CHARACTERS_MAX], user_inputs=["lumbung", "koperasi", name])
    return bool(judged["score"] < GUESS_SCORE_MIN)


def hash_pin(pin: str) -> str:
    """The argon2id hash of a new PIN; refuses anything but six digits that are neither alike nor in a row."""
    if not re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin):
        raise Invalid(fields={"pin": _("Use exactly %(count)s digits.", count=PIN_DIGITS)})
    if len(set(pin)) == 1 or pin in ASCENDING or pin in DESCENDING:
        raise Invalid(fields={"pin": _("This PIN is easy to guess. Choose another one.")})
    return hasher.hash(pin)


def matches(secret_hash: str | None, secret: str) -> bool:
    """Whether a typed password or PIN is the hashed one; takes as long where there is no hash."""
    try:
        return hasher.verify(secret_hash or _nobodys_hash(), secret) and secret_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return hasher.hash("nobody has this password")


def create_user(
    *,
    name: str,
    email: str | None = None,
    phone: str | None = None,
    password_hash: str | None = None,
    pin_hash: str | None = None,
    language: str = "id",
    id: str | None = None,
    confirmed: bool = False,
) -> User:
    """A new user, with hashes from hash_password and hash_pin; refuses an e-mail address or phone that is taken.

    `confirmed` says that her e-mail address is known to be hers.
    """
    if email and db.session.scalar(select(User.id).where(User.email == email.lower())):
        raise EmailTaken(fields={"email": EmailTaken.message})
    if phone and db.session.scalar(select(User.id).where(User.phone == phone)):
        raise PhoneTaken(fields={"phone": PhoneTaken.message})
    moment = clock.now()
    user = User(
        name=name,
        email=email.lower() if email else None,
        phone=phone,
        password_hash=password_hash,
        pin_hash=pin_hash,
        pin_set_at=moment if pin_hash else None,
        language=language,
        email_confirmed_at=moment if email and confirmed else None,
        created_at=moment,
    )
    if id:
        user.id = id
    db.session.add(user)
    db.session.flush()
    return user


def set_password(user: User, password_hash: str) -> None:
    """Give a user a new password, from hash_password; every session of hers ends."""
    user.password_hash = password_hash
    close_all_sessions(user)
    db.session.flush()


def set_pin(user: User, pin_hash: str) -> None:
    """Give a user a new PIN, from hash_pin; every session of hers ends."""
    user.pin_hash = pin_hash
    user.pin_set_at = clock.now()
    close_all_sessions(user)
    db.session.flush()


def set_language(user: User, language: str) -> None:
    """The language of a user's pages and letters: one of i18n.LANGUAGES."""
    if language not in LANGUAGES:
        raise Invalid(fields={"language": _("Choose one of the answers.")})
    user.language = language
    db.session.flush()
