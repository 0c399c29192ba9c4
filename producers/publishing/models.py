"""What was published of a lot, as it was; the unfolded split and the floor stay inside the cooperative."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.catalogue.models import Stock
from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from producers.lots.models import Lot


class Publication(Journaled, Base):
    """One lot put on sale: price and floor of a piece, who did it, and the hash of all it was worked out from."""

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint("price_minor >= floor_minor", name="price_not_below_floor"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("lot.id"), unique=True)
    stock_id: Mapped[str] = mapped_column(ForeignKey("catalogue_stock.id"), unique=True)
    quantity: Mapped[int] = mapped_column(BigInteger)
    price_minor: Mapped[int] = mapped_column(BigInteger)
    floor_minor: Mapped[int] = mapped_column(BigInteger)
    source_sha256: Mapped[str] = mapped_column(String(64))
    published_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    published_at: Mapped[datetime] = mapped_column(Instant)
    lot: Mapped[Lot] = relationship()
    stock: Mapped[Stock] = relationship()
    split: Mapped[list["PublicationSplit"]] = relationship(order_by="PublicationSplit.ordinal", lazy="selectin")


class PublicationSplit(Journaled, Base):
    """One row of a piece's split by purpose and source, as worked out at publishing."""

    __tablename__ = "publication_split"

    publication_id: Mapped[str] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[str] = mapped_column(String(ID_LENGTH), default="")
    amount_minor: Mapped[int] = mapped_column(BigInteger)


append_only(Publication.__table__)
append_only(PublicationSplit.__table__)
