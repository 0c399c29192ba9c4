"""How Stripe's library talks to Stripe: over connections of ours, without the layers of the client it brings."""

import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import stripe
import urllib3
from requests.utils import get_auth_from_url, get_environ_proxies, prepend_scheme_if_needed, select_proxy
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError, ProxyError, TimeoutError

stripe.enable_telemetry = False  # what machine this is and how fast it is answered is not theirs to know

PASSING = (TimeoutError, NewConnectionError, ProtocolError, ProxyError)
"""What may be over when the same is asked again."""


class Line(stripe.HTTPClient):
    """One line to one address for all threads, with a connection kept open for each.

    It refuses a certificate that it cannot check, bears no silence beyond `seconds_max` and follows nobody elsewhere.
    Whether and when to try again, the library decides.
    """

    name = "urllib3"

    def __init__(self, base: str, *, seconds_max: float, connections: int) -> None:
        super().__init__()
        self._base, self._seconds_max, self._connections = base, seconds_max, connections

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """The answer's body, status and headers; APIConnectionError where none comes."""
        told = {**headers, "Accept-Encoding": "gzip"}
        try:
            answer = self._pools.urlopen(method.upper(), url, redirect=False, headers=told, body=post_data)
        except (HTTPError, ValueError) as error:  # a ValueError is a key that can stand in no header
            reason = f"{type(error).__name__}: {error}"
            raise stripe.APIConnectionError(  # type: ignore[no-untyped-call]
                reason, should_retry=isinstance(error, PASSING)
            ) from error
        return answer.data, answer.status, answer.headers

    @cached_property
    def _pools(self) -> urllib3.PoolManager:
        """Made with the first call; what the environment says of proxies and roots is read only then."""
        ways: dict[str, Any] = {"maxsize": self._connections, "timeout": self._seconds_max, "retries": False}
        if self._base.startswith("https:"):
            ways["ssl_context"] = _roots()
        proxy = select_proxy(self._base, get_environ_proxies(self._base))
        if not proxy:
            return urllib3.PoolManager(**ways)
        proxy = prepend_scheme_if_needed(proxy, "http")
        name, password = get_auth_from_url(proxy)
        signed = urllib3.make_headers(proxy_basic_auth=f"{name}:{password}") if name else None
        return urllib3.ProxyManager(proxy, proxy_headers=signed, **ways)


def _roots() -> ssl.SSLContext:
    """Whom we believe: the roots that the library brings, the machine's, and those that SSL_CERT_FILE names."""
    context = ssl.create_default_context()
    context.load_verify_locations(stripe.ca_bundle_path)
    return context
