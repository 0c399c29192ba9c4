"""Card payments against the strict double: opened once, paid once, ended, sent back."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.payments import edge, handlers, services
from orders.payments.models import MoneyBack, Payment, PaymentIntent
from orders.payments.port import ProviderDown
from orders.payments.services import NotPayableNow
from orders.refunds.services import refund
from tests.after import deliver
from tests.doubles.stripe import StripeDouble
from tests.orders.books import assert_sound, minor
from tests.orders.shop import Shop


def start(order: Order) -> str:
    """Open the order's page; the id of its session."""
    edge.start_card_payment(order.id, success_url="http://shop.test/ok", cancel_url="http://shop.test/no")
    intent = services.live_intent(order.id)
    assert intent is not None
    assert intent.session_id is not None
    return intent.session_id


def post(client: FlaskClient, double: StripeDouble, event: dict[str, object]) -> int:
    body, headers = double.message(event)
    return client.post("/webhooks/stripe", data=body, headers=headers).status_code


def placed(shop: Shop, pieces: dict[str, int] | None = None) -> Order:
    order = shop.order(pieces or {"scarf": 3, "runner": 2})
    db.session.commit()
    return order


def money_back() -> MoneyBack:
    return db.session.query(MoneyBack).one()


def test_an_order_is_paid_on_stripe_s_page(shop: Shop, double: StripeDouble, client: FlaskClient) -> None:
    order = placed(shop)
    session_id = start(order)
    assert double.sessions[session_id]["amount_total"] == 23768

    status = post(client, double, double.pay(session_id))

    db.session.expire_all()
    assert (status, order.state, order.captured_minor) == (200, "paid", 23768)
    assert_sound()


def test_asking_twice_opens_one_page(shop: Shop, double: StripeDouble) -> None:
    order = placed(shop)

    assert start(order) == start(order)

    assert double.calls.count("POST /v1/checkout/sessions") == 1


def test_a_page_once_noted_stays(shop: Shop, double: StripeDouble) -> None:
    session_id = start(placed(shop))
    intent = db.session.query(PaymentIntent).one()

    services.attach_session(intent.id, "cs_other", "https://pay.test/other")
    db.session.commit()

    assert intent.session_id == session_id
    assert list(run_all()) == []


def test_a_page_lost_in_a_crash_is_found_again(shop: Shop, double: StripeDouble) -> None:
    order = placed(shop)
    first = start(order)
    intent = services.live_intent(order.id)
    assert intent is not None
    intent.session_id = intent.session_url = None
    db.session.commit()

    assert start(order) == first
    assert len(double.sessions) == 1


def test_stripe_down_is_told_and_loses_nothing(shop: Shop, double: StripeDouble) -> None:
    order = placed(shop)
    double.down = True

    with pytest.raises(ProviderDown):
        start(order)
    double.down = False

    assert start(order) in double.sessions


def test_the_real_fee_is_fetched(shop: Shop, double: StripeDouble, client: FlaskClient) -> None:
    order = placed(shop)
    post(client, double, double.pay(start(order)))

    deliver()

    db.session.expire_all()
    assert (order.fee_reported, order.fee_minor) == (True, 719)
    assert minor("platform", "payment_fee_accrued", "USD") == 0


def test_a_due_order_s_page_is_closed_first(shop: Shop, double: StripeDouble) -> None:
    order = placed(shop)
    session_id = start(order)

    with clock.at(clock.now() + timedelta(minutes=31)):
        handlers.end_due_orders()

    assert double.sessions[session_id]["status"] == "expired"
    assert order.state == "expired"
    assert shop.scarf.stocks[0].available == 7


def test_a_page_paid_at_the_last_moment_pays_the_order(shop: Shop, double: StripeDouble, client: FlaskClient) -> None:
    order = placed(shop)
    late = double.pay(start(order))

    with clock.at(clock.now() + timedelta(minutes=31)):
        handlers.end_due_orders()
    post(client, double, late)

    db.session.expire_all()
    assert order.state == "paid"
    assert db.session.query(Payment).count() == 1


def test_money_for_an_ended_order_goes_back(shop: Shop, double: StripeDouble, client: FlaskClient) -> None:
    order = placed(shop)
    session_id = start(order)
    late = double.pay(session_id)
    from orders.checkout.services import expire_order

    expire_order(order.id)
    db.session.commit()

    assert post(client, double, late) == 200
    deliver()

    db.session.expire_all()
    owed = money_back()
    assert (order.state, owed.kind, owed.state, owed.amount_minor) == ("expired", "unfilled", "sent", 23768)
    moved = double.refunds[str(owed.provider_id)] | {"status": "succeeded"}
    assert post(client, double, double.event("refund.updated", moved)) == 200
    db.session.expire_all()
    assert money_back().state == "done"
    assert minor("platform", "provider", "USD") == 10000 - 719
    assert minor("platform", "expense:payment_fee", "USD") == 719  # nobody's sale: the platform's
    assert minor("platform", "buyer_funds:O-1", "USD") == 0


def test_a_refund_s_money_is_sent_once(shop: Shop, double: StripeDouble, client: FlaskClient) -> None:
    order = placed(shop)
    post(client, double, double.pay(start(order)))
    db.session.expire_all()
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    db.session.commit()

    deliver()
    handlers.send_back({"money_back_id": money_back().id})

    assert [made["amount"] for made in double.refunds.values()] == [6235]
    assert money_back().state == "sent"


def test_a_refund_that_fails_waits_for_a_person(shop: Shop, double: StripeDouble, client: FlaskClient) -> None:
    order = placed(shop)
    post(client, double, double.pay(start(order)))
    db.session.expire_all()
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    db.session.commit()
    deliver()
    failed = double.refunds[str(money_back().provider_id)] | {"status": "failed"}

    post(client, double, double.event("refund.failed", failed))

    db.session.expire_all()
    assert money_back().state == "failed"


def test_an_ended_or_transferred_order_has_no_page(shop: Shop) -> None:
    transfer = shop.order({"scarf": 1}, method="transfer")
    db.session.commit()

    with pytest.raises(NotPayableNow):
        start(transfer)
    order = placed(shop, {"scarf": 1})
    with clock.at(clock.now() + timedelta(minutes=31)), pytest.raises(NotPayableNow):
        start(order)


def test_one_live_intent_an_order(shop: Shop) -> None:
    order = placed(shop)
    first = services.open_intent(order.id)

    assert services.open_intent(order.id) is first
    services.close_intent(first.id)
    assert services.open_intent(order.id) is not first
    assert db.session.query(PaymentIntent).filter_by(state="open").count() == 1


def test_a_second_payment_goes_back_whole(shop: Shop) -> None:
    order = placed(shop)
    amount = Money(23768, "USD")

    services.record_payment(order.id, amount, method="card", reference="pi_1")
    services.record_payment(order.id, amount, method="card", reference="pi_2")
    services.record_payment(order.id, amount, method="card", reference="pi_2")

    assert order.captured_minor == 23768
    assert (money_back().kind, money_back().amount_minor) == ("unfilled", 23768)
    assert_sound()
