"""The webhook: forged, garbled, stale, contradicting, unknown, repeated and reordered events."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from marketplace.kernel.db import db
from marketplace.kernel.limits import QUARTER, Bound
from orders.checkout.models import Order
from orders.payments import views
from orders.payments.models import Payment, ProviderEvent
from tests.doubles.stripe import StripeDouble, sign
from tests.orders.payments.test_card import placed, start
from tests.orders.shop import Shop

Event = dict[str, Any]
Post = Callable[..., int]


@pytest.fixture
def order(shop: Shop) -> Order:
    return placed(shop)


@pytest.fixture
def paid(order: Order, double: StripeDouble) -> Event:
    """The true event of a paid page."""
    return double.pay(start(order))


def send(client: FlaskClient, body: bytes, header: str | None) -> int:
    headers = {"Stripe-Signature": header} if header is not None else {}
    return client.post("/webhooks/stripe", data=body, headers=headers).status_code


def signed(client: FlaskClient, double: StripeDouble, event: object) -> int:
    body = json.dumps(event).encode()
    return send(client, body, sign(body, double.now()))


def unchanged(order: Order) -> bool:
    db.session.expire_all()
    return order.state == "placed" and db.session.query(ProviderEvent).count() == db.session.query(Payment).count() == 0


def test_a_stale_or_future_message_is_refused(
    client: FlaskClient, double: StripeDouble, order: Order, paid: Event
) -> None:
    body = json.dumps(paid).encode()

    for shift in (-301, 301, 366 * 86400):
        stale = sign(body, double.now() + shift)
        # A second time behind the signed one is nobody's word.
        for header in (stale, f"{stale},t={int(double.now())}"):
            assert send(client, body, header) == 400, header
            assert unchanged(order)


def test_a_forged_signature_is_refused(client: FlaskClient, double: StripeDouble, order: Order, paid: Event) -> None:
    body = json.dumps(paid).encode()
    other = sign(body, double.now(), "whsec_other")

    for header in (None, "", "t=1,v1=00", "v1=00", "t=x,v1=00", "t=1", "nonsense", "t=1,v1=é", other):
        assert send(client, body, header) == 400, header
        assert unchanged(order)


def test_an_address_that_sends_too_much_garbage_is_told_so_and_a_true_message_from_it_counts(
    client: FlaskClient, double: StripeDouble, order: Order, paid: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "BAD", Bound("bad_webhook", 2, QUARTER))

    assert [send(client, b"{}", "t=1,v1=00") for _turn in range(4)] == [400, 400, 429, 429]
    assert unchanged(order)
    assert signed(client, double, paid) == 200


GARBAGE = [b"", b"\xff\xfe", b"[]", b"null", b"{", b'{"id":1,"type":2}', b"[" * 100_000, b'"' + b"x" * 2**20 + b'"']


def test_garbage_is_refused_even_when_signed(client: FlaskClient, double: StripeDouble, order: Order) -> None:
    for body in GARBAGE:
        assert send(client, body, sign(body, double.now())) == 400, body[:20]
        assert unchanged(order)


def test_an_event_that_contradicts_us_is_refused(
    client: FlaskClient, double: StripeDouble, order: Order, paid: Event
) -> None:
    session = paid["data"]["object"]

    for change in (
        {"amount_total": 23767},
        {"amount_total": 23768.0},
        {"amount_total": None},
        {"currency": "eur"},
        {"currency": 7},
        {"currency": "zzz"},
        {"livemode": True},
        {"id": "cs_another"},
        {"id": None},
        {"client_reference_id": "another"},
        {"client_reference_id": None},
        {"payment_intent": None},
    ):
        assert signed(client, double, paid | {"data": {"object": session | change}}) == 400, change
        assert unchanged(order)


def test_an_event_of_another_mode_account_or_shape_is_refused(
    client: FlaskClient, double: StripeDouble, order: Order, paid: Event
) -> None:
    for change in ({"livemode": True}, {"account": "acct_another"}, {"data": None}, {"data": {"object": []}}):
        assert signed(client, double, paid | change) == 400, change
        assert unchanged(order)


def test_unknown_kinds_are_taken_and_do_nothing(client: FlaskClient, double: StripeDouble, order: Order) -> None:
    assert signed(client, double, double.event("customer.created", {"id": "cus_1"})) == 200
    db.session.expire_all()
    assert order.state == "placed"


def test_a_page_not_paid_yet_waits(client: FlaskClient, double: StripeDouble, order: Order, paid: Event) -> None:
    paid["data"]["object"]["payment_status"] = "unpaid"

    assert signed(client, double, paid) == 200
    db.session.expire_all()
    assert order.state == "placed"
    later = double.event("checkout.session.async_payment_succeeded", double.sessions[paid["data"]["object"]["id"]])
    assert signed(client, double, later) == 200
    db.session.expire_all()
    assert order.state == "paid"


def test_true_events_in_any_order_and_number_end_the_same(
    client: FlaskClient, double: StripeDouble, order: Order, paid: Event
) -> None:
    again = double.event("checkout.session.async_payment_succeeded", paid["data"]["object"])
    other = double.event("payment_intent.succeeded", {"id": "pi_x"})

    for events in itertools.permutations([paid, paid, again, other]):
        assert {signed(client, double, event) for event in events} == {200}

    db.session.expire_all()
    assert order.state == "paid"
    assert db.session.query(Payment).count() == 1


def test_without_a_key_there_is_no_webhook(
    double: StripeDouble, order: Order, paid: Event, client: FlaskClient
) -> None:
    client.application.extensions["payment_port"] = None

    assert signed(client, double, paid) == 400
