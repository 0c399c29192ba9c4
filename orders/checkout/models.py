"""Orders, their lines and the append-only split of every line; the terms under which they are placed."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Stock
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal


class ExchangeRate(Journaled, Base):
    """Units of a seller's currency for one unit of a charge currency, typed with source and day."""

    __tablename__ = "checkout_exchange_rate"
    __table_args__ = (Index("ix_checkout_exchange_rate_pair", "charge_currency", "currency", "observed_on"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    charge_currency: Mapped[str] = mapped_column(String(3))
    currency: Mapped[str] = mapped_column(String(3))
    rate: Mapped[str] = mapped_column(String(24))
    source: Mapped[str] = mapped_column(String(200))
    observed_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))


class DeliveryPrice(Journaled, Base):
    """What a cooperative asks for a parcel, inside its country or abroad; the newest is in force."""

    __tablename__ = "checkout_delivery_price"
    __table_args__ = (
        CheckConstraint("reach IN ('home', 'abroad')", name="reach_known"),
        CheckConstraint("price_minor > 0", name="price_positive"),
        Index("ix_checkout_delivery_price_current", "organisation_id", "reach", "id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    reach: Mapped[str] = mapped_column(String(6))
    title: Mapped[str] = mapped_column(String(120))
    currency: Mapped[str] = mapped_column(String(3))
    price_minor: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))


class Order(Journaled, Base):
    """One purchase in one charge currency, perhaps of several cooperatives.

    `fee_minor` is the payment fee in force, estimated until `fee_reported`; `fund` the platform's account that
    holds the money.
    """

    __tablename__ = "checkout_order"
    __table_args__ = (
        CheckConstraint("state IN ('placed', 'paid', 'expired', 'cancelled')", name="state_known"),
        CheckConstraint("method IN ('card', 'transfer', 'history')", name="method_known"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("captured_minor >= 0", name="captured_not_negative"),
        CheckConstraint("refunded_minor BETWEEN 0 AND captured_minor", name="refunded_within_captured"),
        CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid_has_time"),
        Index("ix_checkout_order_due", "state", "hold_ends_at"),
    )
    journal_personal: ClassVar[frozenset[str]] = frozenset({"buyer_name", "buyer_email", "buyer_address", "token"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True, default=ids.secret_token)
    client_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"), index=True)
    buyer_name: Mapped[str] = mapped_column(Personal(120))
    buyer_email: Mapped[str] = mapped_column(Personal(254))
    buyer_address: Mapped[str] = mapped_column(Personal(), default="")
    buyer_country: Mapped[str | None] = mapped_column(String(2))
    language: Mapped[str] = mapped_column(String(5), default="id")
    charge_currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(9), default="placed")
    placed_at: Mapped[datetime] = mapped_column(Instant)
    hold_ends_at: Mapped[datetime] = mapped_column(Instant)
    paid_at: Mapped[datetime | None] = mapped_column(Instant)
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    fee_reported: Mapped[bool] = mapped_column(default=False)
    fund: Mapped[str] = mapped_column(String(20), default="provider")
    captured_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order", order_by="OrderLine.ordinal")


class OrderLine(Journaled, Base):
    """Pieces of one lot, or a seller's parcel; `rate` is frozen, amounts are of the whole line.

    `loss_…_minor` say who bore what nobody got back, the refund reserve or the seller, in the charge currency.
    """

    __tablename__ = "checkout_order_line"
    belongs_to = "order_id"
    __table_args__ = (
        UniqueConstraint("order_id", "ordinal"),
        CheckConstraint("kind IN ('item', 'shipping')", name="kind_known"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("refunded_quantity BETWEEN 0 AND quantity", name="refunded_within_quantity"),
        CheckConstraint("origin_minor > 0 AND charge_minor >= 0", name="amounts_positive"),
        CheckConstraint("refunded_charge_minor BETWEEN 0 AND charge_minor", name="refunded_within_charge"),
        CheckConstraint("refunded_origin_minor BETWEEN 0 AND origin_minor", name="refunded_within_origin"),
        CheckConstraint("loss_reserve_minor >= 0 AND loss_seller_minor >= 0", name="losses_not_negative"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("checkout_order.id"))
    ordinal: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    stock_id: Mapped[str | None] = mapped_column(ForeignKey("catalogue_stock.id"))
    quantity: Mapped[int] = mapped_column(BigInteger)
    refunded_quantity: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    rate: Mapped[str] = mapped_column(String(24))
    rate_id: Mapped[str | None] = mapped_column(ForeignKey("checkout_exchange_rate.id"))
    origin_minor: Mapped[int] = mapped_column(BigInteger)
    charge_minor: Mapped[int] = mapped_column(BigInteger)
    refunded_origin_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_charge_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    loss_reserve_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    loss_seller_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    makers: Mapped[int] = mapped_column(default=0)
    folds_labour: Mapped[bool] = mapped_column(default=False)
    wage_check_published: Mapped[bool] = mapped_column(default=False)
    order: Mapped[Order] = relationship(back_populates="lines")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    stock: Mapped[Stock | None] = relationship()
    splits: Mapped[list["OrderSplit"]] = relationship(order_by="OrderSplit.ordinal", lazy="selectin")

    @property
    def remaining_quantity(self) -> int:
        """Pieces not refunded."""
        return self.quantity - self.refunded_quantity


class OrderSplit(Journaled, Base):
    """One row of where a line's money goes. Never changed: a fee report or a refund appends its own rows.

    `cause_id` is the order, fee report or refund that wrote it; the split in force is the sum by purpose and source.
    """

    __tablename__ = "checkout_order_split"
    __table_args__ = (CheckConstraint("kind IN ('sale', 'fee_correction', 'refund')", name="kind_known"),)

    order_line_id: Mapped[str] = mapped_column(ForeignKey("checkout_order_line.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    cause_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    purpose: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[str] = mapped_column(String(ID_LENGTH), default="")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    origin_minor: Mapped[int] = mapped_column(BigInteger)


class BankAccount(Journaled, Base):
    """Where buyers send a transfer in a currency, as the operator typed it; the newest is in force."""

    __tablename__ = "checkout_bank_account"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    currency: Mapped[str] = mapped_column(String(3), index=True)
    holder: Mapped[str] = mapped_column(String(120))
    bank: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))


for _model in (ExchangeRate, DeliveryPrice, OrderSplit, BankAccount):
    append_only(_model.__table__)
