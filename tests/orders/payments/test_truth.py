"""Whatever order, number or subset of the provider's true events arrives: the end is the same.

One database and many orders: each example tells one story at the provider twice, once for an order whose events come
one by one as they happened, once for an order whose events come as hypothesis deals them.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from orders.checkout.models import Order
from orders.checkout.services import cancel_order
from orders.payments import handlers, services
from orders.payments.models import MoneyBack, Payment, PaymentIntent
from orders.payments.reconciling import reconcile
from orders.payments.stripe_port import RETRIES_MAX
from orders.refunds.services import refund
from producers.lots.services import bring_in
from tests.after import deliver
from tests.doubles.stripe import StripeDouble
from tests.orders.books import assert_sound, minor
from tests.orders.payments.test_card import post, start
from tests.orders.shop import Shop, put_on_sale

Event = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """What truly happens at the provider and here, apart from when we hear of it."""

    is_paid: bool
    is_declined_first: bool
    is_cancelled_first: bool
    refund: str  # "", or what becomes of it there
    answer_is_lost: bool


@dataclass
class Teller:
    """Tells a story for a new order and hands its events on as it is told to."""

    app: Flask
    shop: Shop
    double: StripeDouble
    paid_by: str = ""  # the payment at the provider in the story being told

    def begin(self, story: Story) -> tuple[Order, list[Event]]:
        self.paid_by = ""
        order = self.shop.order({"scarf": 1})
        db.session.commit()
        session_id = start(order)
        events = [self.double.decline(session_id)] if story.is_declined_first else []
        if story.is_cancelled_first:
            # The page stays open: its closing waits in the outbox, and the buyer is faster.
            cancel_order(order.id)
            db.session.commit()
        if not story.is_paid:
            return order, [*events, self.double.time_out(session_id)]
        paid = self.double.pay(session_id)
        session = paid["data"]["object"]
        self.paid_by = session["payment_intent"]
        events += [paid, self.double.event("checkout.session.async_payment_succeeded", session)]
        charge = self.double.payments[session["payment_intent"]]["latest_charge"]
        booked = charge | {"balance_transaction": charge["balance_transaction"]["id"]}
        return order, [*events, self.double.event("charge.updated", booked)]

    def hear(self, events: list[Event]) -> None:
        client = self.app.test_client()
        for event in events:
            assert post(client, self.double, event) == 200, event["type"]
        db.session.expire_all()

    def give_back(self, order: Order, story: Story) -> list[Event]:
        """Refund what is paid; the provider moves on all that goes back in this story. Its events, none heard yet."""
        if story.answer_is_lost:
            self.double.fail_next("drop_after", "/v1/refunds", RETRIES_MAX + 1)
        if order.state == "paid" and story.refund:
            refund(SYSTEM, order.id, {f"{order.id}-1": 1}, goods="restocked")
            db.session.commit()
        deliver()
        self.double.faults.clear()
        events = []
        for made in [it for it, sent in self.double.refunds.items() if sent["payment_intent"] == self.paid_by]:
            for status in {"": ["succeeded"], "both": ["succeeded", "failed"]}.get(story.refund, [story.refund]):
                events.append(self.double.move_refund(made, status))
        return events


def later(minutes: int) -> None:
    """The jobs that run every minute, after a while."""
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        deliver()
        handlers.ask_about_open()
        handlers.end_due_orders()
        deliver()
    db.session.expire_all()


def end_of(order: Order) -> object:
    """Everything that must not depend on how the events came."""

    def rows(model: Any) -> list[Any]:
        return list(db.session.scalars(db.select(model).where(model.order_id == order.id)))

    back = sorted((it.kind, it.state, it.amount_minor, it.provider_id is not None) for it in rows(MoneyBack))
    paid = [(it.amount_minor, it.fund, services.lost_fee(it)) for it in rows(Payment)]
    pages = sorted(it.state for it in rows(PaymentIntent))
    funds = minor("platform", f"buyer_funds:{order.number}", "USD") if paid else 0
    return order.state, order.refunded_minor, order.fee_minor, order.fee_reported, back, paid, pages, funds


stories = st.builds(
    Story,
    is_paid=st.integers(0, 4).map(bool),
    is_declined_first=st.booleans(),
    is_cancelled_first=st.sampled_from([False, False, True]),
    refund=st.sampled_from(["", "succeeded", "failed", "both"]),
    answer_is_lost=st.booleans(),
)


def dealt(data: st.DataObject, events: list[Event], *, all_of_them: bool) -> list[Event]:
    """The events in any order, some of them again, and unless all are asked for some of them never."""
    again = data.draw(st.lists(st.sampled_from(events), max_size=3)) if events else []
    hand = data.draw(st.permutations([*events, *again]))
    return hand if all_of_them else [it for it in hand if data.draw(st.booleans())]


@pytest.fixture
def teller(app: Flask, shop: Shop, double: StripeDouble, monkeypatch: pytest.MonkeyPatch) -> Teller:
    import stripe

    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.001)
    many = 10_000  # many examples, one shelf
    costs = {"materials": 1_000 * many, "labour": 50_000 * many}
    lot = bring_in(SYSTEM, shop.silk, name="many", quantity=many, unit="H87", number="SC-2", costs=costs)
    shop.scarf = put_on_sale(shop.silk, lot, "many", "Silk scarf", 219_000, many)
    db.session.commit()
    return Teller(app, shop, double)


def examples(engine: str) -> int:
    few = 12 if engine == "sqlite" else 3
    return 10 * few if os.environ.get("LUMBUNG_TEST_ALL") == "1" else few


def told(teller: Teller, story: Story) -> object:
    """The end when every event comes once, as it happened."""
    order, events = teller.begin(story)
    for event in events:
        teller.hear([event])
        deliver()
    moved = teller.give_back(order, story)
    later(1)
    teller.hear(moved)
    later(40)
    return end_of(order)


def test_the_end_is_a_function_of_the_set_of_true_events(teller: Teller, engine: str) -> None:
    @settings(max_examples=examples(engine), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(story=stories, data=st.data())
    def holds(story: Story, data: st.DataObject) -> None:
        order, events = teller.begin(story)
        teller.hear(dealt(data, events, all_of_them=True))
        moved = teller.give_back(order, story)
        teller.hear(dealt(data, [*events, *moved], all_of_them=True))
        later(40)

        assert end_of(order) == told(teller, story)

    holds()
    assert_sound()
    assert list(run_all()) == []


def test_events_that_never_come_are_made_good(teller: Teller, engine: str) -> None:
    @settings(max_examples=examples(engine), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(story=stories, data=st.data())
    def holds(story: Story, data: st.DataObject) -> None:
        order, events = teller.begin(story)
        teller.hear(dealt(data, events, all_of_them=False))
        later(3)
        moved = teller.give_back(order, story)
        teller.hear(dealt(data, moved, all_of_them=False))
        later(40)
        with clock.at(clock.now() + timedelta(minutes=60)):
            reconcile()
            assert reconcile().open_count == 0
        db.session.expire_all()

        assert end_of(order) == told(teller, story)

    holds()
    assert_sound()
