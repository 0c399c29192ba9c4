"""Services on organisations and roles."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Membership, Organisation, Role, User
from marketplace.config import AUDIT_GRANT_DAYS_MAX
from marketplace.kernel import clock, kept, memo
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotAllowed
from marketplace.ledger.services import open_book

PLATFORM_SLUG = "platform"
PLATFORM_CURRENCY = "USD"


class SlugTaken(Conflict):
    """Two organisations cannot share an address."""

    code = "slug_taken"
    message = _l("This address is taken. Choose another one.")


class LastManager(Conflict):
    """A cooperative is never without a manager."""

    code = "last_manager"
    message = _l("A cooperative needs a manager. Give somebody else that role first.")


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


class PlatformMissing(Conflict):
    """Nothing can be sold before the platform has its book and its decisions."""

    code = "platform_missing"
    message = _l("The platform is not set up yet. The operator runs: lumbung operator EMAIL")


def platform() -> Organisation:
    """The platform's own organisation; raises PlatformMissing before it is set up."""
    return memo.once("platform", _find_platform)


@dataclass(frozen=True, slots=True)
class PlatformFacts:
    """What of the platform's own organisation every order reckons with."""

    id: str
    currency: str
    zone: str
    book_id: str


def platform_facts() -> PlatformFacts:
    """The platform as it was a moment ago, without asking each time; raises PlatformMissing before it is set up."""
    return kept.a_moment("platform_facts", [Organisation.__tablename__], _platform_facts)


def platform_today() -> date:
    """The day it is where the platform keeps its desk; raises PlatformMissing before it is set up."""
    return clock.today(platform_facts().zone)


def move_platform(actor: Actor, zone: str) -> None:
    """From now on the platform's days begin and end where `zone` (an IANA name) lies; refuses an unknown one."""
    if not (actor.is_operator or actor.is_system):
        raise NotAllowed
    if zone not in available_timezones():
        raise Invalid(fields={"zone": _("There is no such time zone. Write one such as Asia/Jakarta.")})
    platform().zone = zone
    db.session.flush()


def _platform_facts() -> PlatformFacts:
    found = platform()
    return PlatformFacts(found.id, found.currency, found.zone, found.book_id)


def _find_platform() -> Organisation:
    found = db.session.scalar(select(Organisation).where(Organisation.slug == PLATFORM_SLUG))
    if found is None:
        raise PlatformMissing
    return found


def set_up_platform(actor: Actor, operator: User) -> Organisation:
    """The platform's organisation, made where there is none; its operator records its decisions as its manager."""
    try:
        found = platform()
    except PlatformMissing:
        found = register_organisation(
            slug=PLATFORM_SLUG, name="Lumbung", currency=PLATFORM_CURRENCY, kind="platform", zone="UTC"
        )
    grant_role(actor, operator, found, Role.MANAGER)
    return found


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
    """Give a user a role; the same role twice is one membership, whose end is then the later wish.

    For a manager of the organisation, the operator and the system; an auditor's role always has an end, at most
    AUDIT_GRANT_DAYS_MAX away.
    """
    _require_manager(actor, organisation)
    if role == Role.AUDITOR and (ends_at is None or ends_at > clock.now() + timedelta(days=AUDIT_GRANT_DAYS_MAX)):
        raise Invalid(fields={"days": _("An auditor's role lasts at most %(days)s days.", days=AUDIT_GRANT_DAYS_MAX)})
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


def end_role(actor: Actor, membership: Membership) -> None:
    """End a role now: sessions that rested on it open nothing of the organisation from the next request on.

    For a manager of the organisation; refuses to end the last manager's role.
    """
    _require_manager(actor, membership.organisation)
    db.session.execute(select(Organisation.id).where(Organisation.id == membership.organisation_id).with_for_update())
    moment = clock.now()
    if membership.ends_at is not None and membership.ends_at <= moment:
        return
    if membership.role == Role.MANAGER and not _other_managers(membership):
        raise LastManager
    membership.ends_at = moment
    db.session.flush()


def _other_managers(membership: Membership) -> int:
    moment = clock.now()
    query = select(func.count(Membership.id)).where(
        Membership.organisation_id == membership.organisation_id,
        Membership.role == Role.MANAGER,
        Membership.user_id != membership.user_id,
        Membership.begins_at <= moment,
        Membership.ends_at.is_(None) | (Membership.ends_at > moment),
    )
    return db.session.scalar(query) or 0


def _require_manager(actor: Actor, organisation: Organisation) -> None:
    manages = actor.organisation_id == organisation.id and Role.MANAGER in actor.roles
    if not (manages or actor.is_operator or actor.is_system):
        raise NotAllowed
