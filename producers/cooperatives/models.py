"""The working person, what she agreed to, and the papers that back a cooperative's claims."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, User
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal, PersonalNumber
from marketplace.kernel.scope import scoped

CONSENT_KINDS = ("show_labour_amount", "show_name", "photo")


class Member(Journaled, Base):
    """A person who works in a cooperative, with or without a user of her own.

    `number` is what slips and accounts name her by; her name stays inside unless she consents.
    """

    __tablename__ = "coop_member"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "user_id"),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="leaves_after_joining"),
    )
    journal_personal = frozenset({"name", "sex", "birth_year"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(Personal(120))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"), index=True)
    joined_on: Mapped[date] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    sex: Mapped[str | None] = mapped_column(Personal(1))
    birth_year: Mapped[int | None] = mapped_column(PersonalNumber(4))
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    user: Mapped[User | None] = relationship()


class MemberInvitation(Base):
    """Which member an invitation to sign in is for; who accepts it becomes her user."""

    __tablename__ = "coop_member_invitation"

    invitation_id: Mapped[str] = mapped_column(ForeignKey("account_invitation.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), index=True)


class Consent(Journaled, Base):
    """What a member agreed to have shown, from when until when, and how she said so."""

    __tablename__ = "coop_consent"
    __table_args__ = (
        CheckConstraint("kind IN ('show_labour_amount', 'show_name', 'photo')", name="kind_known"),
        CheckConstraint("revoked_at IS NULL OR revoked_at >= given_at", name="revoked_after_given"),
        Index(
            "uq_coop_consent_standing",
            "member_id",
            "kind",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"))
    kind: Mapped[str] = mapped_column(String(24))
    how: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class ConsentRefusal(Journaled, Base):
    """What a member was asked and said no to, and how. A later yes is a Consent; the no stays in the record."""

    __tablename__ = "coop_consent_refusal"
    __table_args__ = (
        CheckConstraint("kind IN ('show_labour_amount', 'show_name', 'photo')", name="kind_known"),
        UniqueConstraint("member_id", "kind"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"))
    kind: Mapped[str] = mapped_column(String(24))
    how: Mapped[str] = mapped_column(String(80))
    refused_at: Mapped[datetime] = mapped_column(Instant)


class Certificate(Journaled, Base):
    """A paper that backs a claim, such as organic, within its scope and dates; `holder` is who it was issued to."""

    __tablename__ = "coop_certificate"
    __table_args__ = (
        UniqueConstraint("organisation_id", "issuer", "number"),
        CheckConstraint("valid_until >= valid_from", name="ends_after_begin"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    holder: Mapped[str] = mapped_column(String(120))
    issuer: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60))
    scope: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    document_sha256: Mapped[str | None] = mapped_column(String(64))


class Series(Base):
    """The last number taken in one series of one cooperative: lots, slips, payslips, decisions."""

    __tablename__ = "coop_series"
    __table_args__ = (CheckConstraint("last >= 0", name="last_not_negative"),)

    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


scoped(Member.__table__)
scoped(MemberInvitation.__table__, through="member_id")
scoped(Consent.__table__)
scoped(ConsentRefusal.__table__)
append_only(ConsentRefusal.__table__)
