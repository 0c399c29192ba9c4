"""A card payment as it comes in: the provider's signed message that a page was paid, sent until it is taken."""

import json
import time
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.actor import SYSTEM
from marketplace.catalogue.models import Listing
from marketplace.kernel.db import db
from orders.cart import services as cart
from orders.checkout.models import Order
from orders.checkout.services import place_order
from orders.payments.models import Payment, ProviderEvent
from orders.payments.services import open_intent
from tests.doubles.stripe import API_KEY, WEBHOOK_SECRET, sign
from tests.orders.shop import BUYER

NOBODY = "http://127.0.0.1:9"


def card_settings() -> dict[str, str]:
    """Cards are offered; the provider itself is not called."""
    return {"STRIPE_API_KEY": API_KEY, "STRIPE_API_BASE": NOBODY, "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET}


@dataclass
class Capture:
    """An order that waits for its card payment, and the message that it came."""

    app: Flask
    order_id: str
    body: bytes
    reference: str

    @property
    def headers(self) -> dict[str, str]:
        """What the provider sends with the message now."""
        return {"Stripe-Signature": sign(self.body, time.time()), "Content-Type": "application/json"}

    def send(self) -> int:
        """Send the message, as the provider does until it is answered by 200."""
        answer = self.app.test_client().post("/webhooks/stripe", data=self.body, headers=self.headers)
        assert answer.status_code != 503 or answer.mimetype == "application/problem+json"
        return int(answer.status_code)

    def comes_once(self) -> None:
        """Sent again, and again, it is taken, and once."""
        db.session.rollback()
        assert [self.send(), self.send()] == [200, 200]
        db.session.expire_all()
        assert db.session.get_one(Order, self.order_id).state == "paid"
        for table in (Payment, ProviderEvent):
            assert db.session.scalar(select(func.count()).select_from(table)) == 1
        db.session.rollback()


def make_capture(app: Flask, number: int = 1) -> Capture:
    """An order placed in the open shop, its page asked for; committed."""
    listing = db.session.scalars(select(Listing).where(Listing.slug == "scarf")).one()
    basket, _secret = cart.open_basket()
    cart.add_to_basket(basket, listing.id, 1)
    order = place_order(SYSTEM, basket, BUYER, charge_currency="USD", method="card")
    intent = open_intent(order.id)
    session: dict[str, Any] = {
        "id": f"cs_{number}",
        "client_reference_id": intent.id,
        "payment_status": "paid",
        "amount_total": intent.amount_minor,
        "currency": "usd",
        "payment_intent": f"pi_{number}",
    }
    event = {"id": f"evt_{number}", "type": "checkout.session.completed", "livemode": False}
    body = json.dumps(event | {"data": {"object": session}}).encode()
    capture = Capture(app, order.id, body, str(session["payment_intent"]))
    db.session.commit()
    return capture
