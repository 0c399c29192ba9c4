"""A served shop and a crowd: real server processes, a database as near or far as one likes, a hundred buyers.

Every buyer stands on the last page with her basket filled; `rush` lets all of them press the button at once.
"""

import hashlib
import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Listing
from marketplace.config import WEB_THREADS, WEB_WORKERS
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from orders.cart.models import Basket, BasketLine
from orders.cart.queries import basket_of
from orders.checkout.services import quote
from producers.lots.services import bring_in
from tests import conftest
from tests.databases import Database
from tests.doubles import stripe
from tests.orders.shop import add_stock, open_shop, put_on_sale

BUYERS = 100
START_S_MAX = 60
ANSWER_S_MAX = 60
CSRF = hashlib.sha256(b"crowd").hexdigest()
ANSWERS = {
    "name": "Ann Buyer",
    "email": "ann@example.org",
    "country": "GB",
    "address": "1 High Street",
    "method": "card",
    "currency": "USD",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a buyer was told, and after how long."""

    status: int
    seconds: float
    location: str

    @property
    def session_id(self) -> str:
        """The payment page she was led to."""
        return self.location.rsplit("/", 1)[-1]


@dataclass
class Scene:
    """The shop in this process, its server in others, on one database.

    Several scenes stand open at once: a test acts in the one it has entered.
    """

    app: Flask
    double: stripe.StripeDouble
    port: int
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    answers: Mapping[str, str] = field(default_factory=lambda: ANSWERS)

    def last_pieces(self, *in_lots: int) -> str:
        """A new listing of which so many pieces are left in each of its lots; its id."""
        silk = db.session.scalars(db.select(Organisation).where(Organisation.slug == "silk")).one()
        listing: Listing | None = None
        for pieces in in_lots:
            name = f"C-{next(self.numbers)}"
            costs = {"materials": 1000 * pieces, "labour": 50_000 * pieces}
            lot = bring_in(SYSTEM, silk, name=name, quantity=pieces, unit="H87", number=name, costs=costs)
            if listing is None:
                listing = put_on_sale(silk, lot, name.lower(), name, 219_000, pieces)
            else:
                add_stock(listing, lot, pieces)
        assert listing is not None
        db.session.commit()
        return listing.id

    def crowd(self, baskets: Sequence[Mapping[str, int]]) -> list["Press"]:
        """A buyer for each basket (listing id → pieces, in that order), ready to press."""
        owners, lines, presses = [], [], []
        for pieces in baskets:
            secret, basket_id = ids.secret_token(), ids.new_id()
            owners.append({"id": basket_id, "token_hash": ids.token_hash(secret), "changed_at": clock.now()})
            lines += [
                {"id": ids.new_id(), "basket_id": basket_id, "listing_id": listing_id, "quantity": quantity}
                for listing_id, quantity in pieces.items()
            ]
            presses.append(self._press(secret))
        db.session.execute(insert(Basket), owners)
        db.session.execute(insert(BasketLine), lines)
        db.session.commit()
        agreed = self._sum_of(secret)
        return [press.agreeing_to(agreed) for press in presses]

    def _sum_of(self, secret: str) -> int:
        basket = basket_of(None, secret)
        assert basket is not None
        total = quote(basket, country="GB", charge_currency="USD", method=self.answers["method"]).total.minor
        db.session.commit()
        return total

    def _press(self, secret: str) -> "Press":
        serializer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert serializer is not None
        session = serializer.dumps({"csrf_token": CSRF, "checkout": dict(self.answers)})
        cookies = f"{self.app.config['SESSION_COOKIE_NAME']}={session}; basket={secret}; lang=en"
        return Press(self.port, cookies, self.csrf_token, ids.secret_token(), self.answers["method"])

    @property
    def csrf_token(self) -> str:
        """What every form of these buyers holds."""
        return str(URLSafeTimedSerializer(self.app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(CSRF))

    def pay(self, session_id: str) -> int:
        """The buyer pays on the provider's page, and the provider tells the shop; tried again where it cannot."""
        body, headers = self.double.message(self.double.pay(session_id))
        return send_again(lambda: ask(self.port, "/webhooks/stripe", body, headers).status)


def send_again(send: Callable[[], int], tries: int = 5) -> int:
    """Send until the answer is no 503, as the provider does with its webhooks."""
    for _try in range(tries):
        status = send()
        if status != http.client.SERVICE_UNAVAILABLE:
            break
    return status


@dataclass(frozen=True, slots=True)
class Press:
    """One buyer's finger above the button."""

    port: int
    cookies: str
    csrf_token: str
    client_key: str
    method: str
    agreed_minor: int = 0

    def agreeing_to(self, agreed_minor: int) -> "Press":
        """The same with the sum that the page shows."""
        return replace(self, agreed_minor=agreed_minor)

    @property
    def form(self) -> dict[str, str]:
        """What the button sends."""
        return {
            "csrf_token": self.csrf_token,
            "client_key": self.client_key,
            "agreed_minor": str(self.agreed_minor),
            "agreed_currency": "USD",
            "agreed_method": self.method,
        }

    def __call__(self) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookies}
        return ask(self.port, "/checkout", urlencode(self.form).encode(), headers)


def ask(port: int, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post to the server and wait for its answer."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S_MAX)
    try:
        connection.request("POST", path, body, {"Accept": "text/html", **headers})
        response = connection.getresponse()
        response.read()
        return Answer(response.status, time.monotonic() - began, response.headers.get("Location", ""))
    finally:
        connection.close()


def rush(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Do everything at the same moment."""
    answers: list[Answer | None] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def act(place: int) -> None:
        start.wait()
        answers[place] = acts[place]()

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = [answer for answer in answers if answer is not None]
    assert len(given) == len(acts), "a buyer got no answer at all"
    return given


@contextmanager
def open_scene(
    database: Database, folder: Path, *, served_url: str | None = None, target: str = "tests.crowds.served:app"
) -> Iterator[Scene]:
    """Serve a shop on the database, through `served_url` where the server is to see it from elsewhere."""
    from marketplace.app import create_app

    with stripe.running(conftest.CONFORMANCE) as double:
        keys = {
            "STRIPE_API_KEY": stripe.API_KEY,
            "STRIPE_API_BASE": double.base,
            "STRIPE_WEBHOOK_SECRET": stripe.WEBHOOK_SECRET,
        }
        settings = conftest.settings(database.url, folder) | keys
        app = create_app(settings)
        with app.app_context():
            open_shop(on=clock.today())
            db.session.commit()
        port = free_port()
        with serving(settings | {"DATABASE_URL": served_url or database.url}, port, target, folder / "served.log"):
            yield Scene(app, double, port)
        with app.app_context():
            db.engine.dispose()


@contextmanager
def serving(settings: Mapping[str, object], port: int, target: str, log: Path) -> Iterator[None]:
    """The web server that `lumbung serve` starts, for the time of the block."""
    environment = {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in settings.items()
        if name != "TESTING"
    }
    with log.open("wb") as out:
        command = web_command(port, target)
        server = subprocess.Popen(
            command,
            env=inherited() | environment,
            cwd=conftest.CHECKOUT,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            wait_until_ready(server, port, log)
            yield
        finally:
            server.terminate()
            try:
                server.wait(START_S_MAX)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def web_command(port: int, target: str) -> list[str]:
    """The web server alone, with as many processes and threads as `lumbung serve` gives it."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), "--no-ws"]
    return [*command, "--log-level", "warning", "--respawn-failed-workers", target]


def inherited() -> dict[str, str]:
    """The environment that the server needs of ours: where this tree's packages are, and a PATH."""
    return {"PATH": str(Path(sys.executable).parent), "PYTHONPATH": str(conftest.CHECKOUT)}


def wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Return once the server answers; fails with what it said where it ends or takes too long."""
    deadline = time.monotonic() + START_S_MAX
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError(f"the server is not ready: {log.read_text(errors='replace')[-2000:]}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
