"""Refunds and their lines. A refund is never changed; what becomes of the money is `payments.MoneyBack`."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal, only_personal_changes


class Refund(Journaled, Base):
    """Some pieces of an order were given back, or a parcel's price was."""

    __tablename__ = "refund_refund"
    belongs_to = "order_id"
    journal_personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("goods IN ('restocked', 'scrapped')", name="goods_known"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"), index=True)
    goods: Mapped[str] = mapped_column(String(9))
    reason: Mapped[str] = mapped_column(Personal(200), default="")
    seller_at_fault: Mapped[bool] = mapped_column(default=False)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reserve_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    lines: Mapped[list["RefundLine"]] = relationship(order_by="RefundLine.order_line_id")


class RefundLine(Journaled, Base):
    """Pieces of one line, in both currencies, and what of the loss the seller bore."""

    __tablename__ = "refund_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    refund_id: Mapped[str] = mapped_column(ForeignKey("refund_refund.id"), primary_key=True)
    order_line_id: Mapped[str] = mapped_column(ForeignKey("checkout_order_line.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    charge_minor: Mapped[int] = mapped_column(BigInteger)
    origin_minor: Mapped[int] = mapped_column(BigInteger)
    seller_loss_minor: Mapped[int] = mapped_column(BigInteger, default=0)


append_only(Refund.__table__, unless=only_personal_changes(Refund.__table__))
append_only(RefundLine.__table__)
