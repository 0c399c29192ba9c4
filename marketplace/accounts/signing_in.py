"""Who are you: the one place that checks a password or PIN.

It alone among services opens and closes transactions (DESIGN.md §7): the hash is read in one, which is closed;
verifying takes tens of milliseconds and must hold no lock; the second one writes, and asks again whether the hash
is still the same. Each try is counted before the secret is looked at and given back when it was right, so that a
hundred guesses sent at once are no more than a hundred sent one after the other.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.access import Caller, What, knows_browser, note
from marketplace.accounts.credentials import matches
from marketplace.accounts.models import User
from marketplace.config import (
    PIN_DIGITS,
    PIN_FAILURES_DAY_MAX,
    SIGN_IN_FAILURES_ADDRESS_MAX,
    SIGN_IN_FAILURES_MAX,
)
from marketplace.kernel import ids
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.limits import DAY, QUARTER, Bound, forget, give_back, spend


class WrongSecret(LumbungError):
    """No user has this name and secret; which of the two is wrong is not said."""

    code = "sign_in_refused"
    status = 422
    message = _l("These do not belong together. Check both and try again.")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says she is: `column` and `value` name one user; `by` says which secret she is to show."""

    column: str
    value: str
    by: str

    @property
    def subject(self) -> str:
        """What failures of this claim are counted under."""
        return f"{self.by}:{self.column}:{self.value}"


def claim_by_email(email: str) -> Claim:
    """An e-mail address, to be shown with a password."""
    return Claim("email", email.lower(), "password")


def claim_by_phone(phone: str) -> Claim:
    """A phone number, to be shown with a PIN."""
    return Claim("phone", phone, "pin")


def claim_by_tile(user_id: str) -> Claim:
    """A name tile on a paired phone, to be shown with a PIN."""
    return Claim("id", user_id, "pin")


def authenticate(claim: Claim, secret: str, caller: Caller) -> User:
    """The user whose claim the secret proves, in an open writing transaction.

    Refuses with WrongSecret and, after too many failures of the network address or the account, with TooMany.
    What failed is written down, and committed before it is raised.
    """
    with reading():
        user = _find(claim)
        seen_hash = _hash_of(user, claim)
        is_known = user is not None and knows_browser(user.id, caller)
        db.session.rollback()
    bounds = _bounds(claim, caller, known=is_known)
    for bound, subject in bounds:
        spend(bound, subject)
    right = matches(seen_hash, secret)
    if right:
        _forgive(bounds)
    user = _find(claim, lock=True)
    if not right or user is None or _hash_of(user, claim) != seen_hash:
        if user is not None:
            note(user, What.REFUSED, caller, by=claim.by)
        db.session.commit()
        raise WrongSecret
    return user


def _bounds(claim: Claim, caller: Caller, *, known: bool) -> list[tuple[Bound, str]]:
    """What a try counts against: the network address, then the account.

    A browser in which she was signed in before counts apart: a stranger's guesses do not lock her out of her own.
    """
    subject = f"{claim.subject}:{ids.token_hash(caller.browser)}" if known else claim.subject
    bounds = [
        (Bound("address", SIGN_IN_FAILURES_ADDRESS_MAX, QUARTER), caller.address),
        (Bound("account", SIGN_IN_FAILURES_MAX, QUARTER), subject),
    ]
    if claim.by == "pin":  # a million PINs: at fifteen a day half of them take ninety years
        bounds.append((Bound("account_day", PIN_FAILURES_DAY_MAX, DAY), subject))
    return bounds


def _forgive(bounds: list[tuple[Bound, str]]) -> None:
    """Forget the tries of somebody who was right; her neighbours' stay counted."""
    give_back(*bounds[0])
    for bound, subject in bounds[1:]:
        forget(bound, subject)


def _find(claim: Claim, *, lock: bool = False) -> User | None:
    query = select(User).where(getattr(User, claim.column) == claim.value)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def _hash_of(user: User | None, claim: Claim) -> str | None:
    if user is None:
        return None
    return user.pin_hash if claim.by == "pin" else user.password_hash


assert PIN_DIGITS >= 6  # the bound per day is worked out for a million PINs
