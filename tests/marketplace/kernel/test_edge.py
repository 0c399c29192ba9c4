"""What holds for every answer, whatever part made it."""

import re

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.cli import list_routes
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.conftest import settings

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def engine():
    return "sqlite"


def addresses(app: Flask) -> list[tuple[str, str]]:
    """Every unsafe route that a browser can be tricked into, with its blanks filled."""
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & UNSAFE):
            if not rule.rule.startswith(("/api/", "/webhooks/")):
                found.append((method, re.sub(r"<(?:int:|uuid:)?[^>]+>", "1", rule.rule)))
    return found


def test_no_unsafe_route_is_taken_without_a_csrf_token(app):
    client = app.test_client()

    answers = {(method, path): client.open(path, method=method, data={}) for method, path in addresses(app)}

    assert len(answers) > 20
    assert {key: answer.status_code for key, answer in answers.items() if answer.status_code != 400} == {}
    assert all("Content-Security-Policy" in answer.headers for answer in answers.values())


def test_token_of_another_session_is_refused(app):
    first, second = PageClient(app), PageClient(app)
    token = first.csrf_token()
    second.csrf_token()

    second.post("/sign-in", {"csrf_token": token, "who": "a@example.org", "password": "x"}, csrf=False, status=400)


def test_every_get_answer_carries_the_headers(app, visitor):
    paths = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]

    for path in paths:
        response = visitor.http.get(path)
        assert response.status_code < 500, path
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
            assert name in response.headers, (path, name)
        assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/sign-out", 405), ("/sign-in?x=%ff", 200), ("/static/nothing.css", 404), ("/%00", 404)],
)
def test_errors_carry_the_headers_too(visitor, path, status):
    visitor.get(path, status=status)


def test_unexpected_error_is_a_page_with_headers_and_without_details(app, visitor, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("marketplace.accounts.views.signing.present_session", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    page = visitor.get("/sign-in", status=500)

    assert "secret detail" not in page.text


def test_every_route_says_who_may_use_it(app):
    assert [route["rule"] for route in list_routes(app) if not route["policy"]] == []


@pytest.fixture
def strict(database, tmp_path):
    made = []

    def make(**overrides):
        made.append(create_app({**settings(database.url, tmp_path), **overrides}))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_foreign_host_is_refused(strict):
    client = strict(TRUSTED_HOSTS=["lumbung.example"]).test_client()

    assert client.get("/sign-in", base_url="http://lumbung.example").status_code == 200
    refused = client.get("/sign-in", base_url="http://evil.example")
    assert refused.status_code == 400
    assert "Content-Security-Policy" in refused.headers


def test_cookies_on_https_are_secure_and_bound_to_the_host(strict):
    https = {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_NAME": "__Host-lumbung", "BASE_URL": "https://localhost"}

    response = strict(**https).test_client().get("/sign-in?lang=en", base_url="https://localhost")

    cookies = response.headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-lumbung="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in session.split(";")}
    assert "Domain" not in session
    assert all("Secure" in cookie and cookie.startswith("__Host-") for cookie in cookies)
    assert len(cookies) == 3
    assert "Strict-Transport-Security" in response.headers
