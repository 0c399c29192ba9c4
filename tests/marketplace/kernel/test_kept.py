"""Kept for a moment in the process, never past a change that this process makes, never what is not committed."""

import time

import pytest
from flask import Flask

from marketplace.kernel import kept
from marketplace.kernel.db import db
from marketplace.ledger.models import Account, Book


@pytest.fixture
def engine() -> str:
    return "sqlite"


def ask() -> int:
    return kept.a_moment("books", ["ledger_book"], lambda: db.session.query(Book).count())


def test_an_answer_lasts_a_moment(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with app.app_context():
        answers = iter(range(9))

        def next_one() -> int:
            return kept.a_moment("answer", ["ledger_book"], lambda: next(answers))

        assert (next_one(), next_one()) == (0, 0)
        db.session.rollback()
        assert next_one() == 0
        now += 5
        assert (next_one(), next_one()) == (1, 1)
        kept.forget()
        assert next_one() == 2


def test_a_change_is_known_at_once_where_it_is_made(app: Flask) -> None:
    with app.app_context():
        before = ask()
        db.session.add(Book(id="B-1", name="one"))
        db.session.flush()
        assert ask() == before + 1
        db.session.rollback()
        assert ask() == before  # what was taken back was never kept

        db.session.add(Book(id="B-2", name="two"))
        db.session.commit()
        assert ask() == before + 1


def test_another_table_s_change_leaves_it(app: Flask) -> None:
    with app.app_context():
        db.session.add(Book(id="B-1", name="one"))
        db.session.commit()
        before = ask()
        db.session.execute(db.insert(Book.__table__), {"id": "B-2", "name": "unseen"})
        db.session.add(Account(id="A-1", book_id="B-1", code="cash"))
        db.session.commit()

        assert ask() == before


def test_what_was_read_before_a_change_is_not_kept_after_it(app: Flask) -> None:
    with app.app_context():

        def slow() -> int:
            kept.forget()  # another thread's change, between the question and its answer
            return 1

        assert kept.a_moment("slow", ["ledger_book"], slow) == 1
        assert kept.a_moment("slow", ["ledger_book"], lambda: 2) == 2
        with pytest.raises(ZeroDivisionError):
            kept.a_moment("refused", ["ledger_book"], lambda: 1 // 0)
        assert kept.a_moment("refused", ["ledger_book"], lambda: 7) == 7
