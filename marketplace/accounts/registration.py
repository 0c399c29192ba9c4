"""A buyer opens an account; a cooperative registers and waits for the operator.

Neither tells whether an e-mail address has an account already: who registers a second time is told the same, and
nothing of the first account changes.
"""

import re
import unicodedata

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.addresses import ask_confirmation
from marketplace.accounts.credentials import create_user
from marketplace.accounts.models import Organisation, Role, User
from marketplace.accounts.organisations import PLATFORM_SLUG, approve_organisation, grant_role, register_organisation
from marketplace.accounts.queries import contacts_of
from marketplace.config import REGISTRATIONS_ADDRESS_MAX
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.limits import QUARTER, Bound, spend

SLUG_LENGTH_MAX = 50
# Where a producing country's days begin; others are asked for when they come.
ZONES = {
    "BD": "Asia/Dhaka",
    "BT": "Asia/Thimphu",
    "ET": "Africa/Addis_Ababa",
    "GH": "Africa/Accra",
    "GT": "America/Guatemala",
    "ID": "Asia/Jakarta",
    "IN": "Asia/Kolkata",
    "KE": "Africa/Nairobi",
    "KH": "Asia/Phnom_Penh",
    "LA": "Asia/Vientiane",
    "LK": "Asia/Colombo",
    "MM": "Asia/Yangon",
    "MY": "Asia/Kuala_Lumpur",
    "NP": "Asia/Kathmandu",
    "PE": "America/Lima",
    "PG": "Pacific/Port_Moresby",
    "PH": "Asia/Manila",
    "RW": "Africa/Kigali",
    "TH": "Asia/Bangkok",
    "TL": "Asia/Dili",
    "TZ": "Africa/Dar_es_Salaam",
    "UG": "Africa/Kampala",
    "VN": "Asia/Ho_Chi_Minh",
}


class ContactUnconfirmed(Conflict):
    """Nobody of the cooperative can be reached for certain."""

    code = "contact_unconfirmed"
    message = _l("The contact has not opened the link in her letter yet. Approve after that.")


def refuse_crowds(address: str) -> None:
    """Count a registration from a network address; TooMany where it registers too often."""
    spend(Bound("register", REGISTRATIONS_ADDRESS_MAX, QUARTER), address)


def open_account(*, name: str, email: str, password_hash: str, language: str) -> None:
    """A buyer's account; nothing happens where the e-mail address has one."""
    if not db.session.scalar(select(User.id).where(User.email == email)):
        ask_confirmation(create_user(name=name, email=email, password_hash=password_hash, language=language))


def register_cooperative(
    *, cooperative: str, country: str, district: str, currency: str, contact: User
) -> Organisation:
    """A cooperative that is not public yet, with its contact as first manager; its address is made from its name."""
    organisation = register_organisation(
        slug=free_slug(cooperative),
        name=cooperative,
        country=country,
        district=district,
        currency=currency,
        zone=ZONES.get(country, "UTC"),
    )
    grant_role(SYSTEM, contact, organisation, Role.MANAGER)
    return organisation


def register_newcomer(
    *,
    cooperative: str,
    country: str,
    district: str,
    currency: str,
    name: str,
    email: str,
    password_hash: str,
    language: str,
) -> None:
    """A cooperative and its contact's account; nothing happens where the e-mail address has an account."""
    if db.session.scalar(select(User.id).where(User.email == email)):
        return
    contact = create_user(name=name, email=email, password_hash=password_hash, language=language)
    ask_confirmation(contact)
    register_cooperative(
        cooperative=cooperative, country=country, district=district, currency=currency, contact=contact
    )


def approve_registration(actor: Actor, organisation: Organisation) -> None:
    """Make a cooperative that registered itself public; for the operator.

    Refuses before a manager has shown her e-mail address to be her own.
    """
    contact = contacts_of([organisation]).get(organisation.id)
    if contact is None or contact.email_confirmed_at is None:
        raise ContactUnconfirmed
    approve_organisation(actor, organisation)


def free_slug(name: str) -> str:
    """An address made from a name: small letters and digits, with a number behind it where it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH_MAX].strip("-") or "cooperative"
    taken = set(
        db.session.scalars(select(Organisation.slug).where(Organisation.slug.startswith(slug, autoescape=True)))
    )
    taken.add(PLATFORM_SLUG)
    number, candidate = 1, slug
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate
