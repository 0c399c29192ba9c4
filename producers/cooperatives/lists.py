"""What the console lists: members with their consent, certificates with their end."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Exists, exists, func, or_, select
from sqlalchemy.orm import noload

from marketplace.config import CERTIFICATE_WARNING_DAYS
from marketplace.kernel.db import db
from marketplace.kernel.paging import Page, paged_by_name
from marketplace.kernel.personal import by_name
from producers.cooperatives.models import Certificate, Consent, ConsentRefusal, Member

ASKED_FOR = "show_labour_amount"
HAS_REFUSED = exists().where(ConsentRefusal.member_id == Member.id, ConsentRefusal.kind == ASKED_FOR)


@dataclass(frozen=True, slots=True)
class Listed:
    """A member, and whether her consent to show amounts stands, was ended or refused, or was never asked for."""

    member: Member
    consent: str


def listed_members(
    organisation_id: str, *, number: int, on: date, sought: str = "", gone: bool = False
) -> Page[Listed]:
    """A page of the members of a day by name; with `gone`, of those who left. `sought` is part of a name or number."""
    query = select(
        Member,
        _has_consent(Consent.revoked_at.is_(None)).label("stands"),
        _has_consent().label("ended"),
        HAS_REFUSED.label("refused"),
    ).options(noload(Member.organisation))
    query = query.where(Member.organisation_id == organisation_id)
    is_here = or_(Member.left_on.is_(None), Member.left_on >= on)
    query = query.where(~is_here if gone else is_here)
    ids = by_name(query.with_only_columns(Member.id, Member.name, Member.number), sought=sought)
    page = paged_by_name(query, Member.id, ids, number)
    listed = [
        Listed(member, "given" if stands else "ended" if ended else "refused" if refused else "missing")
        for member, stands, ended, refused in page.items
    ]
    return Page(listed, page.number, page.total, page.size)


def never_asked(organisation_id: str, on: date) -> tuple[int, date | None]:
    """How many present members were never asked whether amounts may be shown, and since when the first waits."""
    row = db.session.execute(
        select(func.count(Member.id), func.min(Member.joined_on)).where(
            Member.organisation_id == organisation_id,
            or_(Member.left_on.is_(None), Member.left_on >= on),
            ~_has_consent(),
            ~HAS_REFUSED,
        )
    ).one()
    return row[0], row[1]


def ending_certificates(organisation_id: str, on: date) -> tuple[int, date | None]:
    """How many certificates end soon or ended within as many days before, and the first end among them."""
    span = timedelta(days=CERTIFICATE_WARNING_DAYS)
    row = db.session.execute(
        select(func.count(Certificate.id), func.min(Certificate.valid_until)).where(
            Certificate.organisation_id == organisation_id,
            Certificate.valid_until.between(on - span, on + span),
        )
    ).one()
    return row[0], row[1]


def has_members(organisation_id: str) -> bool:
    """Whether anybody was ever enrolled."""
    return bool(db.session.scalar(select(exists().where(Member.organisation_id == organisation_id))))


def _has_consent(*conditions: ColumnElement[bool]) -> Exists:
    return exists().where(Consent.member_id == Member.id, Consent.kind == ASKED_FOR, *conditions)
