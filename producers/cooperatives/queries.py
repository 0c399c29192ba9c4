"""Reading members, consents and certificates, always within one cooperative."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from producers.cooperatives.models import Certificate, Consent, ConsentRefusal, Member


def member_of(organisation_id: str, member_id: str) -> Member:
    """The member with this id; NotFound where she is not of this cooperative."""
    member = db.session.get(Member, member_id)
    if member is None or member.organisation_id != organisation_id:
        raise NotFound
    return member


def member_numbered(organisation_id: str, number: str) -> Member | None:
    """The member with this number."""
    return db.session.scalar(select(Member).where(Member.organisation_id == organisation_id, Member.number == number))


def member_of_user(organisation_id: str, user_id: str) -> Member | None:
    """The member whose own user this is."""
    return db.session.scalar(select(Member).where(Member.organisation_id == organisation_id, Member.user_id == user_id))


def members(organisation_id: str, *, on: date | None = None) -> Sequence[Member]:
    """All members by number, or those who belonged to the cooperative on a day."""
    query = select(Member).where(Member.organisation_id == organisation_id)
    if on:
        query = query.where(Member.joined_on <= on, or_(Member.left_on.is_(None), Member.left_on >= on))
    return db.session.scalars(query.order_by(Member.number)).all()


def standing_consent(member_id: str, kind: str) -> Consent | None:
    """A consent that was given and not revoked."""
    return db.session.scalar(
        select(Consent).where(Consent.member_id == member_id, Consent.kind == kind, Consent.revoked_at.is_(None))
    )


@dataclass(frozen=True, slots=True)
class Said:
    """A member's last word on one kind of consent: 'given', 'withdrawn' or 'refused', how, and when."""

    state: str
    how: str
    at: datetime


def answers_of(member_id: str) -> dict[str, Said]:
    """A member's last word on each kind she was asked about; a kind she never answered is not there."""
    refusals = db.session.scalars(select(ConsentRefusal).where(ConsentRefusal.member_id == member_id))
    said = {row.kind: Said("refused", row.how, row.refused_at) for row in refusals}
    given = select(Consent).where(Consent.member_id == member_id).order_by(Consent.given_at, Consent.id)
    for row in db.session.scalars(given):
        withdrawn = row.revoked_at
        said[row.kind] = Said("withdrawn", "", withdrawn) if withdrawn else Said("given", row.how, row.given_at)
    return said


def consenting(member_ids: Collection[str], kind: str) -> frozenset[str]:
    """Those among the members whose consent to `kind` stands now."""
    rows = db.session.scalars(
        select(Consent.member_id).where(
            Consent.member_id.in_(member_ids), Consent.kind == kind, Consent.revoked_at.is_(None)
        )
    )
    return frozenset(rows)


def certificates(organisation_id: str) -> Sequence[Certificate]:
    """A cooperative's certificates, the soonest to end first."""
    return db.session.scalars(
        select(Certificate)
        .where(Certificate.organisation_id == organisation_id)
        .order_by(Certificate.valid_until, Certificate.id)
    ).all()
