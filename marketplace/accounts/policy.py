"""Rules on the reader: signed in, a role in the organisation named in the address, operator."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import g
from flask_login import current_user
from sqlalchemy import select

from marketplace.accounts import second_factor
from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Membership, Organisation, Role
from marketplace.accounts.sessions import refuse_idle_money, session_at_hand, sign_in_needed, signed_in_by
from marketplace.kernel import clock, scope
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotAllowed, NotFound

READS_WAGES = frozenset({Role.MANAGER, Role.BOOKKEEPER, Role.BOARD, Role.AUDITOR})
RUNS = frozenset({Role.MANAGER})
PREPARES = frozenset({Role.MANAGER, Role.BOOKKEEPER})
RECEIVES = frozenset({Role.MANAGER, Role.BOOKKEEPER, Role.COLLECTOR})
INSIDE = frozenset(Role)
# Who prepares or approves payments: a password alone does not open that (docs/decisions/0007).
HANDLES_MONEY = frozenset({Role.MANAGER, Role.BOOKKEEPER})
# What a PIN opens: six digits, typed on a phone that others hold too, run no cooperative and show nobody else's pay.
BY_PIN = frozenset({Role.MEMBER, Role.COLLECTOR})


@dataclass(frozen=True)
class SignedIn:
    """Anybody who is signed in."""

    name: str = "signed in"

    def check(self, view_args: dict[str, Any]) -> None:
        """Refuse a reader who is not signed in."""
        if not current_user.is_authenticated:
            raise sign_in_needed()
        g.actor = Actor(current_user.id, is_operator=current_user.is_operator)


@dataclass(frozen=True)
class Operator:
    """The platform's operator; to others the address does not exist."""

    name: str = "operator"

    def check(self, view_args: dict[str, Any]) -> None:
        """Refuse everybody but an operator."""
        if not current_user.is_authenticated:
            raise sign_in_needed()
        if not current_user.is_operator:
            raise NotFound
        refuse_idle_money()
        g.second_factor_by = second_factor.require(session_at_hand(), current_user.created_at)
        g.actor = Actor(current_user.id, is_operator=True)


@dataclass(frozen=True)
class RoleIn:
    """A current role in the organisation whose slug the address holds under `organisation`.

    To somebody from outside the organisation does not exist; an insider with another role is told so.
    """

    roles: frozenset[Role]
    name: str = field(init=False)

    def __post_init__(self) -> None:
        names = ", ".join(role.value for role in Role if role in self.roles)
        object.__setattr__(self, "name", f"{names} of <organisation>")

    def check(self, view_args: dict[str, Any]) -> None:
        """Set g.organisation and g.actor, or refuse."""
        if not current_user.is_authenticated:
            raise sign_in_needed()
        memberships = _memberships(current_user.id, view_args["organisation"])
        if not memberships:
            raise NotFound
        organisation, roles = memberships[0].organisation, _roles(memberships)
        if signed_in_by() == "pin":
            roles &= BY_PIN
        if not roles & self.roles:
            raise NotAllowed
        if roles & HANDLES_MONEY:
            refuse_idle_money()
            since = min(m.begins_at for m in memberships if m.role in HANDLES_MONEY)
            g.second_factor_by = second_factor.require(session_at_hand(), since)
        scope.enter(organisation.id)
        g.organisation = organisation
        g.actor = Actor(current_user.id, organisation.id, roles, current_user.is_operator)


def current_roles(user_id: str, slug: str) -> tuple[Organisation | None, frozenset[Role]]:
    """The organisation and the user's roles in it today; (None, nothing) where there is no membership."""
    memberships = _memberships(user_id, slug)
    return (memberships[0].organisation, _roles(memberships)) if memberships else (None, frozenset())


def _memberships(user_id: str, slug: str) -> Sequence[Membership]:
    moment = clock.now()
    return db.session.scalars(
        select(Membership)
        .join(Organisation)
        .where(
            Membership.user_id == user_id,
            Organisation.slug == slug,
            Membership.begins_at <= moment,
            Membership.ends_at.is_(None) | (Membership.ends_at > moment),
        )
    ).all()


def _roles(memberships: Sequence[Membership]) -> frozenset[Role]:
    return frozenset(Role(membership.role) for membership in memberships)


SIGNED_IN = SignedIn()
OPERATOR = Operator()
