"""Baskets. A wish, not a fact: nothing is held and nothing is journaled until an order is placed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant


class Basket(Base):
    """One buyer's basket: a user's own, or a stranger's, whose cookie holds the secret of `token_hash`."""

    __tablename__ = "cart_basket"
    __table_args__ = (CheckConstraint("user_id IS NOT NULL OR token_hash IS NOT NULL", name="owner_known"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"), unique=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    lines: Mapped[list["BasketLine"]] = relationship(
        order_by="BasketLine.id", cascade="all, delete-orphan", back_populates="basket"
    )


class BasketLine(Base):
    """So many pieces of one listing; the lot is picked when the order is placed."""

    __tablename__ = "cart_basket_line"
    belongs_to = "basket_id"
    __table_args__ = (
        UniqueConstraint("basket_id", "listing_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    basket_id: Mapped[str] = mapped_column(ForeignKey("cart_basket.id"))
    listing_id: Mapped[str] = mapped_column(ForeignKey("catalogue_listing.id"))
    quantity: Mapped[int] = mapped_column()
    basket: Mapped[Basket] = relationship(back_populates="lines")
