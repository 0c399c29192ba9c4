"""Somebody outside takes our call and says nothing: we wait as long as config.py says, and go on."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest

from marketplace.app import create_app
from marketplace.kernel import clock, mail
from marketplace.kernel.money import Money
from orders.payments import stripe_port
from orders.payments.port import ProviderDown, SessionWish
from tests.conftest import settings
from tests.house import patience

SECONDS_MAX = 0.3
TRIES_MAX = 1 + stripe_port.RETRIES_MAX
PAUSES_S_MAX = 3


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of somebody who accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


def test_a_provider_that_says_nothing_is_down_before_the_buyer_gives_up(silent: int):
    port = stripe_port.StripePort("sk_test_1", f"http://127.0.0.1:{silent}", seconds_max=SECONDS_MAX)
    wish = SessionWish(
        intent_id="i", order_number="O-1", amount=Money(100, "USD"), email="ann@example.org", language="en",
        ends_at=clock.now() + timedelta(minutes=30), success_url="http://s/", cancel_url="http://s/",
    )  # fmt: skip
    with pytest.raises(ProviderDown):  # the first call loads the library, which is no waiting
        port.open_session(wish)
    begun = time.monotonic()

    with pytest.raises(ProviderDown):
        port.open_session(wish)

    assert time.monotonic() - begun < (TRIES_MAX * SECONDS_MAX + PAUSES_S_MAX) * patience()


def test_a_mail_server_that_says_nothing_keeps_the_outbox_no_longer(silent: int, monkeypatch, tmp_path):
    monkeypatch.setattr(mail, "MAIL_SECONDS_MAX", SECONDS_MAX)
    app = create_app(settings("sqlite:///:memory:", tmp_path) | {"MAIL_URL": f"smtp://127.0.0.1:{silent}"})
    begun = time.monotonic()

    with app.app_context(), pytest.raises(SMTPServerDisconnected):
        mail.send(mail.Letter("ann@example.org", "Subject", "Text"))

    assert time.monotonic() - begun < (SECONDS_MAX + 1) * patience()
