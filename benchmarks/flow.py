"""Whole orders on a real server: add, address and delivery, place, signed webhook, confirmation page.

One order is five requests. The shop is the worked example's, with lots that do not run out; the card provider answers
at once (`benchmarks/provider.py`), and `work` runs beside the web as it does in life, issuing the receipts.
"""

import hashlib
import hmac
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from benchmarks import provider, servers
from benchmarks.load import Line, Talk, cpu_of
from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock, ids, scope
from marketplace.kernel.db import db
from producers.lots.services import bring_in
from tests import postgres
from tests.orders.shop import open_shop, put_on_sale

LOTS, PIECES, PRICE_MINOR = 8, 100_000, 219_000
ANSWERS = {
    "name": "Ann Buyer",
    "email": "ann@example.org",
    "country": "GB",
    "address": "Ann Buyer, 1 High Street",
}
WARM_UP = 12
SETTLED_CPU_S = 0.05
AGREED = re.compile(rb'name="agreed_minor" value="(\d+)"')


@dataclass(frozen=True)
class Flow:
    """What a run of whole orders came to."""

    orders: int
    seconds: float
    web_cpu_s: float
    work_cpu_s: float
    waits_s: list[float]
    """How long each request took."""

    @property
    def per_second(self) -> float:
        """Whole orders a second, as the clients saw it."""
        return self.orders / self.seconds

    @property
    def p99_ms(self) -> float:
        """What 99 of 100 requests took at most."""
        return 1000 * sorted(self.waits_s)[int(0.99 * (len(self.waits_s) - 1))]

    def said(self) -> str:
        """The rate, and the processor time of web and `work` for an order."""
        web, work = 1000 * self.web_cpu_s / self.orders, 1000 * self.work_cpu_s / self.orders
        beside = f", `work` {work:.0f} ms" if work else ""
        return f"{self.per_second:.0f}/s, web {web:.0f} ms{beside}"

    def said_of_crowd(self) -> str:
        """How long nearly every request took at most, and the rate."""
        return f"{self.p99_ms:.0f} ms ({self.per_second:.0f} orders/s)"

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(
            self.orders + other.orders,
            self.seconds + other.seconds,
            self.web_cpu_s + other.web_cpu_s,
            self.work_cpu_s + other.work_cpu_s,
            self.waits_s + other.waits_s,
        )


@dataclass(frozen=True)
class Prepared:
    """A shop that is not served yet: its app, its stand-in for the provider, its goods, its settings."""

    app: Flask
    cards: provider.Provider
    listings: list[str]
    environment: dict[str, str]


@contextmanager
def prepared(folder: Path, database: dict[str, str]) -> Iterator[Prepared]:
    """A shop on a fresh database, with goods and a card provider."""
    from marketplace.app import create_app

    with provider.running() as cards:
        keys = {
            "STRIPE_API_KEY": provider.API_KEY,
            "STRIPE_API_BASE": cards.base,
            "STRIPE_WEBHOOK_SECRET": provider.WEBHOOK_SECRET,
        }
        environment = servers.settings(folder) | database | keys
        os.environ.update(environment)
        app = create_app()
        with app.app_context(), scope.everything():
            listings = _goods()
            db.session.remove()
            db.engine.dispose()
        yield Prepared(app, cards, listings, environment)


@contextmanager
def shop(folder: Path, database: dict[str, str]) -> Iterator["Counter"]:
    """A served shop on a fresh database, to be bought from."""
    with prepared(folder, database) as made:
        port = servers.free_port()
        command = servers.lumbung("serve", "--port", str(port))
        with servers.running(command, made.environment, port, "/readyz") as (pid, _ready):
            yield Counter(made, partial(Talk, port), *servers.parts(pid))


def _goods() -> list[str]:
    made = open_shop(on=clock.today())
    listings = []
    for number in range(LOTS):
        name = f"bench-{number}"
        costs = {"materials": 1_000 * PIECES, "labour": 50_000 * PIECES}
        lot = bring_in(SYSTEM, made.silk, name=name, quantity=PIECES, unit="H87", number=name, costs=costs)
        listings.append(put_on_sale(made.silk, lot, name, name, PRICE_MINOR, PIECES).id)
    db.session.commit()
    return listings


class Counter:
    """Where whole orders are made, and what that costs the server."""

    def __init__(self, made: Prepared, talk: Callable[[], Line], web: int, work: int = 0, prefix: str = "") -> None:
        """Buy from `made` over lines that `talk` opens; `web` and `work` are the processes to be measured, 0 none."""
        self._cards, self._listings = made.cards, made.listings
        self._talk, self._web, self._work, self._prefix = talk, web, work, prefix
        app = made.app
        raw = hashlib.sha256(b"bench").hexdigest()
        self._csrf = str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(raw))
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        # She has chosen her currency in the basket, so the order is converted as most are.
        known = {"csrf_token": raw, "checkout": {"currency": "USD"}}
        self._cookies = {app.config["SESSION_COOKIE_NAME"]: serializer.dumps(known), "lang": "en"}
        self._agreed = self._sum()
        self.order(0, [])  # the accounts of a book are opened by its first sale

    def run(self, clients: int, seconds: float) -> Flow:
        """Have clients order one after another; the first orders, which load and compile, are not counted."""
        _together(clients, self._warm_up)
        waits: list[list[float]] = [[] for _client in range(clients)]
        done = [0] * clients
        before, start = (cpu_of(self._web), self._work_cpu()), time.monotonic()

        def client(number: int) -> None:
            while time.monotonic() < start + seconds:
                self.order(number + done[number], waits[number])
                done[number] += 1

        _together(clients, client)
        took = time.monotonic() - start
        assert all(done), "a client met something else than its order"
        every = [wait for each in waits for wait in each]
        return Flow(sum(done), took, cpu_of(self._web) - before[0], self._work_cpu() - before[1], every)

    def in_turns(self, other: "Counter", clients: int, seconds: float) -> tuple[Flow, Flow]:
        """Two runs here and two at the other, one server busy at a time."""
        runs = []
        for _turn in range(2):
            runs.append((self.run(clients, seconds), self._settle(), other.run(clients, seconds)))
        return runs[0][0] + runs[1][0], runs[0][2] + runs[1][2]

    def _settle(self) -> None:
        """Wait until `work` has done what the orders left it."""
        before = -1.0
        while self._work_cpu() - before > SETTLED_CPU_S:
            before = self._work_cpu()
            time.sleep(0.5)

    def _work_cpu(self) -> float:
        return cpu_of(self._work) if self._work else 0.0

    def _warm_up(self, number: int) -> None:
        for turn in range(WARM_UP):
            self.order(number + turn, [])

    def _sum(self) -> str:
        """What the last page names as the sum; it is the same for every order."""
        cookies = dict(self._cookies)
        with self._talk() as talk:
            self._fill(talk, cookies, 0, [])
            found = AGREED.search(talk.ask("GET", f"{self._prefix}/checkout", cookies).body)
        assert found, "the last page names no sum"
        return found[1].decode()

    def _fill(self, talk: Line, cookies: dict[str, str], number: int, waits: list[float]) -> None:
        wish = {"listing_id": self._listings[number % LOTS], "quantity": "1"}
        self._post(talk, cookies, "/basket/add", wish, waits)
        self._post(talk, cookies, "/checkout/delivery", ANSWERS, waits)

    def _post(self, talk: Line, cookies: dict[str, str], path: str, form: dict[str, str], waits: list[float]) -> str:
        answer = talk.ask("POST", self._prefix + path, cookies, urlencode({"csrf_token": self._csrf, **form}).encode())
        assert answer.status == 303, (path, answer)
        waits.append(answer.seconds)
        return answer.location

    def order(self, number: int, waits: list[float]) -> None:
        """A whole order of another buyer, who comes on a connection of her own."""
        with self._talk() as talk:
            self._buy(talk, number, waits)

    def _buy(self, talk: Line, number: int, waits: list[float]) -> None:
        cookies = dict(self._cookies)
        self._fill(talk, cookies, number, waits)
        agreed = {"agreed_minor": self._agreed, "agreed_currency": "USD", "agreed_method": "card"}
        placing = {"client_key": ids.secret_token(), **agreed}
        page = self._cards.pages.pop(self._post(talk, cookies, "/checkout", placing, waits))
        body, moment = page.paid(), str(int(time.time()))
        key = provider.WEBHOOK_SECRET.encode()
        signature = hmac.new(key, moment.encode() + b"." + body, "sha256").hexdigest()
        told = talk.ask(
            "POST", f"{self._prefix}/webhooks/stripe", {}, body, f"Stripe-Signature: t={moment},v1={signature}\r\n"
        )
        assert told.status == 200, told
        shown = talk.ask("GET", urlsplit(page.back).path.removesuffix("/back"), cookies)
        assert shown.status == 200, shown
        assert b"Your order is paid" in shown.body
        waits += [told.seconds, shown.seconds]


def _together(clients: int, act: Callable[[int], object]) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def own_postgresql(folder: Path) -> Iterator[dict[str, str]]:
    """Settings of a migrated database on a PostgreSQL of our own, set as it comes; NoPostgres where there is none."""
    # Its unprivileged user has to pass through.
    folder.chmod(0o711)
    cluster = folder / "postgres"
    cluster.mkdir(mode=0o700)
    own = postgres.OwnServer(cluster, ("max_connections=200",))
    own.launch()
    try:
        server = postgres.own_roles(own.admin)
        postgres.make_roles(server)
        server.run(postgres.sql.SQL("CREATE DATABASE lumbung OWNER lumbung_owner"))
        servers.upgrade({**servers.settings(folder), "DATABASE_URL": server.owner_url("lumbung")})
        postgres.let_app_in(server, "lumbung")
        yield {"DATABASE_URL": server.app_url("lumbung")}
    finally:
        postgres.stop(cluster)
        own.wait()


@contextmanager
def own_sqlite(folder: Path) -> Iterator[dict[str, str]]:
    """Settings of a migrated SQLite file."""
    database = {"DATABASE_URL": f"sqlite:///{folder / 'flow.sqlite3'}"}
    servers.upgrade({**servers.settings(folder), **database})
    yield database
