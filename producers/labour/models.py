"""Records of work and of what workers laid out themselves. Quantities and hours are exact text, such as '21.85'."""

from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal
from marketplace.kernel.scope import scoped
from producers.cooperatives.models import Member


class WorkRecord(Journaled, Base):
    """What one member did in one step and what it earns: quantity × rate, rounded once. Owed from sign-off."""

    __tablename__ = "labour_work"
    __table_args__ = (
        UniqueConstraint("organisation_id", "client_key"),
        CheckConstraint("kind IN ('piece', 'hour')", name="kind_known"),
        CheckConstraint("rate_minor >= 0 AND amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("state IN ('recorded', 'signed_off', 'discarded')", name="state_known"),
        CheckConstraint("state <> 'signed_off' OR signed_off_at IS NOT NULL", name="sign_off_dated"),
    )
    journal_personal = frozenset({"note"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), index=True)
    step_id: Mapped[str] = mapped_column(ForeignKey("lot_step.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    quantity: Mapped[str] = mapped_column(String(32))
    per: Mapped[str] = mapped_column(String(40), default="")
    rate_minor: Mapped[int] = mapped_column(BigInteger)
    rate_decision_id: Mapped[str | None] = mapped_column(ForeignKey("decision.id"))
    hours: Mapped[str] = mapped_column(String(32))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    worked_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="recorded")
    signed_off_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    signed_off_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Personal(), default="")
    client_key: Mapped[str | None] = mapped_column(String(60))
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)

    @property
    def hours_exact(self) -> Fraction:
        """The hours as an exact number."""
        return Fraction(self.hours)


class OwnCost(Journaled, Base):
    """What a member laid out for a step, such as electricity: repaid as its own purpose, or not repaid (rule 10)."""

    __tablename__ = "labour_own_cost"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("state IN ('recorded', 'signed_off', 'discarded')", name="state_known"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), index=True)
    step_id: Mapped[str] = mapped_column(ForeignKey("lot_step.id"), index=True)
    what: Mapped[str] = mapped_column(String(80))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    is_reimbursed: Mapped[bool] = mapped_column()
    worked_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="recorded")
    signed_off_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    signed_off_at: Mapped[datetime | None] = mapped_column(Instant)
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)


scoped(WorkRecord.__table__)
scoped(OwnCost.__table__)
