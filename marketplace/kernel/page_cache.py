"""Public pages, kept for a moment in each process: a crowd that reads the same page costs one page.

Kept is only what says of itself that anybody may keep it (`Cache-Control: public`), set no cookie and was asked for
without one but the language's. So nothing of a reader is ever kept, and nothing is older than PAGE_CACHE_S.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.http import parse_etags
from werkzeug.sansio.http import parse_cookie

from marketplace.config import PAGE_CACHE_BYTES_MAX, PAGE_CACHE_KEY_MAX, PAGE_CACHE_PAGES_MAX
from marketplace.kernel import ids, metrics
from marketplace.kernel.cookies import PREFIX
from marketplace.kernel.i18n import ASKED_COOKIE, COOKIE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ASKED_BY = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT",
            "HTTP_ACCEPT_LANGUAGE")  # fmt: skip
OF_LANGUAGE = frozenset({COOKIE, ASKED_COOKIE})
PERSONAL = ("HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_IF_MODIFIED_SINCE")
OWN_HEADERS = frozenset({"x-request-id", "date"})
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it left, until when it holds, and what it takes of the bound: key, headers and body."""

    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    until: float
    size: int


class PageCache:
    """WSGI in front of the app; what was made first goes first when a bound is reached, on bytes or on pages."""

    def __init__(self, app: "WSGIApplication", seconds: float) -> None:
        self._app = app
        self._seconds = seconds
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer from what is kept, or ask the app and keep what may be kept."""
        key = _key(environ)
        if key is None:
            return self._app(environ, start_response)
        kept = self._kept.get(key)
        if kept is not None and kept.until > time.monotonic():
            return _again(kept, environ, start_response)
        return self._first(key, environ, start_response)

    def _first(self, key: Key, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        said: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            said[:] = [status, headers]
            return start_response(status, headers, *rest)

        answer = self._app(environ, listen)
        if not said or not said[0].startswith("200") or not _may_be_kept(said[1]):
            return answer
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        headers = [(name, value) for name, value in said[1] if name.lower() not in OWN_HEADERS]
        etag = {name.lower(): value for name, value in headers}.get("etag", "")
        size = len(body) + sum(map(len, key)) + sum(len(name) + len(value) for name, value in headers)
        self._keep(key, Kept(headers, body, etag, time.monotonic() + self._seconds, size))
        return [body]

    def _keep(self, key: Key, page: Kept) -> None:
        with self._lock:
            old = self._kept.pop(key, None)
            self._bytes -= old.size if old else 0
            self._kept[key] = page
            self._bytes += page.size
            while self._bytes > PAGE_CACHE_BYTES_MAX or len(self._kept) > PAGE_CACHE_PAGES_MAX:
                _oldest, gone = self._kept.popitem(last=False)
                self._bytes -= gone.size


def init_app(app: Flask) -> None:
    """Wrap the app, unless PAGE_CACHE_S is zero."""
    if app.config["PAGE_CACHE_S"]:
        app.wsgi_app = PageCache(app.wsgi_app, app.config["PAGE_CACHE_S"])  # type: ignore[method-assign]


def _key(environ: "WSGIEnvironment") -> Key | None:
    """What decides the answer to a stranger; None where the answer may be somebody's own."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in PERSONAL):
        return None
    sent = environ.get("HTTP_COOKIE")
    cookies = {name.removeprefix(PREFIX): value for name, value in parse_cookie(sent).items()} if sent else {}
    if not OF_LANGUAGE.issuperset(cookies):
        return None
    key = (*(environ.get(name, "") for name in ASKED_BY), cookies.get(COOKIE, ""), cookies.get(ASKED_COOKIE, ""))
    return key if sum(map(len, key)) <= PAGE_CACHE_KEY_MAX else None


def _may_be_kept(headers: list[tuple[str, str]]) -> bool:
    names = {name.lower(): value for name, value in headers}
    return names.get("cache-control", "").startswith("public") and "set-cookie" not in names and "etag" in names


def _again(kept: Kept, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    headers = [*kept.headers, ("X-Request-ID", ids.new_id())]
    asked = environ.get("HTTP_IF_NONE_MATCH")
    known = bool(asked) and parse_etags(asked).contains_raw(kept.etag)
    metrics.count("GET", metrics.KEPT, 304 if known else 200, 0.0)
    if known:
        start_response("304 NOT MODIFIED", [each for each in headers if each[0].lower() != "content-length"])
        return [b""]
    start_response("200 OK", headers)
    return [kept.body]
