"""On SQLite what a sequencer worked out before its turn came holds, or is worked out anew."""

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.organisations import register_organisation
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.journal.models import Checkpoint, Event

Meanwhile = Callable[[Callable[[], object]], None]


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def house(app: Flask) -> Iterator[Flask]:
    """A house with events that are sequenced and others that wait."""
    with app.app_context():
        register("silk")
        sequencer.sequence()
        register("batik")
        yield app


@pytest.fixture
def meanwhile(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have something done in a session of its own once the next batch is worked out, before it is written."""

    def have_done(what: Callable[[], object]) -> None:
        work_out, waits = sequencer._next_batch, [what]

        def interrupted() -> object:
            batch = work_out()
            if waits:
                elsewhere(house, waits.pop())
            return batch

        monkeypatch.setattr(sequencer, "_next_batch", interrupted)

    return have_done


def elsewhere(app: Flask, what: Callable[[], object]) -> None:
    def run() -> None:
        with app.app_context():
            what()

    thread = Thread(target=run)
    thread.start()
    thread.join()


def register(slug: str) -> None:
    register_organisation(slug=slug, name=slug, currency="THB")
    db.session.commit()


def numbers() -> list[int | None]:
    found = list(db.session.scalars(select(Event.seq).order_by(Event.id)))
    db.session.rollback()  # whoever writes elsewhere need not wait
    return found


def test_an_event_that_came_after_the_look_follows_those_looked_at(house: Flask, meanwhile: Meanwhile):
    waiting = numbers().count(None)
    meanwhile(lambda: register("ikat"))

    done = sequencer.sequence()

    assert done == waiting
    assert numbers().count(None) == waiting  # as many for this house as for the one before
    assert sequencer.sequence() == waiting
    assert numbers() == list(range(3 * waiting))
    assert list(verify.check_journal()) == []


def test_where_another_sequencer_was_faster_the_rest_is_worked_out_anew(house: Flask, meanwhile: Meanwhile):
    waiting = numbers().count(None)

    def sequence_and_register() -> None:
        sequencer.sequence()
        register("ikat")

    meanwhile(sequence_and_register)

    done = sequencer.sequence()

    assert done == waiting
    assert numbers() == list(range(3 * waiting))
    assert len(db.session.scalars(select(Checkpoint)).all()) == 3
    assert list(verify.check_journal()) == []


def test_where_another_sequencer_was_faster_with_all_of_it_nothing_is_left_to_do(house: Flask, meanwhile: Meanwhile):
    meanwhile(sequencer.sequence)

    done = sequencer.sequence()

    assert done == 0
    assert None not in numbers()
    assert list(verify.check_journal()) == []
