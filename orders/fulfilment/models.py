"""One parcel a seller and order, and what its carrier was paid."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from orders.checkout.models import Order


class Parcel(Journaled, Base):
    """What one cooperative sends for one order."""

    __tablename__ = "fulfilment_parcel"
    belongs_to = "order_id"
    __table_args__ = (
        UniqueConstraint("order_id", "organisation_id"),
        CheckConstraint("state IN ('open', 'packed', 'sent')", name="state_known"),
        Index("ix_fulfilment_parcel_waiting", "organisation_id", "state"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    state: Mapped[str] = mapped_column(String(6), default="open")
    packed_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    carrier: Mapped[str] = mapped_column(String(80), default="")
    tracking: Mapped[str] = mapped_column(String(80), default="")
    order: Mapped[Order] = relationship()
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class CarrierPayment(Journaled, Base):
    """What a seller paid its carrier for a parcel."""

    __tablename__ = "fulfilment_carrier_payment"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    proof: Mapped[str] = mapped_column(String(200), default="")
    paid_at: Mapped[datetime] = mapped_column(Instant)
    paid_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))


append_only(CarrierPayment.__table__)
