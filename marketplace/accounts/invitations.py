"""Invitations: a manager offers a role, whoever holds the link takes it with an account of her own."""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Invitation, Membership, Organisation, Role, User
from marketplace.accounts.organisations import grant_role
from marketplace.accounts.tokens import Purpose, end_tokens, find_token, issue_token, use_token
from marketplace.config import AUDIT_GRANT_DAYS_MAX, INVITATION_DAYS_MAX
from marketplace.kernel import clock, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

TOPIC = "accounts.invited"
ACCEPTED = "accounts.invitation_accepted"
LASTS = timedelta(days=INVITATION_DAYS_MAX)


class InvitationOver(Conflict):
    """Who invited is no manager any more, or the invitation was withdrawn."""

    code = "invitation_over"
    message = _l("This invitation no longer holds. Ask the cooperative for a new one.")


def invite(
    actor: Actor,
    organisation: Organisation,
    *,
    role: Role,
    name: str,
    email: str | None = None,
    days: int | None = None,
    language: str = "id",
) -> tuple[Invitation, str]:
    """Offer a role; the invitation and the secret of its link, to be shown once. With an e-mail address a letter goes.

    For a manager of the organisation. Refuses an auditor's role without `days`, or for longer than
    AUDIT_GRANT_DAYS_MAX.
    """
    if not (actor.is_system or (actor.organisation_id == organisation.id and Role.MANAGER in actor.roles)):
        raise NotAllowed
    if role == Role.AUDITOR and not 1 <= (days or 0) <= AUDIT_GRANT_DAYS_MAX:
        raise Invalid(fields={"days": _("An auditor's role lasts at most %(days)s days.", days=AUDIT_GRANT_DAYS_MAX)})
    moment = clock.now()
    invitation = Invitation(
        organisation_id=organisation.id,
        role=role.value,
        days=days if role == Role.AUDITOR else None,
        name=name,
        email=email,
        language=language,
        invited_by=actor.user_id,
        created_at=moment,
        expires_at=moment + LASTS,
    )
    db.session.add(invitation)
    db.session.flush()
    secret = issue_token(Purpose.INVITATION, invitation.id, LASTS)
    if email:
        outbox.publish(TOPIC, {"invitation_id": invitation.id})
    return invitation, secret


def find_invitation(secret: str) -> Invitation:
    """The invitation behind a link; NotFound where the link is unknown, used or over."""
    return db.session.get_one(Invitation, find_token(Purpose.INVITATION, secret).subject_id)


def accept_invitation(secret: str, user: User) -> Membership:
    """Take the role that a link offers, as this user; the link is used up.

    Refuses an invitation that was withdrawn, or whose inviter is no longer a manager.
    """
    invitation = db.session.get_one(Invitation, use_token(Purpose.INVITATION, secret).subject_id)
    if invitation.withdrawn_at or invitation.accepted_at or not _inviter_manages(invitation):
        raise InvitationOver
    moment = clock.now()
    invitation.accepted_at, invitation.accepted_by = moment, user.id
    ends_at = moment + timedelta(days=invitation.days) if invitation.days else None
    membership = grant_role(SYSTEM, user, invitation.organisation, Role(invitation.role), ends_at=ends_at)
    membership.granted_by = invitation.invited_by
    outbox.publish(ACCEPTED, {"invitation_id": invitation.id})
    db.session.flush()
    return membership


def withdraw_invitation(actor: Actor, organisation: Organisation, invitation_id: str) -> None:
    """Take an offer back before it is accepted; NotFound for one of another organisation."""
    if not (actor.is_system or (actor.organisation_id == organisation.id and Role.MANAGER in actor.roles)):
        raise NotAllowed
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is None or invitation.organisation_id != organisation.id:
        raise NotFound
    if invitation.accepted_at is None and invitation.withdrawn_at is None:
        invitation.withdrawn_at = clock.now()
    end_tokens(Purpose.INVITATION, invitation.id)


def _inviter_manages(invitation: Invitation) -> bool:
    if invitation.invited_by is None:
        return True
    moment = clock.now()
    return bool(
        db.session.scalar(
            select(Membership.id)
            .where(
                Membership.user_id == invitation.invited_by,
                Membership.organisation_id == invitation.organisation_id,
                Membership.role == Role.MANAGER,
                Membership.ends_at.is_(None) | (Membership.ends_at > moment),
            )
            .limit(1)
        )
    )
