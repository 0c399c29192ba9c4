"""Delivery slips, the payee's word about the money on them, and how that money was counted into payslips."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation, User
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal, only_personal_changes
from marketplace.kernel.scope import scoped
from producers.cooperatives.models import Member
from producers.lots.models import Lot, Step


class DeliverySlip(Journaled, Base):
    """What changed hands at one member's door: material out, pieces in, money paid. Its figures never change.

    The wage is what the good pieces make at the decided rate; it is owed only from sign-off of the step that the
    pieces are weighed into. The money is an advance on it (docs/decisions, "Money paid at the door").
    """

    __tablename__ = "delivery_slip"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        UniqueConstraint("organisation_id", "client_key"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("issued_quantity >= 0 AND good >= 0 AND to_repair >= 0", name="counts_not_negative"),
        CheckConstraint("paid_minor >= 0 AND rate_minor >= 0", name="money_not_negative"),
        CheckConstraint("wage_minor = good * rate_minor", name="wage_adds_up"),
        CheckConstraint("issued_quantity = 0 OR lot_id IS NOT NULL", name="material_named"),
        CheckConstraint("good + to_repair = 0 OR rate_key IS NOT NULL", name="work_named"),
        CheckConstraint("issued_quantity + good + to_repair + paid_minor > 0", name="not_empty"),
        Index("ix_delivery_slip_day", "organisation_id", "made_on"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    number: Mapped[int] = mapped_column()
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), index=True)
    made_by: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    made_on: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(Instant)
    client_key: Mapped[str] = mapped_column(String(60))
    lot_id: Mapped[str | None] = mapped_column(ForeignKey("lot.id"))
    issued_quantity: Mapped[int] = mapped_column(BigInteger)
    rate_key: Mapped[str | None] = mapped_column(String(72))
    rate_minor: Mapped[int] = mapped_column(BigInteger)
    rate_decision_id: Mapped[str | None] = mapped_column(ForeignKey("decision.id"))
    good: Mapped[int] = mapped_column(BigInteger)
    to_repair: Mapped[int] = mapped_column(BigInteger)
    wage_minor: Mapped[int] = mapped_column(BigInteger)
    paid_minor: Mapped[int] = mapped_column(BigInteger)
    step_id: Mapped[str | None] = mapped_column(ForeignKey("lot_step.id"), unique=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)
    maker: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    lot: Mapped[Lot | None] = relationship()
    step: Mapped[Step | None] = relationship()
    answers: Mapped[list["SlipAnswer"]] = relationship(order_by="SlipAnswer.at, SlipAnswer.id", lazy="selectin")
    uses: Mapped[list["AdvanceUse"]] = relationship(order_by="AdvanceUse.id", lazy="selectin")
    void: Mapped["SlipVoid | None"] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        """The number as it is printed and said."""
        return f"NS-{self.number:06d}"

    @property
    def moved(self) -> bool:
        """Whether goods went out or money was handed over with it."""
        return bool(self.issued_quantity or self.paid_minor)

    @property
    def money_state(self) -> str:
        """What the payee said last of the money: 'none' paid, 'void', 'unconfirmed', 'confirmed' or 'contested'."""
        if not self.paid_minor:
            return "none"
        if self.void:
            return "void"
        last = self.answers[-1].kind if self.answers else "withdraw"
        return {"confirm": "confirmed", "contest": "contested"}.get(last, "unconfirmed")

    @property
    def unused_minor(self) -> int:
        """What of the money no payslip has counted yet; nothing while it is contested, or once the slip is void."""
        if self.money_state in {"contested", "void"}:
            return 0
        return self.paid_minor - sum(use.amount_minor for use in self.uses)


class SlipAnswer(Journaled, Base):
    """The payee's word about the money on a slip, how she gave it, and the entry it posted, if any."""

    __tablename__ = "delivery_slip_answer"
    __table_args__ = (CheckConstraint("kind IN ('confirm', 'contest', 'withdraw')", name="kind_known"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    slip_id: Mapped[str] = mapped_column(ForeignKey("delivery_slip.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    how: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"))
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.id"))


class AdvanceUse(Journaled, Base):
    """Money of a slip counted into the payment of a payslip."""

    __tablename__ = "delivery_advance_use"
    belongs_to = "slip_id"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    slip_id: Mapped[str] = mapped_column(ForeignKey("delivery_slip.id"), index=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("wage_payment.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class SlipVoid(Journaled, Base):
    """Why a slip is void, and who made it so; `moved` says whether goods or money moved back with it.

    What moved back names this row as its source. `made_by` is who made the slip.
    """

    __tablename__ = "delivery_slip_void"
    belongs_to = "slip_id"
    journal_personal = frozenset({"reason"})
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("voided_by <> made_by OR NOT moved", name="second_person"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    slip_id: Mapped[str] = mapped_column(ForeignKey("delivery_slip.id"), unique=True)
    reason: Mapped[str] = mapped_column(Personal())
    moved: Mapped[bool] = mapped_column()
    made_by: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    voided_by: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    voided_on: Mapped[date] = mapped_column(Date)
    voided_at: Mapped[datetime] = mapped_column(Instant)
    voider: Mapped[User] = relationship(foreign_keys=[voided_by])


class WorkNote(Journaled, Base):
    """What a member notes of her own work: begun one day, finished another. It pays nothing by itself.

    The hours are asked for when her pieces are weighed; then the note names the slip and is done.
    """

    __tablename__ = "delivery_work_note"
    __table_args__ = (
        UniqueConstraint("organisation_id", "client_key"),
        CheckConstraint("finished_on IS NULL OR finished_on >= started_on", name="finishes_after_start"),
        CheckConstraint("pieces >= 0", name="pieces_not_negative"),
        CheckConstraint("slip_id IS NULL OR finished_on IS NOT NULL", name="finished_before_weighed"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), index=True)
    rate_key: Mapped[str] = mapped_column(String(72))
    started_on: Mapped[date] = mapped_column(Date)
    finished_on: Mapped[date | None] = mapped_column(Date)
    pieces: Mapped[int] = mapped_column(BigInteger, default=0)
    hours: Mapped[str] = mapped_column(String(32), default="0")
    client_key: Mapped[str] = mapped_column(String(60))
    slip_id: Mapped[str | None] = mapped_column(ForeignKey("delivery_slip.id"))


_WEIGHED = "OLD.step_id IS NULL AND NEW.step_id IS NOT NULL AND " + " AND ".join(
    f"NEW.{column.name} IS NOT DISTINCT FROM OLD.{column.name}"
    for column in DeliverySlip.__table__.columns
    if column.name != "step_id"
)
append_only(DeliverySlip.__table__, unless=_WEIGHED)
append_only(SlipAnswer.__table__)
append_only(AdvanceUse.__table__)
append_only(SlipVoid.__table__, unless=only_personal_changes(SlipVoid.__table__))
for _model in (DeliverySlip, SlipVoid, WorkNote):
    scoped(_model.__table__)
for _part in (SlipAnswer, AdvanceUse):
    scoped(_part.__table__, through="slip_id")
