"""Whole orders on a bare program: the rows that an order leaves, one ORM SELECT a request, the product's page.

It asks the card provider for a payment page, checks the webhook's signature and keeps the buyer's answers in a signed
cookie, since no shop could do without. It checks nothing else, knows no journal, no policy, no stock that ends, no log,
and nothing works beside it. Rows are inserted table by table with the toolkit's own statements.
"""

import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3
from flask import Flask, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Table, Update, bindparam, insert, select, update
from sqlalchemy.orm import Session, joinedload, lazyload
from werkzeug.wrappers import Response

from benchmarks import bare, flow, provider, servers, written
from benchmarks.load import Talk
from marketplace.app import create_app
from marketplace.catalogue.models import Listing
from marketplace.kernel.db import reading
from orders.checkout.models import Order, OrderLine

PREFIX = "/bare"
ADDED = {"cart_basket"}  # its line is gone again once the order is placed
PLACED = {"checkout_order", "checkout_order_line", "catalogue_reservation", "payment_intent"}


@contextmanager
def shop(folder: Path, database: dict[str, str]) -> Iterator[flow.Counter]:
    """A served bare shop on a fresh database, to be bought from."""
    with flow.prepared(folder, database) as made:
        recorded = written.keep(written.record(made), folder / "order.pickle")
        port = servers.free_port()
        command, environment = servers.granian("benchmarks.bare_wsgi:app", port), made.environment | recorded
        with servers.running(command, environment, port, f"{PREFIX}/hello") as (pid, _ready):
            yield flow.Counter(made, partial(Talk, port), pid, prefix=PREFIX)


def make() -> Flask:
    """The bare app on a shop in which one order was recorded."""
    app = create_app()
    app.session_interface = SecureCookieSessionInterface()
    return bare.stripped(app, BareFlow(app, written.kept()).views())


class BareFlow:
    """The five requests of an order. All of it is told by one stamp, which each name of the order begins with."""

    def __init__(self, app: Flask, left: written.Written) -> None:
        self._template, self._context = bare.taken(app, f"/orders/{left.token}")
        self._engine = written.engine_of(os.environ["DATABASE_URL"])
        tables = written.reflected(self._engine).tables
        self._inserts = {name: (insert(tables[name]), rows) for name, rows in left.inserted.items()}
        self._sums = [[_adding(tables[name], key, sums) for name, key, sums in each] for each in left.added]
        self._provider = urllib3.PoolManager(maxsize=40)
        (order,), (intent,) = left.inserted["checkout_order"], left.inserted["payment_intent"]
        self._token, self._intent, self._order = order["token"], intent["id"], order["id"]
        self._sum, self._currency = intent["amount_minor"], intent["currency"]
        whole = joinedload(Order.lines).options(lazyload(OrderLine.splits), lazyload(OrderLine.organisation))
        self._by_id = select(Order).where(Order.id == bindparam("id")).options(whole)
        self._by_token = select(Order).where(Order.token == bindparam("token")).options(whole)

    def views(self) -> list[bare.View]:
        """Where each request goes."""
        return [
            ("GET", f"{PREFIX}/hello", lambda: "hello"),
            ("POST", f"{PREFIX}/basket/add", self.add),
            ("POST", f"{PREFIX}/checkout/delivery", self.delivery),
            ("GET", f"{PREFIX}/checkout", self.sum),
            ("POST", f"{PREFIX}/checkout", self.place),
            ("POST", f"{PREFIX}/webhooks/stripe", self.webhook),
            ("GET", f"{PREFIX}/orders/<stamp>", self.show),
        ]

    def add(self) -> Response:
        """A piece into a new basket."""
        session["stamp"] = _stamp()
        with Session(self._engine) as rows:
            rows.get_one(Listing, request.form["listing_id"])
            self._insert(rows, ADDED, session["stamp"])
            rows.commit()
        return redirect("/checkout", 303)

    def delivery(self) -> Response:
        """The buyer's answers."""
        session["answers"] = dict(request.form)
        return redirect("/checkout", 303)

    def sum(self) -> str:
        """What the order comes to."""
        return f'name="agreed_minor" value="{self._sum}"'

    def place(self) -> Response:
        """The order, and the provider's page for it."""
        stamp = session["stamp"]
        with Session(self._engine) as rows:
            rows.scalars(select(Listing).limit(1)).one()
            self._insert(rows, PLACED, stamp)
            rows.commit()
        wish = {
            "client_reference_id": self._intent.of(stamp),
            "line_items[0][price_data][unit_amount]": self._sum,
            "line_items[0][price_data][currency]": self._currency.lower(),
            "success_url": f"{request.host_url}{PREFIX[1:]}/orders/{stamp}/back",
        }
        address = f"{os.environ['STRIPE_API_BASE']}/v1/checkout/sessions"
        answer = self._provider.request("POST", address, body=urlencode(wish))
        return redirect(answer.json()["url"], 303)

    def webhook(self) -> str:
        """The provider's word that it is paid, and all that follows from it."""
        body = request.get_data()
        signed = dict(part.split("=", 1) for part in request.headers["Stripe-Signature"].split(","))
        expected = hmac.new(provider.WEBHOOK_SECRET.encode(), signed["t"].encode() + b"." + body, hashlib.sha256)
        assert hmac.compare_digest(expected.hexdigest(), signed["v1"])
        stamp = json.loads(body)["data"]["object"]["client_reference_id"][: written.STAMP_LENGTH]
        with Session(self._engine) as rows:
            rows.scalars(self._by_id, {"id": self._order.of(stamp)}).unique().one()
            self._insert(rows, self._inserts.keys() - ADDED - PLACED, stamp)
            for statement, key in self._sums[int(stamp, 16) % len(self._sums)]:
                rows.execute(statement, key)
            rows.commit()
        return ""

    def show(self, stamp: str) -> str:
        """The order's page."""
        with reading(), Session(self._engine) as rows:
            order = rows.scalars(self._by_token, {"token": self._token.of(stamp)}).unique().one()
            page: str = self._template.render({**self._context, "order": order})
            return page

    def _insert(self, rows: Session, tables: Set[str], stamp: str) -> None:
        for name, (statement, recorded) in self._inserts.items():
            if name in tables:
                rows.execute(statement, [_filled(row, stamp) for row in recorded])


def _adding(table: Table, key: Mapping[str, Any], sums: Mapping[str, int]) -> tuple[Update, dict[str, Any]]:
    """What adds to the numbers of a row, and the values that find it."""
    found = [table.c[column] == bindparam(f"k_{column}") for column in key]
    statement = update(table).where(*found).values({column: table.c[column] + more for column, more in sums.items()})
    return statement, {f"k_{column}": value for column, value in key.items()}


def _stamp() -> str:
    """Thirteen characters that sort by time, to a millisecond, and that no other order has."""
    return f"{time.time_ns() >> 20:08x}"[-8:] + secrets.token_hex(3)[: written.STAMP_LENGTH - 8]


def _filled(row: Mapping[str, Any], stamp: str) -> dict[str, Any]:
    return {name: value.of(stamp) if type(value) is written.Name else value for name, value in row.items()}
