"""The second factor: six digits from an app on the phone (RFC 6238), or one of ten codes on paper.

Whoever handles money shows it besides the password. The digits of a half minute count once; a guess is counted before
it is looked at. The secret is encrypted under FIELD_KEYS; of the codes on paper only hashes are kept.
"""

import hmac
import re
from datetime import datetime, timedelta

import pyotp
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.accounts.models import RecoveryCode, SecondFactor, SignIn, User
from marketplace.config import (
    RECOVERY_CODES,
    SECOND_FACTOR_GRACE_DAYS,
    SECOND_FACTOR_TRIES_DAY_MAX,
    SECOND_FACTOR_TRIES_MAX,
)
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import Conflict, Invalid, LumbungError
from marketplace.kernel.limits import DAY, QUARTER, Bound, forget, spend

STEP_S = 30
DRIFT_STEPS = 1
CODE_LETTERS = 24  # 120 bits: with that much a plain hash keeps it
GRACE = timedelta(days=SECOND_FACTOR_GRACE_DAYS)


class SecondFactorNeeded(LumbungError):
    """A role that handles money is used without a second factor after the days of grace."""

    code = "second_factor_needed"
    status = 403
    message = _l("Who handles money signs in with a second step. Set it up on the page of your account.")
    leads_to = "accounts.second_factor"


class FactorIsOn(Conflict):
    """A second factor is set up already; it is taken away before another one is made."""

    code = "second_factor_on"
    message = _l("The second step is set up already. Take it away first, then set it up anew.")


def is_required() -> bool:
    """Whether this house asks those who handle money for a second factor."""
    return bool(current_app.config["SECOND_FACTOR"] == "required")


def require(sign_in: SignIn | None, since: datetime) -> datetime | None:
    """Refuse a session without a second factor when the grace counted from `since` is over; else when it will be."""
    if not is_required() or (sign_in is not None and sign_in.second_at is not None):
        return None
    if clock.now() >= since + GRACE:
        raise SecondFactorNeeded
    return since + GRACE


def factor_of(user_id: str) -> SecondFactor | None:
    """A person's factor, whether confirmed yet or not."""
    return db.session.get(SecondFactor, user_id)


def is_on(user_id: str) -> bool:
    """Whether a person is asked for a second factor when she signs in."""
    return bool(db.session.scalar(select(counts_for(user_id))))


def counts_for(user_id: str | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """The condition that a person is asked for a second factor, for a query that lists people."""
    confirmed = select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return confirmed.exists()


def codes_left(user_id: str) -> int:
    """How many of her codes on paper are not used yet."""
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(query) or 0


def begin(user: User) -> SecondFactor:
    """A new secret that counts once its first digits are shown; refuses where a factor is on."""
    factor = factor_of(user.id)
    if factor is not None and factor.confirmed_at is not None:
        raise FactorIsOn
    if factor is None:
        factor = SecondFactor(user_id=user.id)
        db.session.add(factor)
    factor.secret, factor.last_step, factor.created_at = pyotp.random_base32(), 0, clock.now()
    db.session.flush()
    return factor


def address_for(user: User, factor: SecondFactor) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(factor.secret).provisioning_uri(name=user.email or user.name, issuer_name="Lumbung")


def confirm(user_id: str, digits: str) -> list[str]:
    """Let the factor count from now on; the codes on paper, to be shown once. Refuses wrong digits with Invalid."""
    _prove(user_id, digits, confirmed=False)
    return new_codes(user_id)


def prove(user_id: str, typed: str) -> str:
    """Take the digits or a code on paper; "digits" or "paper", in an open writing transaction.

    Refuses what is wrong or was used with Invalid, and too many tries with TooMany.
    """
    code = re.sub(r"[\s-]", "", typed)
    if len(code) != CODE_LETTERS:
        _prove(user_id, code, confirmed=True)
        return "digits"
    bounds = _spend(user_id)
    code_hash = ids.token_hash(ids.normal_code(code))
    mine = (RecoveryCode.code_hash == code_hash, RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    with reading():
        known = db.session.scalar(select(RecoveryCode.code_hash).where(*mine)) is not None
        db.session.rollback()
    if known:
        _forgive(bounds, user_id)
    used = db.session.execute(update(RecoveryCode).where(*mine).values(used_at=clock.now())) if known else None
    if used is None or used.rowcount != 1:  # type: ignore[attr-defined]
        raise _wrong()
    return "paper"


def new_codes(user_id: str) -> list[str]:
    """Ten new codes on paper; the old ones count no more. What is returned is shown once."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_code() for _number in range(RECOVERY_CODES)]
    moment = clock.now()
    db.session.add_all(
        RecoveryCode(user_id=user_id, code_hash=ids.token_hash(code), created_at=moment) for code in codes
    )
    db.session.flush()
    return ["-".join(re.findall("....", code)) for code in codes]


def remove(user_id: str) -> bool:
    """Take a person's factor and her codes away; whether there was one that counted."""
    was_on = is_on(user_id)
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    db.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    return was_on


def _prove(user_id: str, digits: str, *, confirmed: bool) -> None:
    bounds = _spend(user_id)
    with reading():
        factor = factor_of(user_id)
        secret = factor.secret if factor and (factor.confirmed_at is not None) == confirmed else None
        db.session.rollback()
    step = _step_of(secret, digits) if secret else None
    if step is not None:
        _forgive(bounds, user_id)
        factor = db.session.get(SecondFactor, user_id, with_for_update=True, populate_existing=True)
        if factor is not None and factor.secret == secret and step > factor.last_step:
            factor.last_step = step
            factor.confirmed_at = factor.confirmed_at or clock.now()
            db.session.flush()
            return
    db.session.rollback()
    raise _wrong()


def _step_of(secret: str, digits: str) -> int | None:
    """The half minute whose digits these are, now or one before or after; None for any others."""
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    present = int(clock.now().timestamp()) // STEP_S
    totp = pyotp.TOTP(secret, interval=STEP_S)
    steps = range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
    right = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)]
    return right[-1] if right else None


def _spend(user_id: str) -> list[Bound]:
    bounds = [
        Bound("second_factor", SECOND_FACTOR_TRIES_MAX, QUARTER),
        Bound("second_factor_day", SECOND_FACTOR_TRIES_DAY_MAX, DAY),
    ]
    for bound in bounds:
        spend(bound, user_id)
    return bounds


def _forgive(bounds: list[Bound], user_id: str) -> None:
    for bound in bounds:
        forget(bound, user_id)


def _wrong() -> Invalid:
    return Invalid(fields={"code": _("These digits are wrong or were used. Wait for the next ones and type them.")})


def _code() -> str:
    return "".join(ids.public_code() for _part in range(3))[:CODE_LETTERS]
