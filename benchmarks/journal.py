"""What the journal costs: the same transactions with and without it, sequenced and signed as they come."""

import threading
import time

from flask import Flask
from sqlalchemy import event

from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal import recorder, sequencer
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import credit, debit, open_book, post


def rates(app: Flask, seconds: float = 4.0) -> tuple[float, float]:
    """Transactions a second of one writer without a journal, and with it while a sequencer runs beside."""
    without = _rate(app, seconds, journaled=False)
    return without, _rate(app, seconds, journaled=True)


def _rate(app: Flask, seconds: float, *, journaled: bool) -> float:
    stop = threading.Event()
    beside = threading.Thread(target=_sequence, args=(app, stop))
    if journaled:
        beside.start()
    else:
        event.remove(db.session, "after_flush", recorder._after_flush)
    try:
        return _write(app, seconds, "with" if journaled else "without")
    finally:
        stop.set()
        if journaled:
            beside.join()
        else:
            event.listen(db.session, "after_flush", recorder._after_flush)


def _write(app: Flask, seconds: float, name: str) -> float:
    with app.app_context():
        book_id = open_book(f"bench-{name}").id
        db.session.commit()
        end, done = time.monotonic() + seconds, 0
        start = time.monotonic()
        while time.monotonic() < end:
            book = db.session.get_one(Book, book_id)
            sum_ = Money(100, "IDR")
            post(book, f"{name}-{done}", [debit("cash", sum_), credit("sales:labour", sum_)], on=clock.today())
            db.session.commit()
            done += 1
        return done / (time.monotonic() - start)


def _sequence(app: Flask, stop: threading.Event) -> None:
    while not stop.is_set():
        with app.app_context():
            sequencer.sequence()
            db.session.remove()
        stop.wait(0.1)
