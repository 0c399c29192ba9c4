"""Payment racing the order's end: whoever is faster, money and pieces are on the same side afterwards."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask

from marketplace.catalogue.models import Stock
from marketplace.kernel import clock, scope
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from orders.checkout.models import Order
from orders.payments import edge, handlers
from orders.payments.models import MoneyBack, Payment
from tests.crowds.scene import Answer, Scene, ask, rush, send_again
from tests.doubles.stripe_schema import Refused
from tests.orders.books import assert_sound

ORDERS = 12
PIECES = 12


@pytest.fixture(params=["scene", "small_scene"])
def raced(request: pytest.FixtureRequest) -> Scene:
    """The shop on either engine."""
    scene: Scene = request.getfixturevalue(request.param)
    return scene


def placed(scene: Scene) -> tuple[str, list[str]]:
    """Orders over the only pieces of a listing, each with its open page."""
    listing = scene.last_pieces(PIECES)
    answers = rush(scene.crowd([{listing: 1}] * ORDERS))
    assert {answer.status for answer in answers} == {303}
    return listing, [answer.session_id for answer in answers]


def order_of(session_id: str) -> Order:
    from orders.payments.models import PaymentIntent

    query = db.select(Order).join(PaymentIntent).where(PaymentIntent.session_id == session_id)
    return db.session.scalars(query).one()


def paying(scene: Scene, session_id: str, told: list[str]) -> Callable[[], Answer]:
    """The buyer pays on the page if it is still open, and the provider says so."""

    def pay() -> Answer:
        try:
            with scene.double.lock:
                event = scene.double.pay(session_id)
        except Refused:
            return Answer(0, 0.0, "")
        told.append(session_id)
        body, headers = scene.double.message(event)
        status = send_again(lambda: ask(scene.port, "/webhooks/stripe", body, headers).status)
        return Answer(status, 0.0, "")

    return pay


def cancelling(scene: Scene, token: str) -> Callable[[], Answer]:
    """The buyer gives the order up in another window."""
    press = scene._press("")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": press.cookies}
    body = urlencode({"csrf_token": scene.csrf_token}).encode()
    return lambda: ask(scene.port, f"/orders/{token}/cancel", body, headers)


def expiring(app: Flask, order_id: str) -> Callable[[], Answer]:
    """The minute's job ends the order, in this process as in `work`."""

    def expire() -> Answer:
        with app.app_context(), scope.everything(), clock.at(clock.now() + timedelta(minutes=31)):
            for _try in range(5):
                try:
                    edge.end_due_order(order_id)
                except Exception:
                    db.session.rollback()  # the job logs it and tries again a minute later
                else:
                    break
        return Answer(0, 0.0, "")

    return expire


def settled(scene: Scene, listing: str, sessions: list[str], told: list[str]) -> None:
    """Every order is paid with its piece, or over with its piece back on the shelf and all money owed back."""
    db.session.rollback()
    db.session.expire_all()
    paid = 0
    for session_id in sessions:
        order = order_of(session_id)
        payments = db.session.scalars(db.select(Payment).where(Payment.order_id == order.id)).all()
        back = db.session.scalars(db.select(MoneyBack).where(MoneyBack.order_id == order.id)).all()
        assert len(payments) == (session_id in told), order.state
        assert [it.amount_minor for it in back] == (
            [] if order.state == "paid" else [it.amount_minor for it in payments]
        )
        assert order.state != "placed"
        assert scene.double.sessions[session_id]["status"] != "open"
        paid += order.state == "paid"
    stock = db.session.scalars(db.select(Stock).where(Stock.listing_id == listing)).one()
    assert (stock.available, stock.reserved, stock.sold) == (PIECES - paid, 0, paid)
    assert list(run_all()) == []
    assert_sound()


def test_expiry_racing_payment(raced: Scene) -> None:
    listing, sessions = placed(raced)
    orders = [order_of(session_id).id for session_id in sessions]
    db.session.rollback()
    told: list[str] = []

    acts = [paying(raced, session_id, told) for session_id in sessions]
    rush([*acts, *(expiring(raced.app, order_id) for order_id in orders)])

    settled(raced, listing, sessions, told)


def test_giving_up_racing_payment(raced: Scene) -> None:
    listing, sessions = placed(raced)
    tokens = [order_of(session_id).token for session_id in sessions]
    db.session.rollback()
    told: list[str] = []

    acts = [paying(raced, session_id, told) for session_id in sessions]
    answers = rush([*acts, *(cancelling(raced, token) for token in tokens)])
    db.session.rollback()
    for session_id in sessions:
        handlers.close_session({"order_id": order_of(session_id).id})
        db.session.commit()

    assert {answer.status for answer in answers} <= {0, 200, 303, 409}
    settled(raced, listing, sessions, told)


def test_the_same_press_twice_at_once_is_one_order(raced: Scene) -> None:
    listing = raced.last_pieces(PIECES)
    presses = raced.crowd([{listing: 1}] * 4)

    answers = rush([press for press in presses for _window in range(3)])

    assert {answer.status for answer in answers} == {303}
    assert len({answer.location for answer in answers if "/c/pay/" in answer.location}) == len(presses)
    stock = db.session.scalars(db.select(Stock).where(Stock.listing_id == listing)).one()
    assert stock.reserved == len(presses)
    orders = [order_of(answer.session_id).id for answer in answers]
    db.session.rollback()
    rush([expiring(raced.app, order_id) for order_id in set(orders)])
    db.session.expire_all()
    assert stock.available == PIECES
