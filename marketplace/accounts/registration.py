"""A buyer opens an account; a cooperative registers and waits for the operator.

Neither tells whether an e-mail address has an account already: who registers a second time is told the same, and
nothing of the first account changes.
"""

import re
import unicodedata

from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.credentials import create_user
from marketplace.accounts.models import Organisation, Role, User
from marketplace.accounts.organisations import PLATFORM_SLUG, grant_role, register_organisation
from marketplace.config import REGISTRATIONS_ADDRESS_MAX
from marketplace.kernel.db import db
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


def refuse_crowds(address: str) -> None:
    """Count a registration from a network address; TooMany where it registers too often."""
    spend(Bound("register", REGISTRATIONS_ADDRESS_MAX, QUARTER), address)


def open_account(*, name: str, email: str, password_hash: str, language: str) -> None:
    """A buyer's account; nothing happens where the e-mail address has one."""
    if not db.session.scalar(select(User.id).where(User.email == email)):
        create_user(name=name, email=email, password_hash=password_hash, language=language)


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
    register_cooperative(
        cooperative=cooperative, country=country, district=district, currency=currency, contact=contact
    )


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
