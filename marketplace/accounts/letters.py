"""The letters of the accounts, written by outbox handlers: what is sent holds a secret that the outbox never does."""

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.accounts.addresses import is_taken, issue_confirmation, issue_new_address
from marketplace.accounts.models import Access, Invitation, NewAddress, User
from marketplace.accounts.names import role_name, what_happened
from marketplace.accounts.resets import issue_reset
from marketplace.accounts.tokens import Purpose, issue_token
from marketplace.config import CONFIRMATION_DAYS_MAX, RESET_MINUTES_MAX
from marketplace.kernel import clock
from marketplace.kernel.dates import day, moment
from marketplace.kernel.db import db, is_postgresql
from marketplace.kernel.mail import Letter, address_of, send


def send_confirmation(payload: dict[str, Any]) -> None:
    """Write a new account the link that shows its address to be its owner's."""
    user = db.session.get(User, payload["user_id"])
    if user is None or user.email is None or user.email_confirmed_at is not None:
        return
    with force_locale(user.language):
        _write(
            user.email,
            _("Confirm your e-mail address"),
            _("Hello %(name)s,", name=user.name),
            _("This address was given for an account at Lumbung. If it was you, say so here within %(days)s days:",
              days=CONFIRMATION_DAYS_MAX),
            address_of("accounts.confirm", token=issue_confirmation(user)),
            _("If it was not you, do nothing."),
        )  # fmt: skip


def send_new_address(payload: dict[str, Any]) -> None:
    """Write to the address that somebody wants to have, and warn the one she has; not where it is taken."""
    wanted = db.session.get(NewAddress, payload["new_address_id"])
    if wanted is None or is_taken(wanted.email):
        return
    user = db.session.get_one(User, wanted.user_id)
    with force_locale(user.language):
        _write(
            wanted.email,
            _("Confirm your new e-mail address"),
            _("Hello %(name)s,", name=user.name),
            _("From now on this shall be the address of your account. Say so here within %(days)s days:",
              days=CONFIRMATION_DAYS_MAX),
            address_of("accounts.confirm", token=issue_new_address(wanted)),
            _("If it was not you, do nothing."),
        )  # fmt: skip
        if user.email:
            _write(
                user.email,
                _("Your e-mail address is to change"),
                _("Hello %(name)s,", name=user.name),
                _("Somebody signed in to your account asked for another e-mail address."),
                _("If it was not you, set a new password at once:"),
                address_of("accounts.forgot"),
            )


def send_address_changed(payload: dict[str, Any]) -> None:
    """Tell the former address that it is the account's no more, then forget it."""
    former = db.session.get(NewAddress, payload["new_address_id"])
    if former is None:
        return
    user = db.session.get_one(User, former.user_id)
    if former.email:
        with force_locale(user.language):
            _write(
                former.email,
                _("Your e-mail address is changed"),
                _("Hello %(name)s,", name=user.name),
                _("Your account has another e-mail address now. Letters no longer come here."),
                _("If it was not you, write to whoever runs this shop."),
            )
    db.session.delete(former)


def send_access(payload: dict[str, Any]) -> None:
    """Tell a person what happened to her account: a new browser, a new password, the second step."""
    access = db.session.get(Access, payload["access_id"])
    user = access.user if access else None
    if access is None or user is None or user.email is None:
        return
    with force_locale(user.language):
        happened = what_happened(access.what)
        where = _("%(moment)s, %(device)s", moment=moment(access.at), device=access.device or _("unknown browser"))
        _write(
            user.email,
            happened,
            _("Hello %(name)s,", name=user.name),
            f"{happened}: {where}.",
            _("If it was you, there is nothing to do. If not, set a new password at once:"),
            address_of("accounts.forgot"),
        )


def send_reset(payload: dict[str, Any]) -> None:
    """Write a user the link to a new password; for whom no account is known there is nobody to write to."""
    user = db.session.get(User, payload["user_id"]) if payload["user_id"] else None
    if user is None or user.email is None:
        return
    link = address_of("accounts.reset", token=issue_reset(user))
    with force_locale(user.language):
        _write(
            user.email,
            _("Set a new password"),
            _("Hello %(name)s,", name=user.name),
            _("Somebody, probably you, asked for a new password. Set it here within %(minutes)s minutes:",
              minutes=RESET_MINUTES_MAX),
            link,
            _("If it was not you, do nothing: your password stays as it is."),
        )  # fmt: skip


def send_invitation(payload: dict[str, Any]) -> None:
    """Write to somebody who is invited; not any more where the invitation is answered, withdrawn or over."""
    invitation = db.session.get_one(Invitation, payload["invitation_id"])
    left = invitation.expires_at - clock.now()
    if not invitation.email or invitation.accepted_at or invitation.withdrawn_at or left.total_seconds() <= 0:
        return
    link = address_of("accounts.invitation", token=issue_token(Purpose.INVITATION, invitation.id, left))
    cooperative = invitation.organisation.name
    with force_locale(invitation.language):
        role = role_name(invitation.role)
        _write(
            invitation.email,
            _("Invitation from %(name)s", name=cooperative),
            _("Hello %(name)s,", name=invitation.name),
            _("%(cooperative)s invites you as: %(role)s.", cooperative=cooperative, role=role),
            _("Say yes here until %(day)s:", day=day(invitation.expires_at, invitation.organisation.zone)),
            link,
        )


def _write(to: str, subject: str, *paragraphs: str) -> None:
    if not is_postgresql():
        db.session.commit()  # nobody else could write while a mail server thinks
    send(Letter(to, subject, "\n\n".join(paragraphs) + "\n"))
