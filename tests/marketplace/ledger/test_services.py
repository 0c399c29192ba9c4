import contextlib
from datetime import date

import pytest
from flask import Flask, current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger import accounts as accounts_by_heart
from marketplace.ledger import queries
from marketplace.ledger.accounts import Chart
from marketplace.ledger.models import Book, Posting
from marketplace.ledger.services import (
    AlreadyReversed,
    Draft,
    Unbalanced,
    credit,
    debit,
    open_book,
    post,
    post_all,
    reverse,
)
from tests.queries import count_queries

BAHT = "THB"
DAY = date(2026, 3, 1)

accounts = st.sampled_from(["cash", "capital", "bank", "stock"])


@pytest.fixture
def book(app: Flask):
    with app.app_context():
        yield open_book("silk", BAHT)


def test_an_entry_moves_money_between_accounts(book: Book):
    post(book, "E01", [debit("cash", Money(500, BAHT)), credit("capital", Money(500, BAHT))], on=date(2026, 3, 1))

    assert queries.balances(book) == [("capital", Money(-500, BAHT)), ("cash", Money(500, BAHT))]
    assert queries.balance(book, "cash") == Money(500, BAHT)


def test_entries_of_several_books_are_posted_at_once(book: Book):
    other = open_book("platform")
    first = [debit("cash", Money(500, BAHT)), credit("capital", Money(500, BAHT)), debit("bank", Money(0, BAHT))]
    second = [debit("cash", Money(7, "USD")), credit("owed", Money(7, "USD"))]
    empty = [debit("cash", Money(0, BAHT))]

    with count_queries(current_app) as statements:
        post_all(
            [Draft(book.id, "E01", first, DAY), Draft(other.id, "E02", second, DAY), Draft(book.id, "E03", empty, DAY)]
        )
    post_all([Draft(book.id, "E04", first, DAY)])

    assert sum(statement.startswith("INSERT INTO ledger_entry") for statement in statements) == 1
    assert sum(statement.startswith("INSERT INTO ledger_posting") for statement in statements) == 1
    assert queries.balances(book) == [("capital", Money(-1000, BAHT)), ("cash", Money(1000, BAHT))]
    assert queries.balances(other) == [("cash", Money(7, "USD")), ("owed", Money(-7, "USD"))]
    assert [len(entry.postings) for entry in queries.entries_of("E01")] == [2]
    assert queries.entries_of("E03") == []


def test_of_entries_posted_at_once_none_is_written_where_one_is_refused(book: Book):
    good = [debit("cash", Money(500, BAHT)), credit("capital", Money(500, BAHT))]
    for bad in ([debit("cash", Money(1, BAHT))], [debit("cash", Money(5, "USD")), credit("capital", Money(5, "USD"))]):
        with pytest.raises(Unbalanced):
            post_all([Draft(book.id, "E01", good, DAY), Draft(book.id, "E02", bad, DAY)])

    assert queries.entries_of("E01") == []


def test_what_another_thread_forgets_while_accounts_are_looked_up_is_no_failure(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = accounts_by_heart._kept.setdefault(db.engine, Chart())
    sides = [debit("cash", Money(5, BAHT)), credit("capital", Money(5, BAHT))]

    class Forgetful(dict[str, str | None]):
        def __contains__(self, book_id: object) -> bool:
            is_known = super().__contains__(book_id)
            kept.forget()  # a transaction of another thread is rolled back at this very moment
            return is_known

    post_all([Draft(book.id, "E01", sides, DAY)])
    db.session.commit()
    monkeypatch.setattr(kept, "currencies", Forgetful(kept.currencies))
    post_all([Draft(book.id, "E02", sides, DAY)])

    assert queries.balance(book, "cash") == Money(10, BAHT)


def test_accounts_are_known_by_heart_once_committed_and_never_what_was_taken_back(book: Book):
    book_id = book.id

    def asked(source: str) -> int:
        with count_queries(current_app) as statements:
            post_all([Draft(book_id, source, [debit("cash", Money(5, BAHT)), credit("capital", Money(5, BAHT))], DAY)])
        return sum("ledger_book" in each or "ledger_account" in each for each in statements)

    db.session.commit()
    assert asked("E01") > 0
    db.session.rollback()
    assert asked("E02") > 0  # what was made is gone with the first
    db.session.commit()

    assert asked("E03") == 0
    with contextlib.suppress(ZeroDivisionError), db.session.begin_nested():
        post_all([Draft(book_id, "E04", [debit("till", Money(5, BAHT)), credit("cash", Money(5, BAHT))], DAY)])
        raise ZeroDivisionError
    post_all([Draft(book_id, "E05", [debit("till", Money(7, BAHT)), credit("cash", Money(7, BAHT))], DAY)])
    db.session.commit()

    assert queries.balance(book, "till") == Money(7, BAHT)


def test_an_entry_that_does_not_sum_to_zero_is_refused(book: Book):
    with pytest.raises(Unbalanced):
        post(book, "E01", [debit("cash", Money(500, BAHT)), credit("capital", Money(499, BAHT))])


def test_a_foreign_currency_is_refused_in_a_cooperatives_book(book: Book):
    with pytest.raises(Unbalanced):
        post(book, "E01", [debit("cash", Money(5, "USD")), credit("capital", Money(5, "USD"))])


def test_each_currency_of_an_entry_sums_to_zero_by_itself(app: Flask):
    with app.app_context():
        platform = open_book("platform")
        sides = [debit("fx", Money(5, "USD")), credit("fx", Money(5, BAHT))]

        with pytest.raises(Unbalanced):
            post(platform, "E38", sides)


def test_an_entry_of_nothing_is_not_written(book: Book):
    assert post(book, "E01", [debit("cash", Money(0, BAHT)), credit("capital", Money(0, BAHT))]) is None


def test_a_reversal_mirrors_to_the_unit_and_happens_once(book: Book):
    entry = post(book, "E01", [debit("cash", Money(500, BAHT)), credit("capital", Money(500, BAHT))])
    assert entry is not None

    undone = reverse(entry, "E02")

    assert undone.reverses_id == entry.id
    assert queries.balances(book) == []
    with pytest.raises(AlreadyReversed):
        reverse(entry, "E03")


@pytest.mark.parametrize("statement", ["UPDATE ledger_posting SET amount_minor = 1", "DELETE FROM ledger_posting"])
def test_the_database_refuses_to_change_a_posting(book: Book, statement: str):
    post(book, "E01", [debit("cash", Money(500, BAHT)), credit("capital", Money(500, BAHT))])
    db.session.commit()

    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))


def test_postgresql_itself_refuses_half_an_entry(book: Book, engine: str):
    if engine != "postgresql":
        pytest.skip("SQLite has no deferred triggers; verify finds it there")
    entry = post(book, "E01", [debit("cash", Money(500, BAHT)), credit("capital", Money(500, BAHT))])
    assert entry is not None
    db.session.commit()
    account = db.session.scalars(select(Posting.account_id)).first()
    db.session.add(Posting(entry_id=entry.id, ordinal=9, account_id=account, currency=BAHT, amount_minor=1))

    with pytest.raises(IntegrityError, match="does not sum to zero"):
        db.session.commit()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(-(10**12), 10**12)), max_size=8)
)
def test_a_book_always_sums_to_zero(book: Book, moves: list[tuple[str, str, int]]):
    for one, other, minor in moves:
        post(book, "any", [debit(one, Money(minor, BAHT)), credit(other, Money(minor, BAHT))])

    assert sum(amount.minor for _code, amount in queries.balances(book)) == 0
    assert queries.unbalanced_entries() == []
