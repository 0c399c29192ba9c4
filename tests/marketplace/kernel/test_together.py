"""What goes to the database together arrives whole or is refused whole, on both engines alike."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError

from marketplace.config import STATEMENTS_TOGETHER_MAX
from marketplace.kernel.db import db
from marketplace.kernel.journal.recorder import insert_rows
from marketplace.kernel.outbox import Delivery
from marketplace.kernel.plain import write
from marketplace.kernel.together import together
from marketplace.ledger.models import Account, Book


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def books() -> int:
    return db.session.query(Book).filter(Book.name.like("together %")).count()


def test_what_is_sent_together_is_there_and_counted() -> None:
    with together():
        insert_rows(Book, [{"id": f"T-{each}", "name": f"together {each}", "currency": None} for each in range(3)])
        insert_rows(Account, [{"id": "A-1", "book_id": "T-1", "code": "cash"}])
        sent = write(delete(Delivery).where(Delivery.id == "nothing"))

    assert sent.rowcount == 0
    assert write(text("UPDATE ledger_account SET code = code WHERE id = 'none'")).rowcount == 0
    assert books() == 3
    db.session.commit()
    db.session.rollback()
    assert books() == 3


def test_what_is_refused_is_told_and_leaves_nothing() -> None:
    def send() -> None:
        with together():
            insert_rows(Book, [{"id": "T-1", "name": "together 1", "currency": None}])
            insert_rows(Account, [{"id": "A-1", "book_id": "nowhere", "code": "cash"}])
            insert_rows(Account, [{"id": "A-2", "book_id": "T-1", "code": "cash"}])

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        send()
    db.session.rollback()

    assert books() == 0
    insert_rows(Book, [{"id": "T-2", "name": "together 2", "currency": None}])
    db.session.commit()
    assert books() == 1


def test_what_is_refused_at_the_commit_is_told_there() -> None:
    insert_rows(Book, [{"id": "T-1", "name": "together 1", "currency": None}])
    waiting = db.session().info["journal_waiting"]
    waiting.append((*waiting[0][:2], None, "", ""))  # an event that no table takes

    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.remove()  # given back without a word

    assert books() == 0
    insert_rows(Book, [{"id": "T-1", "name": "together 1", "currency": None}])
    db.session.commit()
    assert books() == 1


def test_a_first_statement_that_is_refused_leaves_the_next_transaction_alone() -> None:
    db.session.rollback()
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        insert_rows(Account, [{"id": "A-1", "book_id": "nowhere", "code": "cash"}])
    db.session.rollback()

    assert books() == 0
    db.session.rollback()
    insert_rows(Book, [{"id": "T-1", "name": "together 1", "currency": None}])
    assert books() == 1
    db.session.rollback()
    assert books() == 0


def test_more_than_is_held_back_goes_there_too() -> None:
    many = STATEMENTS_TOGETHER_MAX + 5

    with together():
        for each in range(many):
            insert_rows(Book, [{"id": f"T-{each}", "name": f"together {each}", "currency": None}])

    assert books() == many
