"""Headers that guard every answer: of a page, of a file, and what says something of its own."""

from typing import Any

import pytest

from marketplace.app import create_app
from marketplace.kernel.guards import CARD_PAGES, HEADERS, Guards


def _headers(said: list[tuple[str, str]], guarding: dict[str, str]) -> list[tuple[str, str]]:
    answered: list[Any] = []

    def app(_environ, start_response):
        start_response("200 OK", said)
        return [b""]

    list(Guards(app, guarding)({}, lambda *start: answered.append(start)))
    return answered[0][1]


def test_what_an_answer_says_itself_stands_however_it_is_spelt():
    said = [("content-security-policy", "sandbox"), ("X-Own", "1")]

    headers = _headers(said, {"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY"})

    assert headers == [*said, ("X-Frame-Options", "DENY")]
    assert said == [("content-security-policy", "sandbox"), ("X-Own", "1")]


@pytest.mark.parametrize("path", ["/static/css/tokens.css", "/healthz", "/nothing/here"])
@pytest.mark.parametrize("https", [True, False])
def test_a_file_is_guarded_as_a_page_is(path: str, https: bool):
    app = create_app({"LUMBUNG_ENV": "test", "DATABASE_URL": "sqlite:///:memory:", "SESSION_COOKIE_SECURE": https})

    with app.test_client().get(path, buffered=True) as answer:
        headers = answer.headers

    for name, value in HEADERS.items():
        assert headers.getlist(name) == [value] or name == "Cache-Control"
    assert len(headers.getlist("Cache-Control")) == 1
    assert headers["Content-Security-Policy"].endswith(f"form-action 'self' {CARD_PAGES}")
    assert ("Strict-Transport-Security" in headers) is https


def test_a_file_that_the_reader_has_is_guarded_too():
    client = create_app({"LUMBUNG_ENV": "test", "DATABASE_URL": "sqlite:///:memory:"}).test_client()
    first = client.get("/static/css/tokens.css", buffered=True)

    again = client.get("/static/css/tokens.css", headers={"If-None-Match": first.headers["ETag"]}, buffered=True)

    assert again.status_code == 304
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
