"""The receipt follows the payment: what is said until then, who makes it first, what `verify` says of one late."""

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.accounts.actor import SYSTEM
from marketplace.config import RECEIPT_WAIT_MINUTES_MAX
from marketplace.kernel import clock, outbox
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.checkout.sale import finalise_paid
from orders.checkout.services import lock_columns
from orders.receipts import handlers
from orders.receipts.invariants import paid_orders_have_one
from orders.receipts.models import Receipt
from orders.receipts.queries import receipt_of, revision_of, stored_document
from orders.refunds.services import refund
from orders.settlement.fees import report_fee
from tests.after import deliver
from tests.client import PageClient
from tests.orders.shop import Shop


@pytest.fixture
def order(shop: Shop) -> Order:
    """Paid a moment ago."""
    placed = shop.order({"scarf": 2})
    finalise_paid(lock_columns(placed.id), Money(placed.amount_minor, placed.charge_currency))
    db.session.commit()
    return placed


def broken() -> list[str]:
    return [each.detail for each in paid_orders_have_one()]


def test_the_page_says_that_it_is_being_made_and_shows_it_when_it_is(app: Flask, order):
    buyer, address = PageClient(app), f"/orders/{order.token}"
    page = buyer.get(address)
    assert page.h1 == "Thank you. Your order is paid."
    assert "Your receipt is being made." in page.words
    assert int(page.response.headers["Refresh"]) > 0
    assert receipt_of(order.id) is None

    deliver()
    page = buyer.get(address)

    assert "being made" not in page.words
    assert "Refresh" not in page.response.headers
    assert page.follow("See your receipt").status == 200
    handlers.issue({"order_id": order.id})
    assert db.session.scalar(db.select(db.func.count(Receipt.id))) == 1


def test_a_refund_that_comes_before_makes_it_first(order):
    made = refund(SYSTEM, order.id, {order.lines[0].id: 1}, goods="restocked")

    receipt = receipt_of(order.id)
    sale, now = revision_of(receipt, 1), revision_of(receipt)
    assert (stored_document(sale)["refunded_minor"], stored_document(sale)["credit_notes"]) == (0, [])
    assert stored_document(now)["refunded_minor"] == made.amount_minor
    db.session.commit()
    deliver()
    assert receipt_of(order.id).revision == now.revision == 2


def test_a_fee_that_comes_before_makes_it_first(order):
    report_fee(SYSTEM, order.id, Money(400, "USD"), source="a test")

    receipt = receipt_of(order.id)
    statuses = [
        [row["status"] for line in stored_document(revision_of(receipt, number))["lines"] for row in line["split"]
         if row["purpose"] == "payment_fee"]
        for number in (1, 2)
    ]  # fmt: skip
    assert statuses == [["declared"] * 2, ["paid"] * 2]


def test_verify_names_a_paid_order_without_receipt_unless_it_is_on_its_way(order):
    assert broken() == []
    later = clock.now() + timedelta(minutes=RECEIPT_WAIT_MINUTES_MAX + 1)
    with clock.at(later):
        assert "its receipt is not made" in broken()[0]

    db.session.execute(db.delete(outbox.Delivery).where(outbox.Delivery.handler == "receipts.issue"))
    assert broken() == ["paid, without receipt, and none on its way"]

    handlers.issue({"order_id": order.id})
    assert broken() == []
