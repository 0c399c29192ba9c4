"""What the platform owes each seller for which order, and what it has paid out."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled


class Payout(Journaled, Base):
    """What the platform sent a seller for all it owed by then; the seller confirms its arrival."""

    __tablename__ = "settlement_payout"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_how IS NULL)", name="confirmed_says_how"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    bank_rates: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    rail: Mapped[str] = mapped_column(String(40))
    proof: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    confirmed_how: Mapped[str | None] = mapped_column(String(80))
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class SettlementItem(Journaled, Base):
    """What one fact (sale, fee report, refund) changed in what a seller is owed; once paid out it names the payout."""

    __tablename__ = "settlement_item"
    __table_args__ = (
        CheckConstraint("kind IN ('sale', 'fee_correction', 'refund')", name="kind_known"),
        UniqueConstraint("cause_id", "kind", "organisation_id"),
        Index("ix_settlement_item_open", "organisation_id", "payout_id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    cause_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    currency: Mapped[str] = mapped_column(String(3))
    origin_minor: Mapped[int] = mapped_column(BigInteger)
    charge_currency: Mapped[str] = mapped_column(String(3))
    charge_minor: Mapped[int] = mapped_column(BigInteger)
    noted_at: Mapped[datetime] = mapped_column(Instant)
    payout_id: Mapped[str | None] = mapped_column(ForeignKey("settlement_payout.id"))


class FeeReport(Journaled, Base):
    """The real payment fee of an order as the provider reported it; a later report replaces the earlier."""

    __tablename__ = "settlement_fee_report"
    __table_args__ = (
        UniqueConstraint("order_id", "ordinal"),
        CheckConstraint("fee_minor >= 0", name="fee_not_negative"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"))
    ordinal: Mapped[int] = mapped_column()
    currency: Mapped[str] = mapped_column(String(3))
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(200))
    reported_at: Mapped[datetime] = mapped_column(Instant)


class TaxRemittance(Journaled, Base):
    """Tax a seller handed on for all orders paid up to and with a day."""

    __tablename__ = "settlement_tax_remittance"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    covers_until: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    proof: Mapped[str] = mapped_column(String(200))
    remitted_at: Mapped[datetime] = mapped_column(Instant)
    remitted_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))


append_only(FeeReport.__table__)
append_only(TaxRemittance.__table__)
_PAID_OUT = (
    "OLD.payout_id IS NULL AND NEW.payout_id IS NOT NULL AND NEW.id = OLD.id AND NEW.order_id = OLD.order_id"
    " AND NEW.organisation_id = OLD.organisation_id AND NEW.origin_minor = OLD.origin_minor"
    " AND NEW.charge_minor = OLD.charge_minor"
)
append_only(SettlementItem.__table__, unless=_PAID_OUT)
