"""By card: led to the provider's page and back; the provider's word comes late, at once, to nobody, or never."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock
from marketplace.kernel.db import db
from orders.cart.services import add_to_basket, open_basket
from orders.checkout.models import Order
from orders.checkout.services import Buyer, place_order
from orders.payments import handlers
from tests.after import deliver
from tests.card_app import card_app
from tests.conftest import CONFORMANCE
from tests.databases import Database
from tests.doubles import stripe
from tests.factories.market import Market, make_market

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]

BUYER = Buyer(name="Ann Buyer", email="ann@example.org", address="1 High Street", country="GB", language="en")
OVER = timedelta(minutes=40)


@pytest.fixture
def double() -> Iterator[stripe.StripeDouble]:
    with stripe.running(CONFORMANCE) as running:
        yield running


@pytest.fixture
def app(database: Database, double: stripe.StripeDouble, tmp_path: Path) -> Iterator[Flask]:
    """The app with a key, calling the double."""
    with card_app(database, double, tmp_path) as made:
        yield made


@pytest.fixture
def market(app: Flask, double: stripe.StripeDouble, served: str) -> Market:
    double.webhook_url = f"{served}/webhooks/stripe"
    with app.app_context():
        made = make_market()
        db.session.commit()
        return made


def ordered(app: Flask, listing_id: str) -> str:
    """One piece ordered by card; the way to the order's own page."""
    with app.app_context():
        basket, _secret = open_basket()
        add_to_basket(basket, listing_id, 1)
        order = place_order(SYSTEM, basket, BUYER, charge_currency="USD", method="card")
        address = f"/orders/{order.token}"
        db.session.commit()
        return address


def stands(app: Flask, address: str) -> str:
    with app.app_context():
        return db.session.scalars(db.select(Order.state).where(Order.token == address.split("/")[2])).one()


def after_commit(app: Flask) -> None:
    """What the worker does: pages closed, fees fetched."""
    with app.app_context():
        deliver()


def test_the_buyer_is_back_before_the_providers_word(app, market, double, browse):
    buyer = browse("en", width=360)
    double.is_slow = True
    buyer.visit(f"/products/{market.goods['weavers']}").tap("Put in the basket").tap("Go on to delivery")
    where = {"country": "GB", "address": "Ann Buyer, 1 High Street"}
    buyer.answer(name="Ann Buyer", email="ann@example.org", **where).tap("Go on").visit("/checkout/payment")
    buyer.answer(method="card", currency="USD").tap("Go on")
    assert "30 minutes" in buyer.words()

    buyer.tap("Pay US$")
    assert buyer.page.url.startswith(double.base)
    buyer.press("#pay")

    assert buyer.heading() == "Do not pay again. We are checking your payment."
    assert "a•••@example.org" in buyer.words()
    assert double.send(double.events[-1]) == 200
    buyer.tap("Ask again now")
    assert buyer.heading() == "Thank you. Your order is paid."


def test_every_other_way_from_the_providers_page(app, market, double, browse, monkeypatch):
    buyer = browse("id", width=360)

    paid = ordered(app, market.silk.listing)
    buyer.visit(paid).tap("Bayar US$").press("#decline")
    assert "declined" in buyer.words()
    assert stands(app, paid) == "placed"
    buyer.press("#pay")
    assert buyer.heading() == buyer.say("Thank you. Your order is paid.")

    given_up = ordered(app, market.weavers.listing)
    buyer.visit(given_up).tap("Bayar US$").press("a")
    assert buyer.say("You have not paid yet and have not been charged.") in buyer.words()
    buyer.tap("Cancel this order")
    after_commit(app)
    assert stands(app, given_up) == "cancelled"
    assert list(double.sessions.values())[-1]["status"] == "expired"

    never_back = ordered(app, market.weavers.listing)
    buyer.visit(never_back).tap("Bayar US$").visit("/")
    assert double.send(double.pay(list(double.sessions)[-1])) == 200
    assert stands(app, never_back) == "paid"

    forgotten = ordered(app, market.silk.listing)
    buyer.visit(forgotten).tap("Bayar US$")
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + OVER)
    double.now = lambda: time.time() + OVER.total_seconds()
    with app.app_context():
        handlers.end_due_orders()
    assert stands(app, forgotten) == "expired"
    buyer.page.reload()
    assert "closed" in buyer.words()
    buyer.visit(forgotten)
    assert buyer.say("You have not been charged. The goods are back in the shop.") in buyer.words()
    after_commit(app)
