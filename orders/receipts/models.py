"""Numbered documents. What was issued is stored as canonical JSON and never changed."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from orders.checkout.models import Order


class NumberSeries(Journaled, Base):
    """The last number of an issuer's series. It is taken under a lock, last in the document's transaction."""

    __tablename__ = "receipt_number_series"
    __table_args__ = (CheckConstraint("last >= 0", name="last_not_negative"),)

    issuer_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), primary_key=True)
    series: Mapped[str] = mapped_column(String(24), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger, default=0)


class Receipt(Journaled, Base):
    """One a purchase, issued by the platform as agent; `revision` is the newest that is stored."""

    __tablename__ = "receipt_receipt"
    belongs_to = "order_id"
    __table_args__ = (
        UniqueConstraint("issuer_id", "number"),
        CheckConstraint("revision > 0", name="revision_positive"),
    )
    journal_personal: ClassVar[frozenset[str]] = frozenset({"token"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"), unique=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    number: Mapped[str] = mapped_column(String(40))
    token: Mapped[str] = mapped_column(String(64), unique=True, default=ids.secret_token)
    issued_on: Mapped[date] = mapped_column(Date)
    revision: Mapped[int] = mapped_column(default=1)
    order: Mapped[Order] = relationship()
    revisions: Mapped[list["ReceiptRevision"]] = relationship(order_by="ReceiptRevision.revision")


class ReceiptRevision(Journaled, Base):
    """A receipt as it stood when money moved; its fingerprint is in the journal's leaf (DESIGN.md §5)."""

    __tablename__ = "receipt_revision"
    __table_args__ = (UniqueConstraint("receipt_id", "revision"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    receipt_id: Mapped[str] = mapped_column(ForeignKey("receipt_receipt.id"))
    revision: Mapped[int] = mapped_column()
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(Instant)

    def journal_extra(self) -> dict[str, Any]:
        """The fingerprint that a stranger compares with the file in hand."""
        return {"receipt_sha256": self.sha256}


class CreditNote(Journaled, Base):
    """The correction of a receipt: what went back, and who bore what nobody got back."""

    __tablename__ = "receipt_credit_note"
    __table_args__ = (
        UniqueConstraint("issuer_id", "number"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    number: Mapped[str] = mapped_column(String(40))
    cause_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(Instant)

    def journal_extra(self) -> dict[str, Any]:
        """The fingerprint of the note as issued."""
        return {"credit_note_sha256": self.sha256}


class CreditedOrder(Journaled, Base):
    """An order that a credit note corrects. A note may correct several, or none where no sale is known here."""

    __tablename__ = "receipt_credited_order"

    credit_note_id: Mapped[str] = mapped_column(ForeignKey("receipt_credit_note.id"), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"), primary_key=True, index=True)


append_only(CreditedOrder.__table__)
append_only(ReceiptRevision.__table__)
append_only(CreditNote.__table__)
