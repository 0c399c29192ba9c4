"""Who looked at a person's pay or records, when, and at what: kept so that she can see it herself."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.scope import scoped
from producers.cooperatives.models import Member

LOOKED_AT = ("payslip", "payslips", "record", "wage_check", "work")


class Look(Journaled, Base):
    """One look of one user at what concerns one member; `subject_id` is the record, or the member for a list."""

    __tablename__ = "audit_look"
    __table_args__ = (
        CheckConstraint("what IN ('payslip', 'payslips', 'record', 'wage_check', 'work')", name="what_known"),
        Index("ix_audit_look_member", "member_id", "id"),
        Index("ix_audit_look_recent", "user_id", "at"),
        Index("ix_audit_look_organisation", "organisation_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    role: Mapped[str] = mapped_column(String(16))
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"))
    what: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    at: Mapped[datetime] = mapped_column(Instant)
    user: Mapped[User] = relationship()
    member: Mapped[Member] = relationship()


append_only(Look.__table__)
scoped(Look.__table__)
