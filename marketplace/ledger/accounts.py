"""Where money lies: the ids of accounts by book and code, and the currencies of books, which never change once made.

So what a committed transaction found or made is kept in the process for the next. What was rolled back never gets
there, and a transaction that posted and failed has everything asked anew.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, and_, event, select
from sqlalchemy.orm import Session

from marketplace.config import LEDGER_ACCOUNTS_KEPT_MAX
from marketplace.kernel import ids
from marketplace.kernel.db import db
from marketplace.kernel.journal.recorder import insert_new
from marketplace.kernel.plain import run
from marketplace.kernel.statements import among
from marketplace.ledger.models import Account, Book

Place = tuple[str, str]
"""The id of a book, and the code of an account in it."""

_LEARNED = "ledger_accounts"


class Chart:
    """What is known of books and accounts."""

    def __init__(self) -> None:
        self.currencies: dict[str, str | None] = {}
        self.accounts: dict[Place, str] = {}

    def misses(self, places: Iterable[Place]) -> list[Place]:
        """Those of the places that are not known, or whose book is not."""
        return [place for place in places if place not in self.accounts or place[0] not in self.currencies]

    def learn(self, other: "Chart") -> None:
        """Know also what another knows; what is too much to keep is forgotten first."""
        if len(self.accounts) + len(other.accounts) > LEDGER_ACCOUNTS_KEPT_MAX:
            self.forget()
        self.currencies |= other.currencies
        self.accounts |= other.accounts

    def forget(self) -> None:
        """Know nothing any more."""
        self.currencies, self.accounts = {}, {}


_kept: WeakKeyDictionary[Engine, Chart] = WeakKeyDictionary()


def chart_of(places: Sequence[Place]) -> Chart:
    """What is known of these places, read or made now where it was not.

    Somebody else may open the same account at this moment: whoever comes second waits and takes the first one's.
    """
    learned: Chart = db.session().info.setdefault(_LEARNED, Chart())
    kept = _kept.setdefault(db.engine, Chart())
    accounts, currencies = kept.accounts, kept.currencies  # another thread may have all forgotten while we look
    for book_id, code in places:
        if (book_id, code) in accounts and book_id in currencies:
            learned.accounts[book_id, code] = accounts[book_id, code]
            learned.currencies[book_id] = currencies[book_id]
    missing = sorted(learned.misses(places))
    if missing:
        if len(missing) > 1 or missing[0][0] not in learned.currencies:  # one in a known book is a new one, as a rule
            _read(missing, learned)
        wanted = sorted(learned.misses(missing))
        rows = [{"id": ids.new_id(), "book_id": book_id, "code": code} for book_id, code in wanted]
        learned.accounts |= {(row["book_id"], row["code"]): row["id"] for row in rows if insert_new(Account, row)}
        if learned.misses(missing):
            _read(missing, learned)
    return learned


def _read(places: Sequence[Place], chart: Chart) -> None:
    """Learn which of the accounts exist, and the currencies of their books, in one question."""
    db.session.flush()  # a statement past the session sees nothing that waits in it
    books, codes = {book_id for book_id, _code in places}, {code for _book_id, code in places}
    for book_id, currency, code, account_id in run(_asked(), {"books": list(books), "codes": list(codes)}):
        chart.currencies[book_id] = currency
        if account_id:
            chart.accounts[book_id, code] = account_id


@cache
def _asked() -> Select[Any]:
    book, account = Book.__table__, Account.__table__
    wanted = and_(account.c.book_id == book.c.id, among(account.c.code, "codes"))
    query = select(book.c.id, book.c.currency, account.c.code, account.c.id)
    return query.select_from(book.outerjoin(account, wanted)).where(among(book.c.id, "books"))


def forget() -> None:
    """Ask everything anew: the database behind an engine is another."""
    for chart in list(_kept.values()):
        chart.forget()


@event.listens_for(db.session, "after_commit")
def _on_commit(session: Session) -> None:
    if _LEARNED in session.info and not session.in_nested_transaction():
        _kept.setdefault(db.engine, Chart()).learn(session.info.pop(_LEARNED))


@event.listens_for(db.session, "after_soft_rollback")
def _on_rollback(session: Session, _previous: object) -> None:
    if session.info.pop(_LEARNED, None) is not None:
        _kept.setdefault(db.engine, Chart()).forget()
