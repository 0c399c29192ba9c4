"""Users, their sessions and tokens; organisations and the memberships that are the only authorisation."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from flask_login import UserMixin
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import INDEX_DIGITS, Personal, index_of


class Role(StrEnum):
    """What a membership allows (DESIGN.md §6)."""

    MEMBER = "member"
    COLLECTOR = "collector"
    BOOKKEEPER = "bookkeeper"
    MANAGER = "manager"
    BOARD = "board"  # the supervisory board, pengawas
    AUDITOR = "auditor"
    CASE_HANDLER = "case_handler"


class User(UserMixin, Base):  # type: ignore[misc]
    """A person who signs in: by e-mail (in small letters) and password, or by phone or name tile and PIN."""

    __tablename__ = "account_user"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    email: Mapped[str | None] = mapped_column(Personal(254, found=True))
    email_index: Mapped[str | None] = mapped_column(String(INDEX_DIGITS), unique=True)
    phone: Mapped[str | None] = mapped_column(Personal(20, found=True))
    phone_index: Mapped[str | None] = mapped_column(String(INDEX_DIGITS), unique=True)
    name: Mapped[str] = mapped_column(Personal(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    pin_set_at: Mapped[datetime | None] = mapped_column(Instant)
    language: Mapped[str] = mapped_column(String(5), default="id")
    is_operator: Mapped[bool] = mapped_column(default=False)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    memberships: Mapped[list["Membership"]] = relationship(back_populates="user", foreign_keys="Membership.user_id")

    @validates("email", "phone")
    def _index(self, name: str, value: str | None) -> str | None:
        setattr(self, f"{name}_index", index_of(value, f"account_user.{name}"))
        return value


class Organisation(Journaled, Base):
    """A cooperative, or the platform itself. Public only from `approved_at`, by the operator."""

    __tablename__ = "account_organisation"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("kind IN ('platform', 'cooperative')", name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12), default="cooperative")
    currency: Mapped[str] = mapped_column(String(3))
    country: Mapped[str | None] = mapped_column(String(2))
    district: Mapped[str | None] = mapped_column(String(80))
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Jakarta")
    book_id: Mapped[str] = mapped_column(ForeignKey("ledger_book.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)


class Membership(Journaled, Base):
    """One role of one user in one organisation, from when until when."""

    __tablename__ = "account_membership"
    __table_args__ = (
        Index("ix_account_membership_current", "user_id", "organisation_id"),
        CheckConstraint("ends_at IS NULL OR ends_at >= begins_at", name="ends_after_begin"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    begins_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    granted_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    user: Mapped[User] = relationship(back_populates="memberships", foreign_keys=[user_id])
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class SignIn(Base):
    """A server-side session: the cookie holds a secret, the row its hash; revoked means over at once."""

    __tablename__ = "account_sign_in"
    __table_args__ = (CheckConstraint("by IN ('password', 'pin')", name="by_known"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("account_user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    by: Mapped[str] = mapped_column(String(8), default="password")
    device: Mapped[str] = mapped_column(String(40), default="")
    second_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a second factor was shown too, in this session or before it."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Token(Base):
    """A secret sent to somebody for one purpose: invitation, password reset, personal link."""

    __tablename__ = "account_token"
    __table_args__ = (Index("ix_account_token_subject", "purpose", "subject_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    purpose: Mapped[str] = mapped_column(String(24))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    issued_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SecondFactor(Base):
    """The secret that a person's phone makes six digits from; it counts from `confirmed_at`."""

    __tablename__ = "account_second_factor"

    user_id: Mapped[str] = mapped_column(ForeignKey("account_user.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Personal(64))
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """The half minute of the last digits taken: neither they nor older ones are taken again."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)


class RecoveryCode(Base):
    """One way in without the phone, once; only its hash is kept."""

    __tablename__ = "account_recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("account_user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class NewAddress(Base):
    """An e-mail address a person wants to have from now on; after the change the one she had, until it is told."""

    __tablename__ = "account_new_address"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("account_user.id"), unique=True)
    email: Mapped[str] = mapped_column(Personal(254))
    created_at: Mapped[datetime] = mapped_column(Instant)


class Access(Base):
    """What happened to an account and from where, coarsely: no full network address, no browser's own words."""

    __tablename__ = "account_access"
    __table_args__ = (Index("ix_account_access_of_user", "user_id", "id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    what: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(8), default="")
    device: Mapped[str] = mapped_column(String(40))
    network: Mapped[str] = mapped_column(String(45))
    browser_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Invitation(Journaled, Base):
    """A role offered to somebody by a manager; its links are tokens of the purpose "invitation"."""

    __tablename__ = "account_invitation"
    __table_args__ = (CheckConstraint("days IS NULL OR days > 0", name="days_positive"),)
    journal_personal: ClassVar[frozenset[str]] = frozenset({"name", "email"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    days: Mapped[int | None] = mapped_column()  # how long the role lasts; None: until it is ended
    name: Mapped[str] = mapped_column(Personal(120))
    email: Mapped[str | None] = mapped_column(Personal(254))
    language: Mapped[str] = mapped_column(String(5))
    invited_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class Device(Journaled, Base):
    """A shared phone that a manager paired with her cooperative: only there do its members' name tiles show."""

    __tablename__ = "account_device"
    journal_personal: ClassVar[frozenset[str]] = frozenset({"label"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    label: Mapped[str] = mapped_column(Personal(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    paired_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
