"""A browser without script that judges every page it is shown.

    page = visitor.get("/sign-in")
    page = page.form().fill(email="sari@example.org", password="…").send()
    assert page.h1 == "…"

Forms are filled and sent as they stand in the page, so a missing field, option or token fails the test.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask, g, has_app_context
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from marketplace.accounts.models import User
from marketplace.accounts.sessions import COOKIE_KEY, SEEN_KEY, begin_session
from marketplace.kernel import ids
from marketplace.kernel.db import db
from tests.page import Form, Page, judge_answer

REDIRECTS_MAX = 5
NEVER_IDLE = 2**40  # seconds: a test may move the clock by weeks and go on


class PageClient:
    """A visitor with her own cookies, reading in one language."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.app = app
        self.language = language
        self.http = app.test_client()

    # --- asking -------------------------------------------------------------------------------------------------

    def get(self, address: str, *, status: int = 200, follow: bool = False, **options: Any) -> Page:
        """The page at an address, judged; fails where the answer has another status."""
        return self._ask("GET", address, status, follow, options)

    def post(
        self, address: str, data: Mapping[str, Any] | None = None, *, status: int = 200, follow: bool = True,
        csrf: bool = True, **options: Any,
    ) -> Page:  # fmt: skip
        """Send data without a form, for what no page offers: a stranger's try, a route × role matrix."""
        sent = dict(data or {})
        if csrf and "json" not in options:
            sent["csrf_token"] = self.csrf_token()
        return self._ask("POST", address, status, follow, {"data": sent, **options})

    def json(self, address: str, *, status: int = 200, **options: Any) -> Any:
        """The JSON at an address."""
        return self._ask("GET", address, status, False, options).json

    def send(self, form: Form, *, status: int = 200, follow: bool = True, button: str | None = None) -> Page:
        """Send a filled form as a browser would."""
        address = urljoin(form.page.address, form.action)
        if form.method == "GET":
            return self._ask("GET", address, status, follow, {"query_string": form.data(button)})
        return self._ask("POST", address, status, follow, {"data": form.data(button)})

    def read(self, address: str) -> Page:
        """Whatever answers at an address, judged; where it leads on, the answer that says so."""
        _forget_last_request()
        return self._judged(self.http.get(address, headers={"Accept-Language": self.language}), address)

    def _ask(self, method: str, address: str, status: int, follow: bool, options: dict[str, Any]) -> Page:
        headers = {"Accept-Language": self.language, **options.pop("headers", {})}
        _forget_last_request()
        page = self._judged(self.http.open(address, method=method, headers=headers, **options), address)
        for _turn in range(REDIRECTS_MAX):
            if not (follow and 300 <= page.status < 400):
                break
            address = urljoin(page.address, page.response.headers["Location"])
            page = self._judged(self.http.get(_local(address), headers=headers), address)
        assert page.status == status, f"{method} {address} answered {page.status}, not {status}: {page.words[:600]}"
        return page

    def _judged(self, response: TestResponse, address: str) -> Page:
        chosen = self.http.get_cookie("lang")
        if chosen is not None:
            self.language = chosen.value
        page = Page(response, address, self)
        judge_answer(page)
        return page

    # --- being somebody -----------------------------------------------------------------------------------------

    def sign_in(self, user: User) -> "PageClient":
        """Hold a session of the user from now on, as if she had signed in; answers itself."""
        token = ids.secret_token()
        # Asking the user herself could open a transaction in the test's session, which then waits for this one.
        (user_id,) = inspect(user).identity or (user.id,)
        with self.app.app_context():
            begin_session(user_id, token)
            db.session.commit()
        with self.http.session_transaction() as session:
            session.clear()
            session[COOKIE_KEY] = token
            session[SEEN_KEY] = NEVER_IDLE
        return self

    def csrf_token(self) -> str:
        """A token that the present session accepts."""
        with self.http.session_transaction() as session:
            raw = session.setdefault("csrf_token", hashlib.sha256(secrets.token_bytes()).hexdigest())
        token = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(raw)
        return str(token)

    def thief(self) -> "PageClient":
        """Somebody else with a copy of all cookies as they are now."""
        thief = PageClient(self.app, self.language)
        for cookie in self.http._cookies.values():
            thief.http.set_cookie(cookie.key, cookie.decoded_value, domain=cookie.domain, path=cookie.path)
        return thief


def _forget_last_request() -> None:
    """A test that holds an app context shares its g with the requests; each of these begins with an empty one."""
    for name in list(g) if has_app_context() else ():
        g.pop(name)


def _local(address: str) -> str:
    parts = urlsplit(address)
    assert parts.netloc in {"", "localhost"}, f"This leads away: {address}"
    return parts._replace(scheme="", netloc="").geturl()
