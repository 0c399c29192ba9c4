"""What a program needs to act for a person: a token, and the answers kept so that a repeated write is harmless."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant


class ApiToken(Base):
    """A program's key: it acts for one person in one cooperative, with her roles of the moment, until it ends.

    The row holds the hash only. Without `may_write` it reads.
    """

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint("expires_at > created_at", name="ends_after_begin"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("account_user.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    name: Mapped[str] = mapped_column(String(80))
    may_write: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    user: Mapped[User] = relationship()


class ApiAnswer(Base):
    """What a write was answered, by the key its sender gave it; kept for a while, then forgotten."""

    __tablename__ = "api_answer"
    __table_args__ = (UniqueConstraint("token_id", "key"), Index("ix_api_answer_created_at", "created_at"))

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    token_id: Mapped[str] = mapped_column(ForeignKey("api_token.id"))
    key: Mapped[str] = mapped_column(String(40))
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column()
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
