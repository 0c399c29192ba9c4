"""The only writer of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, LumbungError
from marketplace.kernel.journal.recorder import insert_rows
from marketplace.kernel.money import Money
from marketplace.ledger.accounts import chart_of
from marketplace.ledger.models import Book, Entry, Posting


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


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be: what happened at once in one book."""

    book_id: str
    source: str
    sides: Iterable[Side]
    on: date


@dataclass(frozen=True, slots=True)
class Prepared:
    """Entries that nothing more can refuse, with their postings, as the rows that `record` writes."""

    entries: list[dict[str, Any]]
    postings: list[dict[str, Any]]


def post_all(drafts: Iterable[Draft]) -> None:
    """Record several entries at once, as `post` records one: what it refuses is refused, and nothing is written."""
    record(prepare(drafts))


def prepare(drafts: Iterable[Draft]) -> Prepared:
    """The entries to be; their accounts are found, or opened, all at once. Refuses what `post` refuses."""
    kept = [(draft, [side for side in draft.sides if side.amount]) for draft in drafts]
    kept = [(draft, sides) for draft, sides in kept if sides]
    places = dict.fromkeys((draft.book_id, side.account) for draft, sides in kept for side in sides)
    chart = chart_of(list(places))
    prepared, moment = Prepared([], []), clock.now()
    for draft, sides in kept:
        _refuse_unbalanced(chart.currencies[draft.book_id], sides)
        entry_id = ids.new_id()
        head = {"id": entry_id, "book_id": draft.book_id, "source": draft.source, "on": draft.on, "posted_at": moment}
        prepared.entries.append(head)
        prepared.postings.extend(
            {
                "entry_id": entry_id,
                "ordinal": ordinal,
                "account_id": chart.accounts[draft.book_id, side.account],
                "currency": side.amount.currency,
                "amount_minor": side.amount.minor,
            }
            for ordinal, side in enumerate(sides)
        )
    return prepared


def record(prepared: Prepared) -> None:
    """Write prepared entries in the transaction that prepared them: one statement for all of them, one for postings."""
    insert_rows(Entry, prepared.entries)
    insert_rows(Posting, prepared.postings)


def post(book: Book, source: str, sides: Iterable[Side], *, on: date | None = None) -> Entry | None:
    """Record what happened; sides of zero are left out, and an entry of nothing is not written (None).

    Refuses an entry that does not sum to zero per currency, and a foreign currency in a cooperative's book.
    """
    kept = [side for side in sides if side.amount]
    if not kept:
        return None
    _refuse_unbalanced(book.currency, kept)
    accounts = chart_of(list(dict.fromkeys((book.id, side.account) for side in kept))).accounts
    return _write(book, source, [(accounts[book.id, s.account], s.amount) for s in kept], on or clock.today(), None)


def reverse(entry: Entry, source: str, *, on: date | None = None) -> Entry:
    """Undo an entry by a second one that mirrors it to the unit and names it; once only."""
    if db.session.scalar(select(Entry.id).where(Entry.reverses_id == entry.id)):
        raise AlreadyReversed
    book = db.session.get_one(Book, entry.book_id)
    mirrored = [(p.account_id, Money(-p.amount_minor, p.currency)) for p in entry.postings]
    return _write(book, source, mirrored, on or clock.today(), entry.id)


def _refuse_unbalanced(only: str | None, sides: list[Side]) -> None:
    """Refuse sides that do not sum to zero per currency, and any but the one currency of a cooperative's book."""
    sums: dict[str, int] = {}
    for side in sides:
        sums[side.amount.currency] = sums.get(side.amount.currency, 0) + side.amount.minor
    if any(sums.values()) or (only and set(sums) != {only}):
        raise Unbalanced


def _write(book: Book, source: str, sides: list[tuple[str, Money]], on: date, reverses_id: str | None) -> Entry:
    entry = Entry(book_id=book.id, source=source, on=on, posted_at=clock.now(), reverses_id=reverses_id)
    entry.postings = [
        Posting(ordinal=i, account_id=account_id, currency=amount.currency, amount_minor=amount.minor)
        for i, (account_id, amount) in enumerate(sides)
    ]
    db.session.add(entry)
    db.session.flush()
    return entry
