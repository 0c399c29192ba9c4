"""The line to the provider: kept open, checked, through the operator's proxy, led elsewhere by nobody."""

import datetime
import ipaddress
import platform
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stripe
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from orders.payments.port import ProviderDown
from orders.payments.stripe_port import StripePort

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
UNPAID = b'{"id": "cs_1", "object": "checkout.session", "status": "open", "payment_status": "unpaid"}'


@dataclass
class Peer:
    """Who answers at the other end, what it was asked, and over how many connections."""

    base: str = ""
    asked: list[str] = field(default_factory=list)
    signed_in: set[str | None] = field(default_factory=set)
    told: str = ""
    callers: set[int] = field(default_factory=set)
    elsewhere: str = ""
    cuts: int = 0


@contextmanager
def answering(tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """A peer that knows one page, which nobody has paid."""
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            peer.asked.append(self.path)
            peer.callers.add(self.client_address[1])
            peer.signed_in.add(self.headers.get("Proxy-Authorization"))
            peer.told += str(self.headers)
            self.send_response(302 if peer.elsewhere else 200)
            if peer.elsewhere:
                self.send_header("Location", peer.elsewhere)
            is_cut, peer.cuts = peer.cuts > 0, peer.cuts - 1
            self.send_header("Content-Length", str(len(UNPAID) + is_cut))
            self.send_header("Request-Id", "req_1")
            self.end_headers()
            self.wfile.write(UNPAID)
            self.close_connection = is_cut

        def log_message(self, *_args: object) -> None:
            """A test's output stays quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """Who does not trust our certificate hangs up."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        peer.base = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield peer
        server.shutdown()


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no roots of the machine's own, and no pause between two tries."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.001)


def port(base: str) -> StripePort:
    return StripePort("sk_test_1", base, seconds_max=5)


def test_one_connection_serves_call_after_call() -> None:
    with answering() as peer:
        line = port(peer.base)

        assert [line.paid_on("cs_1") for _time in range(3)] == [None] * 3

    assert (len(peer.asked), len(peer.callers)) == (3, 1)


def test_the_provider_learns_nothing_of_our_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with answering() as peer:
        line = port(peer.base)

        assert [line.paid_on("cs_1") for _time in range(2)] == [None] * 2

    assert "telemetry" not in peer.told.lower()
    assert platform.platform() not in peer.told
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_leads_elsewhere_is_no_answer() -> None:
    with answering() as peer, answering() as other:
        peer.elsewhere = f"{other.base}/v1/checkout/sessions/cs_1"

        with pytest.raises(ProviderDown):
            port(peer.base).paid_on("cs_1")

    assert other.asked == []


def test_an_answer_cut_short_is_asked_for_again() -> None:
    with answering() as peer:
        peer.cuts = 1

        assert port(peer.base).paid_on("cs_1") is None

    assert len(peer.asked) == 2


def test_the_environment_names_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering() as proxy:
        monkeypatch.setenv("http_proxy", proxy.base.replace("//", "//shop:secret@"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")

        assert port("http://stripe.test").paid_on("cs_1") is None

    assert proxy.asked == ["http://stripe.test/v1/checkout/sessions/cs_1"]
    assert proxy.signed_in == {"Basic c2hvcDpzZWNyZXQ="}


def test_a_proxy_that_we_cannot_use_is_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "gopher://127.0.0.1:1")

    with pytest.raises(ProviderDown):
        port("http://stripe.test").paid_on("cs_1")


def test_a_certificate_counts_once_the_operator_names_its_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, tls = own_root(tmp_path)
    with answering(tls) as peer:
        with pytest.raises(ProviderDown):
            port(peer.base).paid_on("cs_1")
        assert peer.asked == []

        monkeypatch.setenv("SSL_CERT_FILE", str(root))

        assert port(peer.base).paid_on("cs_1") is None


def own_root(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine that nobody else vouches for, and the TLS of a server that shows it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A root of one's own")])
    authority = x509.BasicConstraints(ca=True, path_length=0)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    made = made.add_extension(authority, critical=True).add_extension(here, critical=False)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    shown = folder / "root.pem"
    shown.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    kept = folder / "key.pem"
    plain = serialization.NoEncryption()
    kept.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(shown, kept)
    return shown, tls
