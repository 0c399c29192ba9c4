"""Listings and their stock. A buyer sees what was true when it was published: rows here are frozen copies."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal


class Listing(Journaled, Base):
    """Something offered for sale under one address and one price."""

    __tablename__ = "catalogue_listing"
    __table_args__ = (CheckConstraint("price_minor > 0", name="price_positive"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(24), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    price_minor: Mapped[int] = mapped_column(BigInteger)
    tax_rate: Mapped[str] = mapped_column(String(12), default="0")
    published_at: Mapped[datetime] = mapped_column(Instant, index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    stocks: Mapped[list["Stock"]] = relationship(back_populates="listing", order_by="Stock.published_at, Stock.id")
    photos: Mapped[list["Photo"]] = relationship(order_by="Photo.ordinal")


class Stock(Journaled, Base):
    """Pieces of one lot under one listing, with the story and split frozen when they were published.

    `lot_id` is opaque here; `lot_code` is its public code. available = listed + returned − reserved − sold.
    """

    __tablename__ = "catalogue_stock"
    __table_args__ = (
        UniqueConstraint("listing_id", "lot_id"),
        CheckConstraint("listed > 0", name="listed_positive"),
        CheckConstraint("reserved >= 0 AND sold >= 0 AND returned >= 0", name="counts_not_negative"),
        CheckConstraint("listed + returned - reserved - sold - withdrawn >= 0", name="available_not_negative"),
    )
    journal_personal = frozenset({"names"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    listing_id: Mapped[str] = mapped_column(ForeignKey("catalogue_listing.id"))
    lot_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    lot_code: Mapped[str] = mapped_column(String(16), unique=True)
    listed: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)
    sold: Mapped[int] = mapped_column(BigInteger, default=0)
    returned: Mapped[int] = mapped_column(BigInteger, default=0)
    withdrawn: Mapped[int] = mapped_column(BigInteger, default=0)
    makers: Mapped[int] = mapped_column(default=0)
    folds_labour: Mapped[bool] = mapped_column(default=False)
    story: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    names: Mapped[str] = mapped_column(Personal(), default="")  # JSON: [id, name] of each maker who agreed to be named
    source_sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(Instant)
    listing: Mapped[Listing] = relationship(back_populates="stocks")
    split: Mapped[list["StockSplit"]] = relationship(order_by="StockSplit.ordinal")

    @property
    def named(self) -> dict[str, str]:
        """The makers who agreed to be named, by their opaque id; apart from the story, so that one can be erased."""
        return dict(json.loads(self.names or "[]"))

    def name_makers(self, named: Mapping[str, str]) -> None:
        """Show these makers by name and no others."""
        self.names = json.dumps(list(named.items()), ensure_ascii=False) if named else ""

    @hybrid_property
    def available(self) -> int:
        """Pieces a buyer can take now; in a statement too."""
        return self.listed + self.returned - self.reserved - self.sold - self.withdrawn

    @property
    def hourly(self) -> list[dict[str, Any]]:
        """The hourly pay published of the crafts behind it; empty for an item of fewer than five makers."""
        return list(self.story.get("hourly") or [])


class StockSplit(Journaled, Base):
    """One row of a piece's price split as frozen at publishing, in the seller's currency."""

    __tablename__ = "catalogue_stock_split"

    stock_id: Mapped[str] = mapped_column(ForeignKey("catalogue_stock.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(16))


class Reservation(Journaled, Base):
    """Pieces held for an order until a visible end; `order_id` is opaque here."""

    __tablename__ = "catalogue_reservation"
    __table_args__ = (
        UniqueConstraint("order_id", "stock_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("state IN ('held', 'sold', 'released')", name="state_known"),
        Index("ix_catalogue_reservation_state", "state", "expires_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    stock_id: Mapped[str] = mapped_column(ForeignKey("catalogue_stock.id"))
    order_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8), default="held")
    expires_at: Mapped[datetime] = mapped_column(Instant)
    stock: Mapped[Stock] = relationship()


class Photo(Journaled, Base):
    """A picture of a listing; a drawn one says so wherever it is shown."""

    __tablename__ = "catalogue_photo"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    listing_id: Mapped[str] = mapped_column(ForeignKey("catalogue_listing.id"), index=True)
    ordinal: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    alternative: Mapped[str] = mapped_column(String(300))
    is_drawn: Mapped[bool] = mapped_column(default=False)


class Profile(Journaled, Base):
    """What a cooperative publishes of itself."""

    __tablename__ = "catalogue_profile"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), primary_key=True)
    summary: Mapped[str] = mapped_column(Text, default="")
    story: Mapped[str] = mapped_column(Text, default="")
    members_count: Mapped[int] = mapped_column(default=0)
    since_year: Mapped[int | None] = mapped_column()
    selvedge: Mapped[list[Any]] = mapped_column(JSON, default=list)
    published_at: Mapped[datetime] = mapped_column(Instant)
    organisation: Mapped[Organisation] = relationship()


class HourlyPay(Journaled, Base):
    """What an hour of one craft earned in a cooperative over twelve months, as published; newer rows take its place.

    Without `people` it only names a craft of fewer than five, of whom no figure may be shown. `benchmarks` are copies
    with source, first and last day.
    """

    __tablename__ = "catalogue_hourly_pay"
    __table_args__ = (
        CheckConstraint(
            "(people IS NULL AND mean_minor IS NULL AND median_minor IS NULL)"
            " OR (people >= 5 AND mean_minor IS NOT NULL AND median_minor IS NOT NULL)",
            name="figures_of_five",
        ),
        Index("ix_catalogue_hourly_pay_newest", "organisation_id", "published_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    craft: Mapped[str] = mapped_column(String(40))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    people: Mapped[int | None] = mapped_column()
    mean_minor: Mapped[int | None] = mapped_column(BigInteger)
    median_minor: Mapped[int | None] = mapped_column(BigInteger)
    benchmarks: Mapped[list[Any]] = mapped_column(JSON, default=list)
    holds_until: Mapped[date] = mapped_column(Date)
    published_at: Mapped[datetime] = mapped_column(Instant)


append_only(HourlyPay.__table__)
