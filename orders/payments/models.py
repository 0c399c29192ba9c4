"""Payments asked for, received and sent back; the provider's events as they came."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal
from orders.checkout.models import Order

PROVIDER_ID_LENGTH = 120


class PaymentIntent(Journaled, Base):
    """One page on which an order can be paid; its id is the idempotency key, and an order has one live at a time."""

    __tablename__ = "payment_intent"
    belongs_to = "order_id"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'succeeded', 'closed')", name="state_known"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(
            "uq_payment_intent_live",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    journal_personal: ClassVar[frozenset[str]] = frozenset({"session_url"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(9), default="open")
    session_id: Mapped[str | None] = mapped_column(String(PROVIDER_ID_LENGTH), unique=True)
    session_url: Mapped[str | None] = mapped_column(Personal())
    opened_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    order: Mapped[Order] = relationship()


class Payment(Journaled, Base):
    """Money that came for an order, by the provider's or the bank's own reference: the same one counts once."""

    __tablename__ = "payment_payment"
    belongs_to = "order_id"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("method IN ('card', 'transfer')", name="method_known"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"), index=True)
    method: Mapped[str] = mapped_column(String(8))
    fund: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(PROVIDER_ID_LENGTH), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    proof: Mapped[str] = mapped_column(String(200), default="")
    received_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))


class MoneyBack(Journaled, Base):
    """A sum to send back: for a refund, or whole because the payment found no order that could be filled."""

    __tablename__ = "payment_money_back"
    belongs_to = "order_id"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("kind IN ('refund', 'unfilled')", name="kind_known"),
        CheckConstraint("state IN ('due', 'sent', 'done', 'failed')", name="state_known"),
        Index("ix_payment_money_back_open", "state", "id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"), index=True)
    payment_id: Mapped[str | None] = mapped_column(ForeignKey("payment_payment.id"))
    kind: Mapped[str] = mapped_column(String(8))
    cause_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(6), default="due")
    provider_id: Mapped[str | None] = mapped_column(String(PROVIDER_ID_LENGTH), unique=True)
    proof: Mapped[str] = mapped_column(String(200), default="")
    due_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    order: Mapped[Order] = relationship()
    payment: Mapped[Payment | None] = relationship()


class ProviderEvent(Journaled, Base):
    """A provider's event, written in the transaction that acts on it: the same id acts once."""

    __tablename__ = "payment_provider_event"

    id: Mapped[str] = mapped_column(String(PROVIDER_ID_LENGTH), primary_key=True)
    type: Mapped[str] = mapped_column(String(80))
    body_sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(Instant)


class Dispute(Journaled, Base):
    """A payment that its buyer's bank took back or asks about, as the provider tells; a person answers it there."""

    __tablename__ = "payment_dispute"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("state IN ('open', 'won', 'lost')", name="state_known"),
    )

    id: Mapped[str] = mapped_column(String(PROVIDER_ID_LENGTH), primary_key=True)
    payment_id: Mapped[str | None] = mapped_column(ForeignKey("payment_payment.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(4))
    noted_at: Mapped[datetime] = mapped_column(Instant)
    answer_by: Mapped[datetime | None] = mapped_column(Instant)


class Reconciliation(Base):
    """One comparison of the provider's lists with our books: what was compared, what differed, what stayed open."""

    __tablename__ = "payment_reconciliation"
    __table_args__ = (CheckConstraint("open_count >= 0", name="open_count_not_negative"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    at: Mapped[datetime] = mapped_column(Instant)
    since: Mapped[datetime] = mapped_column(Instant)
    compared: Mapped[dict[str, int]] = mapped_column(JSON)
    is_whole: Mapped[bool] = mapped_column()
    differences: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    open_count: Mapped[int] = mapped_column()


append_only(Payment.__table__)
append_only(ProviderEvent.__table__)
