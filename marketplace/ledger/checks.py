"""What `lumbung verify` asks of the ledger."""

from collections.abc import Iterator

from sqlalchemy import select

from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.ledger.models import Account, Book, Entry, Posting
from marketplace.ledger.queries import unbalanced_entries


def check() -> Iterator[Broken]:
    """Every entry sums to zero, and a book with a currency holds no other, nor another book's accounts."""
    for entry_id in unbalanced_entries():
        yield Broken("zero sum", "ledger_entry", entry_id, "does not sum to zero")
    strangers = (
        select(Posting.entry_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .join(Book, Book.id == Entry.book_id)
        .where((Account.book_id != Entry.book_id) | (Book.currency.is_not(None) & (Posting.currency != Book.currency)))
    )
    for entry_id in db.session.scalars(strangers):
        yield Broken("one book", "ledger_entry", entry_id, "touches another book or a foreign currency")
