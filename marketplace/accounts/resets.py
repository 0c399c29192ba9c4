"""A new password by letter, a new PIN by a link from the manager."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.credentials import set_password, set_pin
from marketplace.accounts.models import Organisation, Role, User
from marketplace.accounts.policy import BY_PIN
from marketplace.accounts.queries import current_memberships
from marketplace.accounts.tokens import Purpose, find_token, issue_token, use_token
from marketplace.config import PIN_LINK_HOURS_MAX, RESET_MAILS_MAX, RESET_MINUTES_MAX, RESETS_ADDRESS_MAX
from marketplace.kernel import clock, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.limits import QUARTER, Bound, spend, take

TOPIC = "accounts.reset_asked"
RESET_LASTS = timedelta(minutes=RESET_MINUTES_MAX)
PIN_LINK_LASTS = timedelta(hours=PIN_LINK_HOURS_MAX)


class PinNotOurs(Conflict):
    """A manager renews the PIN of her own cooperative's members and collectors alone."""

    code = "pin_not_ours"
    message = _l("This person has other roles too. Only a letter with a new password can help there.")


class NotOursToHelp(Conflict):
    """A second step is taken away by a second person of the same and only cooperative, or by the operator."""

    code = "not_ours_to_help"
    message = _l("Another manager of the cooperative has to do this; for people with roles elsewhere the operator.")


def ask_reset(email: str, address: str) -> None:
    """Have a letter with a link sent, if the address has an account; the caller cannot tell whether it has.

    Refuses with TooMany when one network address asks too often; an account asked for too often gets no more letters.
    """
    spend(Bound("reset_from", RESETS_ADDRESS_MAX, QUARTER), address)
    too_often = not take(Bound("reset", RESET_MAILS_MAX, QUARTER), email)
    user_id = db.session.scalar(select(User.id).where(User.email == email))
    outbox.publish(TOPIC, {"user_id": "" if too_often or user_id is None else user_id})


def reset_password(secret: str, password_hash: str) -> User:
    """Set a new password with the link's secret, which is used up; NotFound where the link is over."""
    user = db.session.get_one(User, use_token(Purpose.PASSWORD, secret).subject_id)
    set_password(user, password_hash)
    user.email_confirmed_at = user.email_confirmed_at or clock.now()  # the letter came to her
    return user


def make_pin_link(actor: Actor, organisation: Organisation, user_id: str) -> str:
    """The secret of a link with which a member sets a new PIN herself.

    For a manager of the organisation. Refuses for whoever has a role that a PIN does not open, or one elsewhere:
    the manager would otherwise come into what is not hers.
    """
    user = theirs_to_help(actor, organisation, user_id, error=PinNotOurs)
    if not {Role(membership.role) for membership in current_memberships(user_id)} <= BY_PIN:
        raise PinNotOurs
    return issue_token(Purpose.PIN, user.id, PIN_LINK_LASTS, issued_by=actor.user_id)


def theirs_to_help(
    actor: Actor, organisation: Organisation, user_id: str, *, error: type[Conflict] | None = None
) -> User:
    """Somebody whose way in a manager of the organisation may help with, as a second person.

    Refuses for who is no manager, for herself, for operators and for whoever has a role elsewhere; NotFound for
    somebody who is not of the organisation.
    """
    if actor.organisation_id != organisation.id or Role.MANAGER not in actor.roles:
        raise NotAllowed
    homes = {membership.organisation_id for membership in current_memberships(user_id)}
    if organisation.id not in homes:
        raise NotFound
    user = db.session.get_one(User, user_id)
    if homes != {organisation.id} or user.is_operator or (error is None and user_id == actor.user_id):
        raise error or NotOursToHelp
    return user


def holder_of_pin_link(secret: str) -> User:
    """Whose PIN a link renews; NotFound where the link is over."""
    return db.session.get_one(User, find_token(Purpose.PIN, secret).subject_id)


def renew_pin(secret: str, pin_hash: str) -> User:
    """Set a new PIN with the link's secret, which is used up; NotFound where the link is over."""
    user = db.session.get_one(User, use_token(Purpose.PIN, secret).subject_id)
    set_pin(user, pin_hash)
    return user


def issue_reset(user: User) -> str:
    """The secret of a link with which a user sets a new password: for her letter, and for a new operator."""
    return issue_token(Purpose.PASSWORD, user.id, RESET_LASTS)
