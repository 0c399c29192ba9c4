"""A hundred buyers for the last pieces: exactly as many sold as there were, all others told so, no error for anybody.

Time is taken from the press to the answer. Other work on the machine only ever adds to it: the rounds of a test are
held to LOSERS_S_MAX by the best of them, stretched by as much as a processor's second lasts longer than a second now.
"""

import os
import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from marketplace.catalogue.models import Stock
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from orders.checkout.models import Order, OrderLine
from orders.payments.models import PaymentIntent
from tests.crowds.far import Far
from tests.crowds.scene import BUYERS, Answer, Scene, rush
from tests.orders.books import assert_sound

ALL = os.environ.get("LUMBUNG_TEST_ALL") == "1"
ROUNDS = 20 if ALL else 3
SIZES = (1, 3, 10)
LOSERS_S_MAX = 3.0
# Far from the database it is the ways there and back that take the time: they are counted by default, timed with the
# rare tests. A winner's are told by her time, since some of what she sends goes together.
LOSERS_WAYS_MAX = 6
WINNERS_WAYS_MAX = 12
# Every thread opens its connection; what else a process does once lies behind it READY_S after its start. Measured 2.6
# to 3.0 s on a slow day, 6.5 to 7.2 where each thread did all of it.
READY_S = 2.0
FIRST_LOSERS_S_MAX = 5.0
SPIN_S = 0.2
THERE_AND_BACK_S = 0.1


def judged(scene: Scene, answers: list[Answer], listings: list[str], winners: int) -> float:
    """Exactly `winners` orders and payment pages; all paid, the shelf is empty. The last loser's time, eased."""
    won = [answer for answer in answers if answer.status == 303]
    lost = [answer.seconds for answer in answers if answer.status == 409]
    assert Counter(answer.status for answer in answers) == {303: winners, 409: len(answers) - winners}
    pages = {answer.session_id for answer in won}
    live = {key for key, session in scene.double.sessions.items() if session["status"] == "open"}
    assert len(pages) == winners
    assert live == pages
    assert [scene.pay(page) for page in pages] == [200] * winners
    db.session.rollback()
    in_stock = select(Stock).where(Stock.listing_id.in_(listings))
    stocks = db.session.scalars(in_stock.execution_options(populate_existing=True)).all()
    assert [(stock.available, stock.reserved, stock.sold) for stock in stocks] == [(0, 0, it.listed) for it in stocks]
    orders = select(Order.id).join(OrderLine).where(OrderLine.stock_id.in_([stock.id for stock in stocks])).distinct()
    assert len(db.session.scalars(orders).all()) == winners
    intents = select(func.count()).select_from(PaymentIntent).where(PaymentIntent.order_id.in_(orders))
    assert db.session.scalar(intents) == winners
    return max(lost) / strain()


def strain() -> float:
    """How many seconds a second of the processor takes here and now: one on a machine that does nothing else."""
    began, worked = time.monotonic(), time.thread_time()
    while time.thread_time() - worked < SPIN_S:
        pass
    return max(1.0, (time.monotonic() - began) / SPIN_S)


def sound() -> None:
    assert_sound()
    assert list(run_all()) == []
    assert db.session.scalar(select(func.count()).select_from(PaymentIntent).where(PaymentIntent.state == "open")) == 0


@pytest.fixture(params=["scene", "small_scene"])
def either(request: pytest.FixtureRequest) -> Scene:
    """The shop on PostgreSQL, then the one on SQLite with two web workers."""
    scene: Scene = request.getfixturevalue(request.param)
    return scene


def test_the_last_pieces(either: Scene) -> None:
    scene, slowest = either, []

    for pieces in SIZES * ROUNDS:
        listing = scene.last_pieces(pieces)
        answers = rush(scene.crowd([{listing: 1}] * BUYERS))
        slowest.append(judged(scene, answers, [listing], pieces))

    assert min(slowest) <= LOSERS_S_MAX, slowest
    sound()


def test_two_things_in_opposite_order(either: Scene) -> None:
    scene, slowest = either, []

    for _round in range(ROUNDS):
        one, other = scene.last_pieces(3), scene.last_pieces(3)
        answers = rush(scene.crowd([{one: 1, other: 1}, {other: 1, one: 1}] * (BUYERS // 2)))
        slowest.append(judged(scene, answers, [one, other], 3))

    assert min(slowest) <= LOSERS_S_MAX, slowest


def test_the_same_thing_twice_from_two_lots(either: Scene) -> None:
    scene, slowest = either, []

    for _round in range(ROUNDS):
        listing = scene.last_pieces(5, 5)
        answers = rush(scene.crowd([{listing: 2}] * BUYERS))
        slowest.append(judged(scene, answers, [listing], 5))

    assert min(slowest) <= LOSERS_S_MAX, slowest


def test_far_from_the_database(scene: Scene, far: Far) -> None:
    slowest = []

    for pieces in SIZES * ROUNDS if ALL else SIZES:
        listing = scene.last_pieces(pieces)
        *crowd, late = scene.crowd([{listing: 1}] * (BUYERS + 1))
        far.there_and_back_s = THERE_AND_BACK_S
        try:
            answers = rush(crowd)
        finally:
            far.there_and_back_s = 0.0
        slowest.append(judged(scene, answers, [listing], pieces))

    assert min(slowest) <= LOSERS_S_MAX or not ALL, slowest
    before = far.asked
    assert late().status == 409
    assert far.asked - before <= LOSERS_WAYS_MAX
    (alone,) = scene.crowd([{scene.last_pieces(1): 1}])
    far.there_and_back_s = THERE_AND_BACK_S
    try:
        answer = alone()
    finally:
        far.there_and_back_s = 0.0
    assert answer.status == 303
    assert answer.seconds / strain() <= (WINNERS_WAYS_MAX + 1) * THERE_AND_BACK_S, answer


@pytest.mark.slow
def test_the_first_crowd_of_a_server_that_has_just_started_far_from_the_database(fresh_far: tuple[Scene, Far]) -> None:
    scene, far = fresh_far
    listing = scene.last_pieces(3)
    crowd = scene.crowd([{listing: 1}] * BUYERS)
    time.sleep(READY_S)

    far.there_and_back_s = THERE_AND_BACK_S
    try:
        answers = rush(crowd)
    finally:
        far.there_and_back_s = 0.0

    assert judged(scene, answers, [listing], 3) <= FIRST_LOSERS_S_MAX


def test_a_careless_shelf_is_found_out(careless_scene: Scene) -> None:
    listing = careless_scene.last_pieces(3)

    answers = rush(careless_scene.crowd([{listing: 1}] * BUYERS))

    assert sum(answer.status == 303 for answer in answers) > 3
