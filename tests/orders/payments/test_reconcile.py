"""`lumbung reconcile`: every difference between the double and the books is named; what is safe is done, once."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.checkout.services import expire_order
from orders.payments import services
from orders.payments.models import Dispute, MoneyBack, PaymentIntent, Reconciliation
from orders.payments.queries import last_reconciliation
from orders.payments.reconciling import reconcile
from orders.refunds.services import refund
from tests.after import deliver
from tests.doubles.stripe import StripeDouble
from tests.orders.books import assert_sound, minor
from tests.orders.payments.test_card import placed, post, start
from tests.orders.shop import Shop


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def paid(shop: Shop, double: StripeDouble, client: FlaskClient) -> Callable[[], Order]:
    """Make an order that is paid, with everything delivered."""

    def pay() -> Order:
        order = placed(shop, {"scarf": 1})
        event = double.pay(start(order))
        db.session.rollback()
        assert post(client, double, event) == 200
        db.session.expire_all()
        deliver()
        return order

    return pay


def compared(*, cures: bool = True, minutes: int = 0) -> list[tuple[str, str]]:
    """What a comparison names, and what it did, some time from now."""
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        noted = reconcile(cures=cures)
    db.session.expire_all()
    return [(found["kind"], found["done"]) for found in noted.differences]


def test_where_both_agree_nothing_is_said(paid: Callable[[], Order], double: StripeDouble) -> None:
    double.page_max = 2
    for _order in range(5):
        paid()

    assert compared() == []

    noted = last_reconciliation()
    assert noted is not None
    assert (noted.compared, noted.open_count) == ({"sessions": 5, "payments": 5, "refunds": 0, "disputes": 0}, 0)


def test_a_payment_whose_message_never_came_is_taken(shop: Shop, double: StripeDouble) -> None:
    order = placed(shop)
    double.pay(start(order))

    assert compared(cures=False) == [("paid_there_unknown_here", "")]
    assert order.state == "placed"
    assert compared() == [("paid_there_unknown_here", "took the payment as its message would have")]
    assert order.state == "paid"
    deliver()
    assert compared() == []
    assert_sound()


def test_money_for_nobody_is_only_named(shop: Shop, double: StripeDouble) -> None:
    order = placed(shop)
    session = double.sessions[start(order)]
    double.pay(session["id"])
    stranger = next(iter(double.payments.values()))
    stranger["metadata"] = {}
    session["client_reference_id"] = "another shop's"

    assert compared() == [("paid_there_unknown_here", "")]
    assert order.state == "placed"


def test_another_sum_is_only_named(shop: Shop, double: StripeDouble, paid: Callable[[], Order]) -> None:
    paid()
    unpaid = placed(shop, {"scarf": 1})
    double.pay(start(unpaid))
    known, unknown = double.payments.values()
    known["amount"] -= 1
    unknown["amount"] -= 1

    assert compared() == [("paid_there_unknown_here", ""), ("amount_differs", "")]


def test_a_payment_the_provider_does_not_know_is_named(shop: Shop, double: StripeDouble) -> None:
    order = placed(shop, {"scarf": 1})
    services.record_payment(order.id, Money(order.amount_minor, "USD"), method="card", reference="pi_invented")
    db.session.commit()

    assert compared() == [("paid_here_unknown_there", "")]


def test_the_real_fee_takes_the_estimate_s_place_and_no_other(
    shop: Shop, double: StripeDouble, client: FlaskClient
) -> None:
    order = placed(shop, {"scarf": 1})
    double.books_at_once = False
    event = double.pay(start(order))
    db.session.rollback()
    post(client, double, event)
    (payment,) = double.payments
    double.book(payment, 300)

    assert compared() == [("fee_differs", "put the real fee in place of the estimate")]
    assert (order.fee_minor, order.fee_reported) == (300, True)
    double.book(payment, 310)
    assert compared() == [("fee_differs", "")]
    assert order.fee_minor == 300


def test_the_fee_of_a_payment_that_came_too_late_is_the_platform_s(
    shop: Shop, double: StripeDouble, client: FlaskClient
) -> None:
    order = placed(shop, {"scarf": 1})
    session_id = start(order)
    double.books_at_once = False
    event = double.pay(session_id)
    expire_order(order.id)
    db.session.commit()
    assert post(client, double, event) == 200
    db.session.expire_all()
    (payment,) = double.payments
    double.book(payment, 300)

    assert compared() == [("fee_differs", "posted it, the platform bears it")]
    double.book(payment, 310)
    assert compared() == [("fee_differs", "posted it, the platform bears it")]
    assert compared() == []
    assert minor("platform", "expense:payment_fee", "USD") == 310
    assert (order.fee_reported, order.state) == (False, "expired")
    deliver()
    assert minor("platform", "expense:payment_fee", "USD") == 310
    assert_sound()


def test_a_refund_failed_here_that_stands_there_waits_for_a_person(
    paid: Callable[[], Order], double: StripeDouble, client: FlaskClient
) -> None:
    order = paid()
    refund(SYSTEM, order.id, {f"{order.id}-1": 1}, goods="restocked")
    db.session.commit()
    deliver()
    (sent,) = double.refunds
    failed = double.move_refund(sent, "failed")
    assert post(client, double, failed) == 200
    double.refunds[sent]["status"] = "succeeded"

    for _night in range(2):
        assert compared() == [("refund_contradicts", "")]

    owed = db.session.query(MoneyBack).one()
    assert owed.state == "failed"
    services.settle_money_back(SYSTEM, owed.id, proof="the provider's page of the 10th")
    db.session.commit()
    assert compared() == []


def disputed(double: StripeDouble, status: str, kind: str = "created") -> dict[str, Any]:
    """The provider's event of a dispute over the only payment."""
    (payment,) = double.payments
    return double.dispute(payment, 6235, status, kind)


def test_a_dispute_is_named_until_it_is_won_or_the_books_sent_as_much_back(
    paid: Callable[[], Order], double: StripeDouble, client: FlaskClient
) -> None:
    order = paid()
    opened = disputed(double, "needs_response")

    assert [post(client, double, event) for event in (opened, opened)] == [200, 200]
    assert compared() == [("disputed", "")]

    refund(SYSTEM, order.id, {f"{order.id}-1": 1}, goods="restocked")
    db.session.commit()
    deliver()
    assert (double.refunds, db.session.query(MoneyBack).one().state) == ({}, "failed")

    events = [disputed(double, "lost", "closed"), disputed(double, "under_review", "updated")]
    assert [post(client, double, event) for event in events] == [200, 200]
    assert compared() == [("disputed", "")]
    services.settle_money_back(SYSTEM, db.session.query(MoneyBack).one().id, proof="du_1")
    db.session.commit()
    assert db.session.query(MoneyBack).one().amount_minor == db.session.query(Dispute).one().amount_minor
    assert compared() == []
    assert_sound()


@pytest.mark.parametrize("turns", [("created", "won"), ("won", "created"), ("won",)])
def test_a_won_dispute_is_over_in_whatever_order_its_events_come(
    paid: Callable[[], Order], double: StripeDouble, client: FlaskClient, turns: tuple[str, ...]
) -> None:
    paid()
    for turn in turns:
        status = "needs_response" if turn == "created" else turn
        assert post(client, double, disputed(double, status, "created" if turn == "created" else "closed")) == 200

    assert compared() == []
    assert db.session.query(Dispute).one().state == "won"


@pytest.mark.parametrize("change", [{"id": None}, {"amount": 1.5}, {"amount": 0}, {"currency": "zzz"}])
def test_a_dispute_that_says_nothing_we_can_read_is_refused(
    paid: Callable[[], Order], double: StripeDouble, client: FlaskClient, change: dict[str, Any]
) -> None:
    paid()
    event = disputed(double, "needs_response")
    event["data"]["object"] |= change

    assert post(client, double, event) == 400
    assert db.session.query(Dispute).count() == 0


def test_a_dispute_whose_messages_were_lost_is_found_in_the_provider_s_list(
    paid: Callable[[], Order], double: StripeDouble
) -> None:
    order = paid()
    disputed(double, "needs_response")

    assert compared(cures=False) == [("dispute_moved", ""), ("disputed", "")]
    assert db.session.query(Dispute).count() == 0
    assert compared() == [("dispute_moved", "noted what the provider says of it"), ("disputed", "")]
    noted = db.session.query(Dispute).one()
    assert (noted.state, noted.amount_minor, noted.payment_id) == ("open", 6235, services.payment_of(order.id))
    assert noted.answer_by is not None
    assert compared() == [("disputed", "")]
    disputed(double, "won", "closed")
    assert compared() == [("dispute_moved", "noted what the provider says of it"), ("disputed", "")]
    assert compared() == []
    assert db.session.query(Dispute).one().state == "won"
    disputed(double, "under_review", "updated")
    assert compared() == []


def test_a_page_past_its_end_is_closed(shop: Shop, double: StripeDouble) -> None:
    order = placed(shop, {"scarf": 1})
    session_id = start(order)
    expire_order(order.id)
    db.session.commit()

    assert compared() == [("page_open_past_its_end", "closed the page")]
    assert double.sessions[session_id]["status"] == "expired"
    assert [intent.state for intent in db.session.query(PaymentIntent)] == ["closed"]
    assert compared() == []


def test_refunds_are_followed_and_sent_once(paid: Callable[[], Order], double: StripeDouble) -> None:
    order = paid()
    refund(SYSTEM, order.id, {f"{order.id}-1": 1}, goods="restocked")
    db.session.commit()

    assert compared() == []
    assert compared(minutes=11) == [("refund_never_sent", "sent it")]
    assert compared(minutes=12) == []
    (sent,) = double.refunds.values()
    sent["status"] = "succeeded"
    assert compared() == [("refund_moved", "noted what the provider says of it")]
    assert db.session.query(MoneyBack).one().state == "done"
    sent["amount"] -= 1
    assert compared() == [("refund_differs", "")]
    deliver()
    assert len(double.refunds) == 1


def test_a_refund_made_at_the_provider_is_named(paid: Callable[[], Order], double: StripeDouble) -> None:
    paid()
    (payment,) = double.payments
    double._refund({"payment_intent": payment, "amount": 5})

    assert compared() == [("sent_back_there_only", "")]


def test_the_books_are_looked_up_too(
    paid: Callable[[], Order], double: StripeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid()
    monkeypatch.setattr(services, "CARD_FUND", "another account")

    assert compared() == [("not_posted", "")]


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["reconcile", *arguments])
    return result.exit_code, result.output


def test_the_command_says_it_in_words_and_in_json(
    app: Flask, shop: Shop, double: StripeDouble, paid: Callable[[], Order]
) -> None:
    paid()
    order = placed(shop, {"scarf": 1})
    double.pay(start(order))
    db.session.rollback()

    code, words = run(app, "--dry-run")
    assert code == 1
    assert words.startswith("× paid there, unknown here: pi_test_")
    assert "2 sessions, 2 payments, 0 refunds, 0 disputes since 2026-04-03: 1 open" in words
    code, text = run(app, "--json")
    found: dict[str, Any] = json.loads(text)
    assert (code, found["open"], found["is_whole"]) == (0, 0, True)
    assert found["differences"][0]["done"]
    assert run(app)[0] == 0
    assert db.session.query(Reconciliation).count() == 3


def test_a_silent_provider_is_a_failure(app: Flask, shop: Shop, double: StripeDouble) -> None:
    double.down = True

    assert run(app)[0] == 1
    app.extensions["payment_port"] = None
    assert run(app)[0] == 1
