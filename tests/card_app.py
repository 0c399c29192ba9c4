"""The app with a key, calling the Stripe double instead of Stripe."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.conftest import settings
from tests.databases import Database
from tests.doubles import stripe


@contextmanager
def card_app(database: Database, double: stripe.StripeDouble, folder: Path) -> Iterator[Flask]:
    """An app of its own on the database; its connections are closed at the end."""
    from marketplace.app import create_app
    from marketplace.kernel.db import db

    keys = {
        "STRIPE_API_KEY": stripe.API_KEY,
        "STRIPE_API_BASE": double.base,
        "STRIPE_WEBHOOK_SECRET": stripe.WEBHOOK_SECRET,
    }
    app = create_app(settings(database.url, folder) | keys)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
