"""Suppliers, what was bought of them and what they were paid."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal
from marketplace.kernel.scope import scoped
from producers.cooperatives.models import Certificate
from producers.lots.models import Lot


class Supplier(Journaled, Base):
    """Somebody a cooperative buys of; `number` names the account, the name may be a person's and stays inside."""

    __tablename__ = "material_supplier"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)
    journal_personal = frozenset({"name"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(Personal(120))
    district: Mapped[str | None] = mapped_column(String(80))


class Purchase(Journaled, Base):
    """A quantity bought as one lot; its id is the source of that lot's material cost."""

    __tablename__ = "material_purchase"
    __table_args__ = (
        UniqueConstraint("organisation_id", "client_key"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("cost_minor >= 0", name="cost_not_negative"),
        CheckConstraint("purpose IN ('crop', 'materials')", name="purpose_known"),
        Index("ix_material_purchase_due", "organisation_id", "due_on"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    supplier_id: Mapped[str] = mapped_column(ForeignKey("material_supplier.id"), index=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), unique=True)
    purpose: Mapped[str] = mapped_column(String(16), default="materials")
    quantity: Mapped[int] = mapped_column(BigInteger)
    cost_minor: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    bought_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    document_sha256: Mapped[str | None] = mapped_column(String(64))
    client_key: Mapped[str | None] = mapped_column(String(60))
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    supplier: Mapped[Supplier] = relationship(lazy="joined", innerjoin=True)
    lot: Mapped[Lot] = relationship()
    claims: Mapped[list["PurchaseClaim"]] = relationship(order_by="PurchaseClaim.claim")
    payments: Mapped[list["SupplierPayment"]] = relationship(order_by="SupplierPayment.id")


class PurchaseClaim(Journaled, Base):
    """What was claimed of bought goods, and the certificate that backed it on that day."""

    __tablename__ = "material_purchase_claim"

    purchase_id: Mapped[str] = mapped_column(ForeignKey("material_purchase.id"), primary_key=True)
    claim: Mapped[str] = mapped_column(String(24), primary_key=True)
    certificate_id: Mapped[str] = mapped_column(ForeignKey("coop_certificate.id"))
    certificate: Mapped[Certificate] = relationship()


class SupplierPayment(Journaled, Base):
    """Money paid for a purchase; `payee_document` is the supplier's own receipt (a hash or what it is), if on file."""

    __tablename__ = "material_supplier_payment"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    purchase_id: Mapped[str] = mapped_column(ForeignKey("material_purchase.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(16))
    paid_on: Mapped[date] = mapped_column(Date)
    payee_document: Mapped[str | None] = mapped_column(String(200))


append_only(PurchaseClaim.__table__)
scoped(Supplier.__table__)
