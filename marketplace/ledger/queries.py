"""Reading the ledger."""

from collections.abc import Sequence

from sqlalchemy import func, select

from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.models import Account, Book, Entry, Posting


def book_named(name: str) -> Book:
    """The book of that name; NoResultFound where there is none."""
    return db.session.scalars(select(Book).where(Book.name == name)).one()


def balance(book: Book, account: str, currency: str | None = None) -> Money:
    """Debits minus credits of one account in one currency (by default the book's own)."""
    currency = currency or book.currency
    if currency is None:
        raise ValueError("A book of several currencies needs one to be named.")
    total = db.session.scalar(
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.book_id == book.id, Account.code == account, Posting.currency == currency)
    )
    return Money(int(total or 0), currency)


def balances(book: Book) -> list[tuple[str, Money]]:
    """Every account that is not at zero, by code and currency."""
    total = func.sum(Posting.amount_minor)
    rows = db.session.execute(
        select(Account.code, Posting.currency, total)
        .join(Posting, Posting.account_id == Account.id)
        .where(Account.book_id == book.id)
        .group_by(Account.code, Posting.currency)
        .having(total != 0)
        .order_by(Account.code, Posting.currency)
    )
    return [(code, Money(int(minor), currency)) for code, currency, minor in rows]


def entries_of(source: str) -> Sequence[Entry]:
    """The entries that record one fact, in the order in which they were posted."""
    return db.session.scalars(select(Entry).where(Entry.source == source).order_by(Entry.id)).all()


def unbalanced_entries() -> list[str]:
    """The ids of entries that do not sum to zero in some currency: always empty unless someone edited by hand."""
    rows = db.session.scalars(
        select(Posting.entry_id)
        .group_by(Posting.entry_id, Posting.currency)
        .having(func.sum(Posting.amount_minor) != 0)
    )
    return sorted(set(rows))
