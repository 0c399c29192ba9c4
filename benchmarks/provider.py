"""A card provider that costs almost nothing: it opens payment pages and forgets them; what is measured is ours."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

API_KEY = "sk_test_bench"
WEBHOOK_SECRET = "whsec_bench"


@dataclass(frozen=True, slots=True)
class Page:
    """A payment page that was opened: its session, our intent, the sum and the buyer's way back."""

    session_id: str
    intent_id: str
    amount: int
    currency: str
    back: str

    def paid(self) -> bytes:
        """The event that says it was paid."""
        session = {
            "id": self.session_id,
            "client_reference_id": self.intent_id,
            "livemode": False,
            "status": "complete",
            "payment_status": "paid",
            "payment_intent": f"pi_{self.intent_id}",
            "amount_total": self.amount,
            "currency": self.currency,
        }
        event = {"id": f"evt_{self.intent_id}", "object": "event", "type": "checkout.session.completed"}
        return json.dumps({**event, "livemode": False, "data": {"object": session}}).encode()


@dataclass
class Provider:
    """Where it answers, and its pages by address."""

    base: str = ""
    pages: dict[str, Page] = field(default_factory=dict)

    def open(self, form: dict[str, list[str]]) -> bytes:
        """A page for a wish."""
        intent_id = form["client_reference_id"][0]
        page = Page(
            f"cs_{intent_id}",
            intent_id,
            int(form["line_items[0][price_data][unit_amount]"][0]),
            form["line_items[0][price_data][currency]"][0],
            form["success_url"][0],
        )
        url = f"{self.base}/c/pay/{page.session_id}"
        self.pages[url] = page
        return json.dumps({"id": page.session_id, "object": "checkout.session", "url": url}).encode()


def _booked(payment_id: str) -> bytes:
    """A payment whose fee is known at once."""
    booked = {"id": "txn", "object": "balance_transaction", "amount": 100, "currency": "usd", "fee": 250}
    charge = {"id": "ch", "object": "charge", "balance_transaction": booked}
    return json.dumps({"id": payment_id, "object": "payment_intent", "amount": 100, "latest_charge": charge}).encode()


@contextmanager
def running() -> Iterator[Provider]:
    """The provider on a port of its own, for the time of the block."""
    provider = Provider()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                length = 0
                while (header := self.rfile.readline()) not in {b"\r\n", b""}:
                    name, _colon, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                form = parse_qs(self.rfile.read(length).decode())
                opens = line.startswith(b"POST /v1/checkout/sessions ")
                body = provider.open(form) if opens else _booked(line.split(b"?")[0].rpartition(b"/")[2].decode())
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                self.wfile.write(head + body)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        provider.base = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
