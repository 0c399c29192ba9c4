"""A strict double of Stripe: a small real HTTP server that keeps sessions, payments and refunds in memory.

It refuses unknown parameters and wrong types (by Stripe's published schema where it is there), an idempotency key
reused with other parameters, and refunds beyond the payment; it answers the same key with the same answer. On its
checkout page a browser can pay, be declined or go back, and it signs and sends its events. A test may have calls fail
on their way (`fail_next`), before or after the double has acted.
"""

import hashlib
import hmac
import itertools
import json
import re
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tests.doubles.stripe_schema import Refused, body_schema, checked, query_of, read_form

API_KEY = "sk_test_double"
WEBHOOK_SECRET = "whsec_double"
HANG_S = 1.0  # longer than a test's port waits
SESSION_S_MIN, SESSION_S_MAX = 30 * 60, 24 * 3600
Thing = dict[str, Any]


def sign(body: bytes, at: float, secret: str = WEBHOOK_SECRET) -> str:
    """The Stripe-Signature header of a message sent at a moment."""
    moment = str(int(at))
    digest = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


@dataclass
class Fault:
    """What becomes of the next calls to a path: a status instead of an answer, silence, or a dropped line."""

    kind: str
    path: str = ""
    times: int = 1

    @property
    def acts_first(self) -> bool:
        """Whether the double does what it was asked before the answer is lost."""
        return self.kind == "drop_after"


@dataclass
class StripeDouble:
    """What the double knows; `now` may be set, `down` makes every call fail, `is_slow` keeps its events back.

    `page_max` keeps lists short; unless `books_at_once` a payment's fee waits for `book`.
    """

    base: str = ""
    conformance: Path = Path("/nonexistent")
    now: Callable[[], float] = time.time
    webhook_url: str | None = None
    down: bool = False
    is_slow: bool = False
    page_max: int = 100
    books_at_once: bool = True
    faults: list[Fault] = field(default_factory=list)
    sessions: dict[str, Thing] = field(default_factory=dict)
    payments: dict[str, Thing] = field(default_factory=dict)
    refunds: dict[str, Thing] = field(default_factory=dict)
    disputes: dict[str, Thing] = field(default_factory=dict)
    answers: dict[str, tuple[str, int, Thing]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    events: list[Thing] = field(default_factory=list)
    lock: Any = field(default_factory=threading.RLock)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def _id(self, prefix: str) -> str:
        return f"{prefix}_test_{next(self._numbers):06d}"

    # --- what Stripe does by itself -----------------------------------------------------------------------------

    def pay(self, session_id: str) -> Thing:
        """The buyer pays on the page: the event that tells it (not sent yet). Refuses a page that is not open."""
        session = self.sessions[session_id]
        if session["status"] != "open":
            raise Refused("session", "This page is closed.")
        amount, currency = session["amount_total"], session["currency"]
        payment = self._made("pi", "payment_intent", amount=amount, currency=currency, status="succeeded")
        payment |= {"metadata": session["payment_metadata"], "amount_received": amount, "refunded": 0}
        payment["latest_charge"] = self._made("ch", "charge", amount=amount, balance_transaction=None)
        payment["latest_charge"]["payment_intent"] = payment["id"]
        self.payments[payment["id"]] = payment
        if self.books_at_once:
            self.book(payment["id"])
        session |= {"status": "complete", "payment_status": "paid", "payment_intent": payment["id"]}
        return self.event("checkout.session.completed", session)

    def decline(self, session_id: str) -> Thing:
        """The buyer's bank refuses her card; the page stays open, and she may try another."""
        session = self.sessions[session_id]
        failed = {"id": self._id("pi"), "object": "payment_intent", "amount": session["amount_total"]}
        return self.event("payment_intent.payment_failed", failed | {"status": "requires_payment_method"})

    def time_out(self, session_id: str) -> Thing:
        """The page's own end has come."""
        self._expire(session_id, {})
        return self.event("checkout.session.expired", self.sessions[session_id])

    def book(self, payment_id: str, fee: int | None = None) -> Thing:
        """The fee of a payment is known: 2.9 per cent and 30 unless told."""
        payment = self.payments[payment_id]
        amount, charge = payment["amount"], payment["latest_charge"]
        booked = self._made("txn", "balance_transaction", amount=amount, currency=payment["currency"])
        charge["balance_transaction"] = booked | {"fee": (amount * 29 + 500) // 1000 + 30 if fee is None else fee}
        return self.event("charge.updated", charge | {"balance_transaction": booked["id"]})

    def dispute(self, payment_id: str, amount: int, status: str, kind: str = "created") -> Thing:
        """The buyer's bank asks about a payment, or has decided; the same payment's dispute moves on."""
        payment, due = self.payments[payment_id], int(self.now()) + 7 * 86_400
        name = next((it["id"] for it in self.disputes.values() if it["payment_intent"] == payment_id), None)
        made = self.disputes[name] if name else self._made("du", "dispute", payment_intent=payment_id)
        made |= {"amount": amount, "currency": payment["currency"], "status": status}
        made |= {"charge": payment["latest_charge"]["id"], "evidence_details": {"due_by": due}}
        self.disputes[made["id"]] = made
        return self.event(f"charge.dispute.{kind}", made)

    def move_refund(self, refund_id: str, status: str) -> Thing:
        """A refund reached the buyer's bank, or failed there."""
        refund = self.refunds[refund_id]
        refund["status"] = status
        return self.event("refund.failed" if status == "failed" else "refund.updated", refund)

    def fail_next(self, kind: str, path: str = "", times: int = 1) -> None:
        """Answer the next calls to `path` with "429" or "500", drop them "before" or "drop_after" acting, or "hang"."""
        self.faults.append(Fault(kind, path, times))

    def fault_for(self, path: str) -> Fault | None:
        """The fault that meets a call, once less from now on."""
        for fault in self.faults:
            if fault.times and path.startswith(fault.path):
                fault.times -= 1
                return fault
        return None

    def _made(self, prefix: str, kind: str, **fields: Any) -> Thing:
        return {"id": self._id(prefix), "object": kind, "created": int(self.now()), **fields}

    def event(self, kind: str, subject: Thing, **fields: Any) -> Thing:
        """An event about something, as it is now."""
        made = {"id": self._id("evt"), "object": "event", "type": kind, "livemode": False}
        made |= {"data": {"object": json.loads(json.dumps(subject))}, **fields}
        self.events.append(made)
        return made

    def message(self, event: Thing) -> tuple[bytes, dict[str, str]]:
        """The event as a signed message: body and headers."""
        body = json.dumps(event).encode()
        return body, {"Stripe-Signature": sign(body, self.now()), "Content-Type": "application/json"}

    def send(self, event: Thing) -> int:
        """Send the event to the shop; the status of its answer."""
        assert self.webhook_url, "the double does not know where the shop is"
        body, headers = self.message(event)
        with urllib.request.urlopen(urllib.request.Request(self.webhook_url, body, headers)) as answer:
            return int(answer.status)

    # --- the API --------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: str, body: str, key: str | None) -> tuple[int, Thing]:
        """The answer to one call."""
        with self.lock:
            self.calls.append(f"{method} {path}")
            if key and key in self.answers:
                before, status, thing = self.answers[key]
                if before != body:
                    return _error("idempotency_error", "Keys can only be used with the same parameters.", None)
                return status, thing
            try:
                status, thing = 200, self._act(method, path, query, body)
            except Refused as refused:
                status, thing = _error("invalid_request_error", refused.message, refused.param)
            except KeyError as missing:
                return 404, _error("invalid_request_error", f"No such object: {missing}", "id")[1]
            if key:
                self.answers[key] = (body, status, thing)
            return status, thing

    def _act(self, method: str, path: str, query: str, body: str) -> Thing:
        routes: list[tuple[str, str, Callable[..., Thing]]] = [
            ("POST", r"/v1/checkout/sessions", self._open),
            ("GET", r"/v1/checkout/sessions", lambda _form: self._listed(path, query, self.sessions)),
            ("GET", r"/v1/payment_intents", lambda _form: self._listed(path, query, self.payments)),
            ("GET", r"/v1/refunds", lambda _form: self._listed(path, query, self.refunds)),
            ("GET", r"/v1/disputes", lambda _form: self._listed(path, query, self.disputes)),
            ("GET", r"/v1/checkout/sessions/([^/]+)", lambda it, _form: self.sessions[it]),
            ("POST", r"/v1/checkout/sessions/([^/]+)/expire", self._expire),
            ("POST", r"/v1/refunds", self._refund),
            ("GET", r"/v1/payment_intents/([^/]+)", lambda it, _form: self._payment(it, query)),
        ]
        for verb, pattern, act in routes:
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                return act(*found.groups(), self._form(method, path, body))
        raise KeyError(path)

    def _form(self, method: str, path: str, body: str) -> Thing:
        if method != "POST":
            return {}
        known = re.sub(r"/sessions/[^/]+/", "/sessions/{session}/", path)
        form: Thing = checked(read_form(body), body_schema(known, self.conformance))
        return form

    def _open(self, form: Thing) -> Thing:
        if form.get("mode") != "payment" or not form.get("success_url"):
            raise Refused("mode", "The double sells once, with a success_url.")
        ends = form.get("expires_at", int(self.now()) + SESSION_S_MAX)
        if not SESSION_S_MIN <= ends - self.now() <= SESSION_S_MAX:
            raise Refused("expires_at", "The end must lie between 30 minutes and 24 hours away.")
        prices = [(int(item["quantity"]), item["price_data"]) for item in form["line_items"]]
        currencies = {price["currency"] for _quantity, price in prices}
        amounts = [quantity * _whole(price["unit_amount"]) for quantity, price in prices]
        if len(currencies) != 1 or not all(amounts):
            raise Refused("line_items", "One currency, and sums above zero.")
        session = self._made("cs", "checkout.session", livemode=False)
        name = session["id"]
        self.sessions[name] = session | {
            "payment_metadata": form.get("payment_intent_data", {}).get("metadata", {}),
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "amount_total": sum(amounts),
            "currency": currencies.pop(),
            "client_reference_id": form.get("client_reference_id"),
            "expires_at": ends,
            "success_url": form["success_url"],
            "cancel_url": form.get("cancel_url"),
            "url": f"{self.base}/c/pay/{name}",
        }
        return self.sessions[name]

    def _expire(self, session_id: str, _form: Thing) -> Thing:
        session = self.sessions[session_id]
        if session["status"] != "open":
            raise Refused("session", "Only Checkout Sessions with a status in ['open'] can be expired.")
        session["status"] = "expired"
        return session

    def _refund(self, form: Thing) -> Thing:
        payment = self.payments[form["payment_intent"]]
        amount = form.get("amount", payment["amount"] - payment["refunded"])
        if not 0 < amount <= payment["amount"] - payment["refunded"]:
            raise Refused("amount", "Refund amount is greater than unrefunded amount on charge.")
        payment["refunded"] += amount
        refund = self._made("re", "refund", amount=amount, currency=payment["currency"])
        refund |= {"payment_intent": payment["id"], "status": "pending", "metadata": form.get("metadata", {})}
        self.refunds[refund["id"]] = refund
        return refund

    def _payment(self, payment_id: str, query: str) -> Thing:
        asked = query_of("/v1/payment_intents/{intent}", query, self.conformance)
        return _as_listed(self.payments[payment_id], asked.get("expand", []), "")

    def _listed(self, path: str, query: str, things: dict[str, Thing]) -> Thing:
        """A page of a list, the newest first, as Stripe gives it."""
        asked = query_of(path, query, self.conformance)
        since = int(asked.get("created", {}).get("gte", 0))
        fitting = [it for it in reversed(things.values()) if it["created"] >= since]
        if "payment_intent" in asked:
            fitting = [it for it in fitting if it["payment_intent"] == asked["payment_intent"]]
        if "starting_after" in asked:
            places = [it["id"] for it in fitting]
            fitting = fitting[places.index(asked["starting_after"]) + 1 :]
        size = min(int(asked.get("limit", 10)), self.page_max)
        data = [_as_listed(it, asked.get("expand", []), "data.") for it in fitting[:size]]
        return {"object": "list", "url": path, "has_more": len(fitting) > size, "data": data}


def _as_listed(thing: Thing, expanded: list[str], place: str) -> Thing:
    """A thing as the API shows it: what belongs to another object is its id unless asked for."""
    shown: Thing = json.loads(json.dumps(thing))
    if "latest_charge" in shown and f"{place}latest_charge.balance_transaction" not in expanded:
        shown["latest_charge"] = shown["latest_charge"]["id"]
    shown.pop("payment_metadata", None)
    return shown


def _whole(value: Any) -> int:
    if isinstance(value, int):
        return value
    if not str(value).isdecimal():
        raise Refused("unit_amount", f"Invalid integer: {value}")
    return int(value)


def _error(kind: str, message: str, param: str | None) -> tuple[int, Thing]:
    return 400, {"error": {"type": kind, "message": message, "param": param}}


def _shown(session: Thing, said: str) -> str:
    """The checkout page: a sum, what was said of the card, three ways on."""
    page = (
        f'<!doctype html><html lang="en"><title>Pay</title><h1>Pay {session["amount_total"]} {session["currency"]}</h1>'
    )
    if session["status"] != "open":
        return f"{page}<p>This page is closed.</p></html>"
    names = {"pay": "Pay", "decline": "Pay with a card that is declined"}
    buttons = "".join(f'<button id="{it}" name="act" value="{it}">{text}</button>' for it, text in names.items())
    return f'{page}<p>{said}</p><form method="post">{buttons}</form><a href="{session["cancel_url"]}">Back</a></html>'


def stumble(handler: BaseHTTPRequestHandler, fault: Fault, act: Callable[[], object]) -> None:
    """Meet a call with a fault instead of its answer."""
    if fault.kind.isdecimal():
        body = b'{"error": {"type": "api_error", "message": "later"}}'
        handler.send_response(int(fault.kind))
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return
    if fault.acts_first:
        act()
    if fault.kind == "hang":
        time.sleep(HANG_S)
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def _handler(double: StripeDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            at = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            fault = double.fault_for(at.path)
            if double.down:
                self._write(503, b"", "text/plain")
            elif fault:
                stumble(self, fault, lambda: self._answer(method, at, body))
            elif at.path.startswith("/c/pay/"):
                self._page(method, at.path.removeprefix("/c/pay/"), body)
            elif self.headers.get("Authorization") != f"Bearer {API_KEY}":
                self._write(401, json.dumps(_error("invalid_request_error", "Bad key", None)[1]).encode())
            else:
                status, thing = self._answer(method, at, body)
                self._write(status, json.dumps(thing).encode())

        def _answer(self, method: str, at: SplitResult, body: str) -> tuple[int, Thing]:
            return double.answer(method, at.path, at.query, body, self.headers.get("Idempotency-Key"))

        def _page(self, method: str, session_id: str, body: str) -> None:
            session = double.sessions[session_id]
            if method == "GET" or session["status"] != "open":
                self._write(200, _shown(session, "").encode(), "text/html")
                return
            if "decline" in body:
                self._write(200, _shown(session, "Your card was declined.").encode(), "text/html")
                return
            with double.lock:
                event = double.pay(session_id)
            if double.webhook_url and not double.is_slow:
                double.send(event)
            self.send_response(303)
            self.send_header("Location", session["success_url"])
            self.end_headers()

        def _write(self, status: int, body: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """A test's output stays quiet."""

    return Handler


@contextmanager
def running(conformance: Path) -> Iterator[StripeDouble]:
    """The double on a port of its own, for the time of the block."""
    double = StripeDouble(conformance=conformance)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(double))
    server.daemon_threads = True
    double.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
