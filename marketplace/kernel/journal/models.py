"""The journal's tables: events as they happen, their sequence, the tree's inner nodes, signed checkpoints."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Instant, append_only

# The parts of a key of several columns, joined.
ROW_KEY_LENGTH = 160

# SQLite only numbers rows by itself in a column declared INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Journaled:
    """Mix into a table whose rows are business facts: each insert, change and deletion is then journaled.

    `journal_personal` names columns whose content must be erasable. They leave the digest; those that are `Personal`
    are held to by a salted commitment (`journal/commitments.py`).
    """

    journal_personal: ClassVar[frozenset[str]] = frozenset()

    def journal_extra(self) -> dict[str, Any]:
        """More that the event's leaf should hold, such as a document's own hash."""
        return {}


class Event(Base):
    """One business fact, inserted in the transaction in which it became true."""

    __tablename__ = "journal_event"
    __table_args__ = (
        Index("ix_journal_event_row", "row_id", "id"),
        # SQLite finds what waits in the index of numbers, in order.
        Index(
            "ix_journal_event_unsequenced",
            "id",
            postgresql_where=text("seq IS NULL"),
            info={"only": "postgresql"},
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Instant)
    table_name: Mapped[str] = mapped_column(String(63))
    row_id: Mapped[str] = mapped_column(String(ROW_KEY_LENGTH))
    digest: Mapped[str] = mapped_column(String(64))
    leaf: Mapped[str] = mapped_column(Text)
    seq: Mapped[int | None] = mapped_column(BigInteger, unique=True)


class Node(Base):
    """A complete inner node or leaf hash of the tree: `level` 0 holds leaves (RFC 6962)."""

    __tablename__ = "journal_node"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column()


class Checkpoint(Base):
    """A signed statement of the tree's size and root (C2SP tlog-checkpoint)."""

    __tablename__ = "journal_checkpoint"
    __table_args__ = (CheckConstraint("size > 0", name="size_not_empty"),)

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    root: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)


class Salt(Base):
    """What a row's newest commitment to its personal fields was made with; a later write replaces it for good."""

    __tablename__ = "journal_salt"

    table_name: Mapped[str] = mapped_column(String(63), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(ROW_KEY_LENGTH), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))


_SEQUENCING = (
    "OLD.seq IS NULL AND NEW.seq IS NOT NULL AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.leaf = OLD.leaf"
    " AND NEW.digest = OLD.digest AND NEW.table_name = OLD.table_name AND NEW.row_id = OLD.row_id"
)
append_only(Event.__table__, unless=_SEQUENCING)
append_only(Node.__table__)
append_only(Checkpoint.__table__)
