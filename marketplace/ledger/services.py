"""The only writer of the ledger."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, LumbungError
from marketplace.kernel.money import Money
from marketplace.ledger.models import Account, Book, Entry, Posting

_KNOWN = "ledger_accounts"


class Unbalanced(LumbungError):
    """An entry's amounts do not sum to zero in one of its currencies: a mistake of the caller."""

    code = "entry_unbalanced"
    status = 500
    message = _l("An entry does not sum to zero. Nothing was saved; the operator has been told.")


class AlreadyReversed(Conflict):
    """An entry is reversed at most once."""

    code = "entry_already_reversed"
    message = _l("This has already been taken back.")


@dataclass(frozen=True, slots=True)
class Side:
    """One posting to be: an account's code and a signed amount, debit positive."""

    account: str
    amount: Money


def debit(account: str, amount: Money) -> Side:
    """The amount on the debit side of an account."""
    return Side(account, amount)


def credit(account: str, amount: Money) -> Side:
    """The amount on the credit side of an account."""
    return Side(account, -amount)


def open_book(name: str, currency: str | None = None) -> Book:
    """A new book; with a currency it refuses every other."""
    book = Book(name=name, currency=currency)
    db.session.add(book)
    db.session.flush()
    return book


def post(book: Book, source: str, sides: Iterable[Side], *, on: date | None = None) -> Entry | None:
    """Record what happened; sides of zero are left out, and an entry of nothing is not written (None).

    Refuses an entry that does not sum to zero per currency, and a foreign currency in a cooperative's book.
    """
    kept = [side for side in sides if side.amount]
    if not kept:
        return None
    _refuse_unbalanced(book, kept)
    accounts = _account_ids(book, dict.fromkeys(side.account for side in kept))
    return _write(book, source, [(accounts[s.account], s.amount) for s in kept], on or clock.today(), None)


def reverse(entry: Entry, source: str, *, on: date | None = None) -> Entry:
    """Undo an entry by a second one that mirrors it to the unit and names it; once only."""
    if db.session.scalar(select(Entry.id).where(Entry.reverses_id == entry.id)):
        raise AlreadyReversed
    book = db.session.get_one(Book, entry.book_id)
    mirrored = [(p.account_id, Money(-p.amount_minor, p.currency)) for p in entry.postings]
    return _write(book, source, mirrored, on or clock.today(), entry.id)


def _refuse_unbalanced(book: Book, sides: list[Side]) -> None:
    sums: dict[str, int] = {}
    for side in sides:
        sums[side.amount.currency] = sums.get(side.amount.currency, 0) + side.amount.minor
    if any(sums.values()) or (book.currency and set(sums) != {book.currency}):
        raise Unbalanced


def _account_ids(book: Book, codes: Collection[str]) -> dict[str, str]:
    """The accounts' ids, made where there are none, in one question.

    Known ones are remembered for as long as the session's transactions succeed.
    """
    known: dict[tuple[str, str], str] = db.session().info.setdefault(_KNOWN, {})
    missing = [code for code in codes if (book.id, code) not in known]
    if missing:
        query = select(Account.code, Account.id).where(Account.book_id == book.id, Account.code.in_(missing))
        known |= {(book.id, code): account_id for code, account_id in db.session.execute(query)}
    made = [Account(id=ids.new_id(), book_id=book.id, code=code) for code in missing if (book.id, code) not in known]
    if made:
        db.session.add_all(made)
        db.session.flush()
        known |= {(book.id, account.code): account.id for account in made}
    return {code: known[book.id, code] for code in codes}


@event.listens_for(db.session, "after_soft_rollback")
def _forget_accounts(session: Session, _previous: object) -> None:
    session.info.pop(_KNOWN, None)


def _write(book: Book, source: str, sides: list[tuple[str, Money]], on: date, reverses_id: str | None) -> Entry:
    entry = Entry(book_id=book.id, source=source, on=on, posted_at=clock.now(), reverses_id=reverses_id)
    entry.postings = [
        Posting(ordinal=i, account_id=account_id, currency=amount.currency, amount_minor=amount.minor)
        for i, (account_id, amount) in enumerate(sides)
    ]
    db.session.add(entry)
    db.session.flush()
    return entry
