"""Asked once in a transaction, and never kept longer."""

import pytest
from flask import Flask

from marketplace.kernel import memo
from marketplace.kernel.db import db


@pytest.fixture
def engine() -> str:
    return "sqlite"


def test_an_answer_lasts_as_long_as_its_transaction(app: Flask) -> None:
    with app.app_context():
        answers = iter(range(9))

        def ask() -> int:
            return memo.once("answer", lambda: next(answers))

        assert (ask(), ask()) == (0, 0)
        db.session.execute(db.text("SELECT 1"))
        db.session.commit()
        assert ask() == 1
        db.session.execute(db.text("SELECT 1"))
        db.session.rollback()
        assert (ask(), ask()) == (2, 2)
        memo.forget()
        assert ask() == 3


def test_a_refusal_is_asked_again(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            memo.once("answer", lambda: 1 // 0)

        assert memo.once("answer", lambda: 7) == 7
