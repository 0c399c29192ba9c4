"""People and organisations for tests; inside an application context, not committed unless said."""

import itertools
from datetime import datetime, timedelta

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Organisation, Role, User
from marketplace.accounts.organisations import approve_organisation, grant_role, register_organisation
from marketplace.kernel import clock
from marketplace.kernel.db import db

_numbers = itertools.count(1)


def make_user(name: str = "Sari Wulandari", *, is_operator: bool = False, language: str = "en") -> User:
    """A person with an e-mail address of her own and no password yet."""
    email = f"person-{next(_numbers)}@example.org"
    user = User(name=name, email=email, language=language, is_operator=is_operator, created_at=clock.now())
    db.session.add(user)
    db.session.flush()
    return user


def make_organisation(
    slug: str = "", *, name: str = "", currency: str = "IDR", country: str = "ID", approved: bool = True
) -> Organisation:
    """A cooperative, public unless `approved` is false."""
    slug = slug or f"cooperative-{next(_numbers)}"
    organisation = register_organisation(
        slug=slug, name=name or slug.title(), currency=currency, country=country, district="Sikka"
    )
    if approved:
        approve_organisation(SYSTEM, organisation)
    return organisation


def join(user: User, organisation: Organisation, *roles: Role, ends_at: datetime | None = None) -> Actor:
    """Give the user roles in the organisation, an auditor's for thirty days; the actor she then is."""
    for role in roles:
        end = ends_at or (clock.now() + timedelta(days=30) if role is Role.AUDITOR else None)
        grant_role(SYSTEM, user, organisation, role, ends_at=end)
    return Actor(user.id, organisation.id, frozenset(roles))


def make_person(*roles: Role, organisation: Organisation | None = None, name: str = "Sari Wulandari") -> User:
    """A committed user with roles in an organisation (a new one where none is given)."""
    user = make_user(name)
    if roles:
        join(user, organisation or make_organisation(), *roles)
    db.session.commit()
    return user
