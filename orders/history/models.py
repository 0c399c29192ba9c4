"""What was brought in from another shop: its invoices, and how each credit row met a sale."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import INDEX_DIGITS, Personal, index_of, only_personal_changes


class HistoryInvoice(Journaled, Base):
    """One invoice of another shop. `rows_sha256` tells whether a later file still says the same of it."""

    __tablename__ = "history_invoice"
    belongs_to = "order_id"
    __table_args__ = (
        UniqueConstraint("organisation_id", "source", "number"),
        CheckConstraint("(order_id IS NULL) <> (credit_note_id IS NULL)", name="sale_or_credit"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_history_invoice_customer", "organisation_id", "source", "customer_index"),
    )
    journal_personal: ClassVar[frozenset[str]] = frozenset({"customer", "customer_index"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    source: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(40))
    customer: Mapped[str] = mapped_column(Personal(40, found=True))
    customer_index: Mapped[str | None] = mapped_column(String(INDEX_DIGITS))
    at: Mapped[datetime] = mapped_column(Instant)
    rows: Mapped[int] = mapped_column()
    rows_sha256: Mapped[str] = mapped_column(String(64))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    order_id: Mapped[str | None] = mapped_column(ForeignKey("checkout_order.id"), unique=True)
    credit_note_id: Mapped[str | None] = mapped_column(ForeignKey("receipt_credit_note.id"), unique=True)

    @validates("customer")
    def _index(self, name: str, value: str) -> str:
        self.customer_index = index_of(value, f"history_invoice.{name}")
        return value


class HistoryCreditRow(Journaled, Base):
    """One row of a credit invoice and the order line it takes back; none where no earlier sale has enough left."""

    __tablename__ = "history_credit_row"
    __table_args__ = (CheckConstraint("quantity > 0 AND amount_minor > 0", name="amounts_positive"),)

    invoice_id: Mapped[str] = mapped_column(ForeignKey("history_invoice.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stock_code: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    order_line_id: Mapped[str | None] = mapped_column(ForeignKey("checkout_order_line.id"), index=True)


append_only(HistoryInvoice.__table__, unless=only_personal_changes(HistoryInvoice.__table__))
append_only(HistoryCreditRow.__table__)
