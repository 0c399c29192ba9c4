"""Books, accounts, entries and postings. Amounts are whole minor units; a debit is positive, a credit negative."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, after_create, append_only
from marketplace.kernel.journal.models import Journaled


class Book(Journaled, Base):
    """One owner's accounts. A cooperative's book holds its own currency alone; the platform's holds several."""

    __tablename__ = "ledger_book"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    currency: Mapped[str | None] = mapped_column(String(3))


class Account(Journaled, Base):
    """A named place for money within a book, such as `cash` or `inventory:<lot>`."""

    __tablename__ = "ledger_account"
    __table_args__ = (UniqueConstraint("book_id", "code"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    book_id: Mapped[str] = mapped_column(ForeignKey("ledger_book.id"))
    code: Mapped[str] = mapped_column(String(120))


class Entry(Journaled, Base):
    """What happened at once in one book. `source` names the fact it records; `reverses_id` the entry it undoes."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("reverses_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    book_id: Mapped[str] = mapped_column(ForeignKey("ledger_book.id"), index=True)
    source: Mapped[str] = mapped_column(String(80), index=True)
    on: Mapped[date] = mapped_column(Date)
    posted_at: Mapped[datetime] = mapped_column(Instant)
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.id"))
    postings: Mapped[list["Posting"]] = relationship(order_by="Posting.ordinal", lazy="selectin")


class Posting(Journaled, Base):
    """One side of an entry: an amount on an account."""

    __tablename__ = "ledger_posting"
    __table_args__ = (CheckConstraint("amount_minor <> 0", name="amount_not_zero"),)

    entry_id: Mapped[str] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[str] = mapped_column(ForeignKey("ledger_account.id"), index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


ZERO_SUM_SQL = [
    """CREATE OR REPLACE FUNCTION ledger_entry_zero_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_posting WHERE entry_id = NEW.entry_id
             GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'entry % does not sum to zero', NEW.entry_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$""",
    "CREATE CONSTRAINT TRIGGER ledger_posting_zero_sum AFTER INSERT ON ledger_posting"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_zero_sum()",
]

for _model in (Book, Account, Entry, Posting):
    append_only(_model.__table__)
for _statement in ZERO_SUM_SQL:
    after_create(Posting.__table__, _statement, "postgresql")
