"""A shop that takes cards from the Stripe double."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from marketplace.kernel import clock
from tests.card_app import card_app
from tests.conftest import CONFORMANCE
from tests.databases import Database
from tests.doubles import stripe
from tests.orders.shop import SALE_DAY, Shop, open_shop


@pytest.fixture
def double() -> Iterator[stripe.StripeDouble]:
    """Stripe, with its clock at noon of the sale's day."""
    with stripe.running(CONFORMANCE) as running, clock.at(SALE_DAY):
        moment = clock.now().timestamp()
        running.now = lambda: moment
        yield running


@pytest.fixture
def app(database: Database, double: stripe.StripeDouble, tmp_path: Path) -> Iterator[Flask]:
    """The app with a key, calling the double."""
    with card_app(database, double, tmp_path) as made:
        yield made


@pytest.fixture
def shop(app: Flask, double: stripe.StripeDouble) -> Iterator[Shop]:
    """The two cooperatives, committed."""
    from marketplace.kernel.db import db

    with app.app_context(), clock.at(SALE_DAY):
        shop = open_shop()
        db.session.commit()
        yield shop
