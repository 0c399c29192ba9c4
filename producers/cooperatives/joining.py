"""A member signs in herself: she is invited from her own page in the register, so that her user and her work meet.

The ground floor knows invitations, not members. It says when one was accepted; the user is then written down here.
"""

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.accounts import invitations
from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Invitation, Role
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict
from producers.cooperatives.models import Member, MemberInvitation
from producers.cooperatives.queries import member_of_user


class SignsInAlready(Conflict):
    """A member has one user, and nobody signs in for who has left."""

    code = "member_signs_in_already"
    message = _l("%(name)s signs in already, or has left. A forgotten PIN is renewed among the people.")


def invite_member(actor: Actor, member: Member, *, language: str) -> tuple[Invitation, str]:
    """Invite a member to sign in with a PIN; the invitation and the secret of its link, to be shown once.

    Refuses a member who has a user or has left, and whoever does not manage her cooperative.
    """
    if member.user_id or member.left_on:
        raise SignsInAlready(name=member.name)
    invitation, secret = invitations.invite(
        actor, member.organisation, role=Role.MEMBER, name=member.name, language=language
    )
    db.session.add(MemberInvitation(invitation_id=invitation.id, member_id=member.id))
    db.session.flush()
    return invitation, secret


def note_user(payload: dict[str, Any]) -> None:
    """An invitation was accepted: where it was a member's, the user is hers, unless either has another by now."""
    offered = db.session.get(MemberInvitation, payload["invitation_id"])
    if offered is None:
        return
    invitation = db.session.get_one(Invitation, offered.invitation_id)
    member = db.session.get_one(Member, offered.member_id)
    user_id = invitation.accepted_by
    if user_id is None or member.user_id or member_of_user(member.organisation_id, user_id):
        return
    member.user_id = user_id
    db.session.flush()
