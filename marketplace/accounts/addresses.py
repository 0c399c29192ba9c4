"""E-mail addresses shown to be somebody's own: by a link in a letter, once, for a few days."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.accounts.access import Caller, What, note
from marketplace.accounts.models import NewAddress, User
from marketplace.accounts.tokens import LinkOver, Purpose, end_tokens, find_token, issue_token, use_token
from marketplace.config import CONFIRMATION_DAYS_MAX, CONFIRMATION_LETTERS_MAX
from marketplace.kernel import clock, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid
from marketplace.kernel.limits import HOUR, Bound, spend

TOPIC = "accounts.address_to_confirm"
NEW_TOPIC = "accounts.new_address"
CHANGED_TOPIC = "accounts.address_changed"
LASTS = timedelta(days=CONFIRMATION_DAYS_MAX)


def refuse_many_letters(user_id: str) -> None:
    """Count a letter that a person asks for; TooMany beyond CONFIRMATION_LETTERS_MAX an hour."""
    spend(Bound("confirmation", CONFIRMATION_LETTERS_MAX, HOUR), user_id)


def ask_confirmation(user: User) -> None:
    """Have a letter sent whose link shows that the address is hers; nothing where it is known already."""
    if user.email and user.email_confirmed_at is None:
        outbox.publish(TOPIC, {"user_id": user.id})


def issue_confirmation(user: User) -> str:
    """The secret of the link in that letter."""
    return issue_token(Purpose.EMAIL, user.id, LASTS)


def ask_new_address(user: User, email: str) -> None:
    """Have a letter sent to the address she wants; hers changes when its link is opened. Refuses the one she has.

    Whether another account has the address is not told: nobody is written to then.
    """
    if email == user.email:
        raise Invalid(fields={"email": _("This is the address you have now.")})
    wanted = db.session.scalar(select(NewAddress).where(NewAddress.user_id == user.id))
    if wanted is None:
        wanted = NewAddress(user_id=user.id)
        db.session.add(wanted)
    wanted.email, wanted.created_at = email, clock.now()
    db.session.flush()
    end_tokens(Purpose.NEW_EMAIL, wanted.id)
    outbox.publish(NEW_TOPIC, {"new_address_id": wanted.id})


def issue_new_address(wanted: NewAddress) -> str:
    """The secret of the link in the letter to a new address."""
    return issue_token(Purpose.NEW_EMAIL, wanted.id, LASTS)


def is_taken(email: str) -> bool:
    """Whether an account has the address."""
    return db.session.scalar(select(User.id).where(User.email == email)) is not None


def address_behind(secret: str) -> str:
    """The address that a link confirms; LinkOver where the link is over."""
    purpose, subject_id = _purpose_of(secret)
    if purpose is Purpose.EMAIL:
        return db.session.get_one(User, subject_id).email or ""
    return db.session.get_one(NewAddress, subject_id).email


def confirm_address(secret: str, caller: Caller) -> User:
    """Take the link: the address is hers, and where it is a new one it is hers from now on.

    LinkOver where the link is over, or the address has become another account's in the meantime.
    """
    purpose, subject_id = _purpose_of(secret)
    use_token(purpose, secret)
    if purpose is Purpose.EMAIL:
        user = db.session.get_one(User, subject_id)
    else:
        wanted = db.session.get_one(NewAddress, subject_id)
        if is_taken(wanted.email):
            raise LinkOver
        user = db.session.get_one(User, wanted.user_id)
        end_tokens(Purpose.EMAIL, user.id)
        end_tokens(Purpose.PASSWORD, user.id)
        user.email, wanted.email = wanted.email, user.email or ""
        note(user, What.ADDRESS, caller)
        outbox.publish(CHANGED_TOPIC, {"new_address_id": wanted.id})
    user.email_confirmed_at = clock.now()
    db.session.flush()
    return user


def _purpose_of(secret: str) -> tuple[Purpose, str]:
    try:
        return Purpose.EMAIL, find_token(Purpose.EMAIL, secret).subject_id
    except LinkOver:
        return Purpose.NEW_EMAIL, find_token(Purpose.NEW_EMAIL, secret).subject_id
