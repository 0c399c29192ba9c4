"""The only writer of members, consents and certificates."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import PLATFORM_SLUG
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import credit, debit, post
from producers.cooperatives.models import CONSENT_KINDS, Certificate, Consent, ConsentRefusal, Member
from producers.cooperatives.numbers import free_number
from producers.cooperatives.queries import answers_of, member_numbered, standing_consent


class MemberNumberTaken(Conflict):
    """Two members of one cooperative cannot share a number."""

    code = "member_number_taken"
    message = _l("Number %(number)s already belongs to a member. Choose another one.")


class ConsentKindUnknown(Invalid):
    """Consent is asked for named things only."""

    code = "consent_kind_unknown"
    message = _l("There is no consent called %(kind)s. Choose one from the list.")


class AmountNotPositive(Invalid):
    """Money that moves is more than nothing."""

    code = "amount_not_positive"
    message = _l("The amount must be more than zero. Enter what was counted.")


def enrol_member(
    actor: Actor,
    organisation: Organisation,
    *,
    name: str,
    number: str | None = None,
    user_id: str | None = None,
    joined_on: date | None = None,
    sex: str | None = None,
    birth_year: int | None = None,
    id: str | None = None,
) -> Member:
    """A new member; without a number she gets the next free one. Refuses a number that is taken."""
    if number is None:
        number = free_number(organisation.id, "M", lambda it: member_numbered(organisation.id, it) is not None)
    elif member_numbered(organisation.id, number):
        raise MemberNumberTaken(number=number)
    member = Member(
        id=id or ids.new_id(),
        organisation_id=organisation.id,
        number=number,
        name=name,
        user_id=user_id,
        joined_on=joined_on or clock.today(organisation.zone),
        sex=sex,
        birth_year=birth_year,
    )
    db.session.add(member)
    db.session.flush()
    return member


def leave(actor: Actor, member: Member, *, on: date | None = None) -> Member:
    """Note the day a member left; what she is owed stays owed."""
    member.left_on = on or clock.today(member.organisation.zone)
    db.session.flush()
    return member


def give_consent(actor: Actor, member: Member, kind: str, *, how: str) -> Consent:
    """Record that a member agrees to something being shown; given twice it stands once. Refuses unknown kinds."""
    if kind not in CONSENT_KINDS:
        raise ConsentKindUnknown(kind=kind)
    standing = standing_consent(member.id, kind)
    if standing:
        return standing
    consent = Consent(
        organisation_id=member.organisation_id, member_id=member.id, kind=kind, how=how, given_at=clock.now()
    )
    db.session.add(consent)
    db.session.flush()
    return consent


def revoke_consent(actor: Actor, member: Member, kind: str) -> Consent | None:
    """End a consent for everything published from now on; None where there was none."""
    consent = standing_consent(member.id, kind)
    if consent:
        consent.revoked_at = clock.now()
        db.session.flush()
    return consent


def refuse_consent(actor: Actor, member: Member, kind: str, *, how: str) -> ConsentRefusal | None:
    """Record that a member was asked and said no; None where she answered before. Refuses unknown kinds."""
    if kind not in CONSENT_KINDS:
        raise ConsentKindUnknown(kind=kind)
    if kind in answers_of(member.id):
        return None
    refusal = ConsentRefusal(
        organisation_id=member.organisation_id, member_id=member.id, kind=kind, how=how, refused_at=clock.now()
    )
    db.session.add(refusal)
    db.session.flush()
    return refusal


def record_certificate(
    actor: Actor,
    organisation: Organisation,
    *,
    kind: str,
    holder: str,
    issuer: str,
    number: str,
    valid_from: date,
    valid_until: date,
    scope: str = "",
    document_sha256: str | None = None,
) -> Certificate:
    """File a certificate; the same issuer and number is the same certificate, whose end is then the later one."""
    existing = db.session.scalar(
        select(Certificate).where(
            Certificate.organisation_id == organisation.id, Certificate.issuer == issuer, Certificate.number == number
        )
    )
    if existing:
        existing.valid_until = max(existing.valid_until, valid_until)
        db.session.flush()
        return existing
    certificate = Certificate(
        organisation_id=organisation.id,
        kind=kind,
        holder=holder,
        issuer=issuer,
        number=number,
        scope=scope,
        valid_from=valid_from,
        valid_until=valid_until,
        document_sha256=document_sha256,
    )
    db.session.add(certificate)
    db.session.flush()
    return certificate


def record_opening_cash(actor: Actor, organisation: Organisation, amount: Money, *, id: str | None = None) -> None:
    """Begin a book with the money that is there; the platform's lies with its provider. Refuses nothing or less."""
    if amount.minor <= 0:
        raise AmountNotPositive
    account = "provider" if organisation.slug == PLATFORM_SLUG else "cash"
    book = db.session.get_one(Book, organisation.book_id)
    on = clock.today(organisation.zone)
    post(book, id or ids.new_id(), [debit(account, amount), credit("capital", amount)], on=on)
