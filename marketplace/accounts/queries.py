"""What the pages of the accounts show."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.accounts import second_factor
from marketplace.accounts.models import Device, Invitation, Membership, Organisation, Role, User
from marketplace.accounts.policy import BY_PIN
from marketplace.config import PAGE_SIZE_MAX
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.personal import by_name


def _current() -> Select[tuple[Membership]]:
    moment = clock.now()
    return select(Membership).where(
        Membership.begins_at <= moment, Membership.ends_at.is_(None) | (Membership.ends_at > moment)
    )


def current_memberships(user_id: str) -> list[Membership]:
    """The roles a user has today, in every organisation, oldest first."""
    query = _current().where(Membership.user_id == user_id).order_by(Membership.begins_at, Membership.id)
    return list(db.session.scalars(query))


class Person(NamedTuple):
    """Somebody's role, and whether she is asked for a second factor."""

    membership: Membership
    has_second_step: bool


def people_of(organisation: Organisation, page: int = 1) -> tuple[list[Person], int]:
    """The current roles in an organisation by name, one page of them, and how many there are."""
    named = _current().where(Membership.organisation_id == organisation.id).join(Membership.user)
    ids = by_name(named.with_only_columns(Membership.id, User.name))
    shown = ids[(page - 1) * PAGE_SIZE_MAX : page * PAGE_SIZE_MAX]
    query = select(Membership, second_factor.counts_for(Membership.user_id)).where(Membership.id.in_(shown))
    rows = db.session.execute(query.options(joinedload(Membership.user)))
    people = [Person(membership, is_on) for membership, is_on in rows]
    return sorted(people, key=lambda person: shown.index(person.membership.id)), len(ids)


def membership_in(organisation: Organisation, membership_id: str) -> Membership | None:
    """A role by its id, if it is one of this organisation."""
    query = select(Membership).where(Membership.id == membership_id, Membership.organisation_id == organisation.id)
    return db.session.scalar(query)


def open_invitations(organisation: Organisation) -> Sequence[Invitation]:
    """Invitations that wait for an answer, newest first."""
    query = select(Invitation).where(
        Invitation.organisation_id == organisation.id,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
    return db.session.scalars(query.order_by(Invitation.created_at.desc()).limit(PAGE_SIZE_MAX)).all()


def devices_of(organisation: Organisation) -> Sequence[Device]:
    """The paired phones of an organisation, newest first."""
    query = select(Device).where(
        Device.organisation_id == organisation.id, Device.revoked_at.is_(None), Device.expires_at > clock.now()
    )
    return db.session.scalars(query.order_by(Device.created_at.desc()).limit(PAGE_SIZE_MAX)).all()


def tiles_of(organisation: Organisation) -> Sequence[User]:
    """Whose names stand on a paired phone: members and collectors with a PIN, by name."""
    roles = _current().where(
        Membership.organisation_id == organisation.id, Membership.role.in_([role.value for role in BY_PIN])
    )
    holders = roles.with_only_columns(Membership.user_id)
    query = select(User).where(User.id.in_(holders), User.pin_hash.is_not(None))
    return sorted(db.session.scalars(query), key=lambda user: (user.name.casefold(), user.id))[:PAGE_SIZE_MAX]


def waiting_cooperatives() -> Sequence[Organisation]:
    """Cooperatives that wait for the operator's approval, oldest first."""
    query = select(Organisation).where(Organisation.kind == "cooperative", Organisation.approved_at.is_(None))
    return db.session.scalars(query.order_by(Organisation.created_at).limit(PAGE_SIZE_MAX)).all()


def contacts_of(organisations: Sequence[Organisation]) -> dict[str, User]:
    """The first manager of each organisation, by organisation id."""
    query = _current().where(
        Membership.organisation_id.in_([organisation.id for organisation in organisations]),
        Membership.role == Role.MANAGER,
    )
    rows = db.session.scalars(query.options(joinedload(Membership.user)).order_by(Membership.begins_at.desc()))
    return {membership.organisation_id: membership.user for membership in rows}
