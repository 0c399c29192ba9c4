"""The only writer of API tokens, and the rule that reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import g, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation, Role, User
from marketplace.accounts.policy import current_roles
from marketplace.api.models import ApiToken
from marketplace.config import API_TOKEN_DAYS_MAX
from marketplace.kernel import clock, ids, scope
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid, LumbungError, NotAllowed, NotFound

PREFIX = "lumbung_"
"""Begins every token, so that one left in a public place is recognised."""


class TokenNeeded(LumbungError):
    """No token, or one that is unknown, over or taken back: which of these is not said."""

    code = "token_needed"
    status = 401
    message = _l("Send a valid token: Authorization: Bearer …")


class TokenReadsOnly(NotAllowed):
    """A token without the right to write."""

    code = "token_reads_only"
    message = _l("This token only reads. Make one with --write.")


class NoMember(NotFound):
    """A token acts for somebody who has a role in the cooperative."""

    code = "no_role_there"
    message = _l("This person has no role in that cooperative. Check both, or invite her first.")


class DaysOutOfBounds(Invalid):
    """A token ends."""

    code = "token_days_out_of_bounds"
    message = _l("A token lasts from 1 to %(most)s days.")


def create_token(user: User, slug: str, *, name: str, may_write: bool, days: int) -> tuple[ApiToken, str]:
    """A token for a person in a cooperative, and its secret, which is shown this once.

    Refuses somebody without a role there (NoMember), and a time outside 1 to API_TOKEN_DAYS_MAX days.
    """
    if not 1 <= days <= API_TOKEN_DAYS_MAX:
        raise DaysOutOfBounds(most=API_TOKEN_DAYS_MAX)
    organisation, _roles = current_roles(user.id, slug)
    if organisation is None:
        raise NoMember
    secret = PREFIX + ids.secret_token()
    moment = clock.now()
    token = ApiToken(
        token_hash=ids.token_hash(secret),
        user_id=user.id,
        organisation_id=organisation.id,
        name=name,
        may_write=may_write,
        created_at=moment,
        expires_at=moment + timedelta(days=days),
    )
    db.session.add(token)
    db.session.flush()
    return token, secret


def revoke_token(token_id: str) -> ApiToken:
    """End a token at once; NotFound where there is none. Ending it again changes nothing."""
    token = db.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound
    token.revoked_at = token.revoked_at or clock.now()
    db.session.flush()
    return token


def live_tokens() -> Sequence[tuple[ApiToken, User, Organisation]]:
    """Every token in force with whom it acts for and where, the newest first."""
    rows = db.session.execute(
        select(ApiToken, User, Organisation)
        .join(User, User.id == ApiToken.user_id)
        .join(Organisation, Organisation.id == ApiToken.organisation_id)
        .where(ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now())
        .order_by(ApiToken.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in rows]


@dataclass(frozen=True)
class TokenOf:
    """A token of somebody who has one of the roles now, in the organisation the address names.

    For the token of another organisation the address does not exist.
    """

    roles: frozenset[Role]
    writes: bool = False
    name: str = field(init=False)

    def __post_init__(self) -> None:
        names = ", ".join(role.value for role in Role if role in self.roles)
        object.__setattr__(self, "name", f"{'writing token' if self.writes else 'token'} of {names} of <organisation>")

    def check(self, view_args: dict[str, Any]) -> None:
        """Set g.api_token, g.organisation and g.actor, or refuse."""
        token = _presented()
        organisation, roles = current_roles(token.user_id, view_args["organisation"])
        if organisation is None or organisation.id != token.organisation_id:
            raise NotFound
        if not roles & self.roles:
            raise NotAllowed
        if self.writes and not token.may_write:
            raise TokenReadsOnly
        scope.enter(organisation.id)
        g.api_token = token
        g.organisation = organisation
        g.actor = Actor(token.user_id, organisation.id, roles)


def _presented() -> ApiToken:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX):
        raise TokenNeeded
    token = db.session.scalar(
        select(ApiToken).where(
            ApiToken.token_hash == ids.token_hash(secret.strip()),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > clock.now(),
        )
    )
    if token is None:
        raise TokenNeeded
    return token
