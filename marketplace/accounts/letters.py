"""The letters of the accounts, written by outbox handlers: what is sent holds a secret that the outbox never does."""

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from marketplace.accounts.models import Invitation, User
from marketplace.accounts.names import role_name
from marketplace.accounts.resets import issue_reset
from marketplace.accounts.tokens import Purpose, issue_token
from marketplace.config import RESET_MINUTES_MAX
from marketplace.kernel import clock
from marketplace.kernel.dates import day
from marketplace.kernel.db import db
from marketplace.kernel.mail import Letter, address_of, send


def send_reset(payload: dict[str, Any]) -> None:
    """Write a user the link to a new password; for whom no account is known there is nobody to write to."""
    user = db.session.get(User, payload["user_id"]) if payload["user_id"] else None
    if user is None or user.email is None:
        return
    link = address_of("accounts.reset", token=issue_reset(user))
    with force_locale(user.language):
        paragraphs = [
            _("Hello %(name)s,", name=user.name),
            _("Somebody, probably you, asked for a new password. Set it here within %(minutes)s minutes:",
              minutes=RESET_MINUTES_MAX),
            link,
            _("If it was not you, do nothing: your password stays as it is."),
        ]  # fmt: skip
        send(Letter(user.email, _("Set a new password"), "\n\n".join(paragraphs) + "\n"))


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
        paragraphs = [
            _("Hello %(name)s,", name=invitation.name),
            _("%(cooperative)s invites you as: %(role)s.", cooperative=cooperative, role=role),
            _("Say yes here until %(day)s:", day=day(invitation.expires_at, invitation.organisation.zone)),
            link,
        ]
        send(Letter(invitation.email, _("Invitation from %(name)s", name=cooperative), "\n\n".join(paragraphs) + "\n"))
