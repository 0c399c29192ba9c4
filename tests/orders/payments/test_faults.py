"""Stripe hangs, refuses, breaks or drops the line after it acted: nothing is lost, nothing is done twice."""

from datetime import timedelta

import pytest
import stripe
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.payments import handlers
from orders.payments.port import ProviderDown, payment_port
from orders.payments.stripe_port import RETRIES_MAX, StripePort
from orders.refunds.services import refund
from tests.after import deliver
from tests.doubles.stripe import API_KEY, HANG_S, StripeDouble
from tests.orders.payments.test_card import money_back, placed, post, start
from tests.orders.shop import Shop

ENOUGH = RETRIES_MAX + 1
FAULTS = ["429", "500", "drop_before", "drop_after", "hang"]


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def impatient(app: Flask, double: StripeDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that neither waits long for an answer nor between its tries."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.001)
    app.extensions["payment_port"] = StripePort(API_KEY, double.base, seconds_max=HANG_S / 4)


@pytest.mark.parametrize("fault", FAULTS)
def test_one_page_whatever_happens_to_the_answer(shop: Shop, double: StripeDouble, fault: str) -> None:
    order = placed(shop)
    double.fail_next(fault, "/v1/checkout/sessions", ENOUGH)

    with pytest.raises(ProviderDown):
        start(order)
    double.faults.clear()
    clock.advance(timedelta(minutes=7))
    later = clock.now().timestamp()
    double.now = lambda: later

    assert start(order) in double.sessions
    assert len(double.sessions) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_money_goes_back_once(shop: Shop, double: StripeDouble, client: FlaskClient, fault: str) -> None:
    order = placed(shop)
    post(client, double, double.pay(start(order)))
    db.session.expire_all()
    deliver()
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    db.session.commit()
    double.fail_next(fault, "/v1/refunds", ENOUGH)

    deliver()
    assert money_back().state == "due"
    double.faults.clear()
    with clock.at(clock.now() + timedelta(minutes=1)):
        deliver()

    assert [made["amount"] for made in double.refunds.values()] == [6235]
    assert money_back().state == "sent"


@pytest.mark.parametrize("fault", FAULTS)
def test_an_order_ends_only_when_its_page_is_closed(shop: Shop, double: StripeDouble, fault: str) -> None:
    order = placed(shop)
    session_id = start(order)
    double.fail_next(fault, f"/v1/checkout/sessions/{session_id}", ENOUGH)

    with clock.at(clock.now() + timedelta(minutes=31)):
        handlers.end_due_orders()
        db.session.expire_all()
        assert (order.state, shop.scarf.stocks[0].available) == ("placed", 4)
        double.faults.clear()
        handlers.end_due_orders()

    assert (order.state, double.sessions[session_id]["status"]) == ("expired", "expired")
    assert shop.scarf.stocks[0].available == 7


def test_a_key_that_the_provider_forgot_sends_nothing_twice(
    shop: Shop, double: StripeDouble, client: FlaskClient
) -> None:
    order = placed(shop)
    post(client, double, double.pay(start(order)))
    db.session.expire_all()
    deliver()
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    db.session.commit()
    double.fail_next("drop_after", "/v1/refunds", ENOUGH)
    deliver()

    double.faults.clear()
    double.answers.clear()
    with clock.at(clock.now() + timedelta(days=2)):
        deliver()

    assert len(double.refunds) == 1
    assert money_back().provider_id in double.refunds


def test_who_comes_back_and_whose_message_was_lost_is_asked_for(shop: Shop, double: StripeDouble) -> None:
    waits, paid = placed(shop, {"scarf": 1}), placed(shop, {"scarf": 1})
    start(waits)
    double.pay(start(paid))

    handlers.ask_about_open()
    assert paid.state == "placed"
    with clock.at(clock.now() + timedelta(minutes=3)):
        double.fail_next("500", "/v1/checkout/sessions/", ENOUGH)
        handlers.ask_about_open()

    db.session.expire_all()
    assert (waits.state, paid.state) == ("placed", "paid")


def test_a_refusal_is_no_fault(shop: Shop, double: StripeDouble, client: FlaskClient) -> None:
    order = placed(shop, {"scarf": 1})
    session_id = start(order)

    assert post(client, double, double.decline(session_id)) == 200

    db.session.expire_all()
    assert order.state == "placed"
    assert post(client, double, double.pay(session_id)) == 200
    db.session.expire_all()
    assert order.state == "paid"


def test_more_than_was_paid_is_not_sent_back(shop: Shop, double: StripeDouble, client: FlaskClient) -> None:
    order = placed(shop, {"scarf": 1})
    post(client, double, double.pay(start(order)))
    db.session.expire_all()
    (payment,) = double.payments

    for minor in (order.amount_minor + 1, 0):
        with pytest.raises(ProviderDown):
            payment_port().send_back(f"back-{minor}", payment, Money(minor, "USD"))

    assert double.refunds == {}
