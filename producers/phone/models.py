"""What a member says is wrong with a payment: kept inside, beside the contest itself."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal, only_personal_changes
from marketplace.kernel.scope import scoped


class Objection(Journaled, Base):
    """How much a member says she received of a payment, and her words."""

    __tablename__ = "phone_objection"
    __table_args__ = (
        CheckConstraint("kind IN ('slip', 'payslip')", name="kind_known"),
        CheckConstraint("received_minor >= 0", name="received_not_negative"),
    )
    journal_personal = frozenset({"note"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    received_minor: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Personal())
    said_at: Mapped[datetime] = mapped_column(Instant)


append_only(Objection.__table__, unless=only_personal_changes(Objection.__table__))
scoped(Objection.__table__)
