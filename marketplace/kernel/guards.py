"""What guards every answer, page or file: headers that it carries unless it says something of its own."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from marketplace.config import STRIPE_API_BASE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self' {card_pages}"
)
CARD_PAGES = "https://checkout.stripe.com"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class Guards:
    """WSGI around the app and its files."""

    def __init__(self, app: "WSGIApplication", headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(name.lower(), (name, value)) for name, value in headers.items()]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The answer, guarded."""

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            said = {name.lower() for name, _value in headers}
            guarding = [header for name, header in self._headers if name not in said]
            return start_response(status, headers + guarding, *rest)

        return self._app(environ, start)


def init_app(app: Flask) -> None:
    """Wrap the app."""
    headers = HEADERS | {"Content-Security-Policy": CSP.format(card_pages=_card_pages(app))}
    if app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    app.wsgi_app = Guards(app.wsgi_app, headers)  # type: ignore[method-assign]


def _card_pages(app: Flask) -> str:
    """Where a form may lead after our redirect: the provider's pages, or those of its double in tests."""
    base: str = app.config["STRIPE_API_BASE"]
    return CARD_PAGES if base == STRIPE_API_BASE else base
