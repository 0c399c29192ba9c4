"""Payslips, their items, payments, the log of what happened to each, and top-ups."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.scope import scoped
from producers.cooperatives.models import Member
from producers.wages.states import SlipState


class Payslip(Journaled, Base):
    """What one member is paid at once: net = wages + own costs + top-ups − deductions. Two people make it."""

    __tablename__ = "wage_payslip"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("wages_minor >= 0 AND own_costs_minor >= 0", name="wages_not_negative"),
        CheckConstraint("top_ups_minor >= 0 AND deductions_minor >= 0", name="deductions_not_negative"),
        CheckConstraint(
            "net_minor = wages_minor + own_costs_minor + top_ups_minor - deductions_minor", name="net_adds_up"
        ),
        CheckConstraint("net_minor >= 0", name="net_not_negative"),
        CheckConstraint("approved_by IS NULL OR approved_by <> prepared_by", name="two_people"),
        CheckConstraint("state = 'prepared' OR approved_by IS NOT NULL", name="approved_before_paid"),
        Index("ix_wage_payslip_due", "organisation_id", "due_on"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    number: Mapped[str] = mapped_column(String(24))
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), index=True)
    wages_minor: Mapped[int] = mapped_column(BigInteger)
    own_costs_minor: Mapped[int] = mapped_column(BigInteger)
    top_ups_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    deductions_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(32), default=SlipState.PREPARED.value)
    prepared_by: Mapped[str] = mapped_column(ForeignKey("account_user.id"))
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    prepared_at: Mapped[datetime] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)
    items: Mapped[list["PayslipItem"]] = relationship(order_by="PayslipItem.ordinal", lazy="selectin")
    payments: Mapped[list["WagePayment"]] = relationship(order_by="WagePayment.id")
    log: Mapped[list["SlipLog"]] = relationship(order_by="SlipLog.at, SlipLog.id")


class PayslipItem(Journaled, Base):
    """One record on one slip; no record stands on two."""

    __tablename__ = "wage_payslip_item"
    belongs_to = "payslip_id"
    __table_args__ = (CheckConstraint("kind IN ('work', 'own_cost', 'top_up')", name="kind_known"),)

    payslip_id: Mapped[str] = mapped_column(ForeignKey("wage_payslip.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    record_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class WagePayment(Journaled, Base):
    """Money handed over for a slip; `proof` is the document's hash or what it is, empty where there is none yet."""

    __tablename__ = "wage_payment"
    belongs_to = "payslip_id"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("method IN ('cash', 'bank', 'mobile')", name="method_known"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    payslip_id: Mapped[str] = mapped_column(ForeignKey("wage_payslip.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(8))
    proof: Mapped[str | None] = mapped_column(String(200))
    paid_on: Mapped[date] = mapped_column(Date)
    paid_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))


class SlipLog(Journaled, Base):
    """One event in a slip's life: who (a member when it is her word), how, and the entry it posted, if any."""

    __tablename__ = "wage_slip_log"
    belongs_to = "payslip_id"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    payslip_id: Mapped[str] = mapped_column(ForeignKey("wage_payslip.id"), index=True)
    event: Mapped[str] = mapped_column(String(24))
    state_after: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Instant)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("coop_member.id"))
    how: Mapped[str] = mapped_column(String(80), default="")
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.id"))


class TopUp(Journaled, Base):
    """What lifts a member to the minimum wage, found after the fact: the cooperative's expense (rules 10 and 15)."""

    __tablename__ = "wage_top_up"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("coop_member.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    granted_on: Mapped[date] = mapped_column(Date)
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)


append_only(PayslipItem.__table__)
append_only(SlipLog.__table__)
append_only(TopUp.__table__)
for _model in (Payslip, WagePayment, TopUp):
    scoped(_model.__table__)
for _part in (PayslipItem, SlipLog):
    scoped(_part.__table__, through="payslip_id")
