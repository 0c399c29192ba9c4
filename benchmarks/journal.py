"""What the journal costs: the same transactions with and without it, while `work` sequences and signs what comes."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event

from flask import Flask
from sqlalchemy import event

from marketplace.config import SEQUENCE_EVERY_MS
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal import recorder, sequencer
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import credit, debit, open_book, post

_processes = multiprocessing.get_context("spawn")
UNTIL_IT_WORKS_S = 60
TURNS = 3
"""A machine's speed changes while it is measured."""
Written = tuple[int, float, float]
"""How many transactions, in how many seconds, for how many of the processor."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Transactions a second of one writer, and the processor time that each cost, the sequencer's in it."""

    per_second: float
    cpu_ms: float

    def said(self) -> str:
        """Both, for the table."""
        return f"{self.per_second:.0f}/s, {self.cpu_ms:.2f} ms"


def rates(app: Flask, seconds: float = 3.0) -> tuple[Rate, Rate]:
    """One writer without a journal, and with it while a sequencer runs in a process beside like `work`; in turns."""
    turns = [(_without(app, seconds, turn), _with_it(app, seconds, turn)) for turn in range(TURNS)]
    return _rate([turn[0] for turn in turns]), _rate([turn[1] for turn in turns])


def _without(app: Flask, seconds: float, turn: int) -> Written:
    event.remove(db.session, "after_flush", recorder._after_flush)
    try:
        return _write(app, seconds, f"without-{turn}")
    finally:
        event.listen(db.session, "after_flush", recorder._after_flush)


def _with_it(app: Flask, seconds: float, turn: int) -> Written:
    with _sequencer() as seconds_beside:
        done, took, cpu = _write(app, seconds, f"with-{turn}")
    return done, took, cpu + seconds_beside[0]


def _rate(turns: Sequence[Written]) -> Rate:
    done, took, cpu = (sum(part) for part in zip(*turns, strict=True))
    return Rate(done / took, 1000 * cpu / done)


@contextmanager
def _sequencer() -> Iterator[list[float]]:
    """A sequencer in a process of its own; after the block, the processor seconds it took."""
    ready, stop = _processes.Event(), _processes.Event()
    answer, tell = _processes.Pipe(duplex=False)
    beside = _processes.Process(target=_sequence, args=(ready, stop, tell))
    beside.start()
    assert ready.wait(UNTIL_IT_WORKS_S), "the sequencer did not start"
    cpu: list[float] = []
    try:
        yield cpu
    finally:
        stop.set()
        cpu.append(answer.recv())
        beside.join()


def _write(app: Flask, seconds: float, name: str) -> Written:
    with app.app_context():
        book_id = open_book(f"bench-{name}").id
        db.session.commit()
        start, busy, done = time.monotonic(), time.process_time(), 0
        while time.monotonic() < start + seconds:
            book = db.session.get_one(Book, book_id)
            sum_ = Money(100, "IDR")
            post(book, f"{name}-{done}", [debit("cash", sum_), credit("sales:labour", sum_)], on=clock.today())
            db.session.commit()
            done += 1
        return done, time.monotonic() - start, time.process_time() - busy


def _sequence(ready: Event, stop: Event, tell: object) -> None:
    from marketplace.app import create_app

    app = create_app()
    with app.app_context():
        sequencer.sequence()  # what was there before is not measured
    ready.set()
    busy = time.process_time()
    while not stop.wait(SEQUENCE_EVERY_MS / 1000):
        with app.app_context():
            sequencer.sequence()
            db.session.remove()
    tell.send(time.process_time() - busy)  # type: ignore[attr-defined]
