"""Services on organisations and roles."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Membership, Organisation, Role, User
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.ledger.services import open_book

PLATFORM_SLUG = "platform"


class SlugTaken(Conflict):
    """Two organisations cannot share an address."""

    code = "slug_taken"
    message = _l("This address is taken. Choose another one.")


def register_organisation(
    *,
    slug: str,
    name: str,
    currency: str,
    kind: str = "cooperative",
    country: str | None = None,
    district: str | None = None,
    zone: str = "Asia/Jakarta",
) -> Organisation:
    """A new organisation with its book, not public yet; refuses a slug that is taken."""
    if db.session.scalar(select(Organisation.id).where(Organisation.slug == slug)):
        raise SlugTaken(fields={"slug": SlugTaken.message})
    book = open_book(slug, None if kind == "platform" else currency)
    organisation = Organisation(
        slug=slug,
        name=name,
        currency=currency,
        kind=kind,
        country=country,
        district=district,
        zone=zone,
        book_id=book.id,
        created_at=clock.now(),
    )
    db.session.add(organisation)
    db.session.flush()
    return organisation


def platform() -> Organisation:
    """The platform's own organisation; NoResultFound before it is set up."""
    return db.session.scalars(select(Organisation).where(Organisation.slug == PLATFORM_SLUG)).one()


def approve_organisation(actor: Actor, organisation: Organisation) -> None:
    """Make a cooperative public; for the operator alone."""
    if not (actor.is_operator or actor.is_system):
        raise NotAllowed
    if organisation.approved_at is None:
        organisation.approved_at = clock.now()
        db.session.flush()


def grant_role(
    actor: Actor, user: User, organisation: Organisation, role: Role, *, ends_at: datetime | None = None
) -> Membership:
    """Give a user a role; the same role twice is one membership, whose end is then the later wish."""
    existing = db.session.scalar(
        select(Membership).where(
            Membership.user_id == user.id,
            Membership.organisation_id == organisation.id,
            Membership.role == role,
            Membership.ends_at.is_(None) | (Membership.ends_at > clock.now()),
        )
    )
    if existing:
        existing.ends_at = ends_at
        db.session.flush()
        return existing
    membership = Membership(
        user_id=user.id,
        organisation_id=organisation.id,
        role=role.value,
        begins_at=clock.now(),
        ends_at=ends_at,
        granted_by=actor.user_id,
    )
    db.session.add(membership)
    db.session.flush()
    return membership
