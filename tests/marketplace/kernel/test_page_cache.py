"""Public pages are kept for a moment; nothing of a reader ever is."""

import pytest
from flask import Flask, Response, session

from marketplace.kernel import page_cache, policy
from marketplace.kernel.page_cache import PageCache

pytestmark = pytest.mark.own_app


@pytest.fixture
def made(app: Flask) -> list[int]:
    """How often a page was made, page by page; the app keeps pages for a minute."""
    times: list[int] = []

    def page(kind: str) -> Response:
        times.append(len(times))
        response = Response(f"{kind} {len(times)}" + "x" * 1000)
        if kind == "basket":
            session["basket"] = "1"
        if kind != "private":
            response.headers["Cache-Control"] = "public, max-age=60"
        response.add_etag()
        return response

    app.add_url_rule("/kept/<kind>", "kept", policy.allow(policy.PUBLIC)(page))
    app.config["PAGE_CACHE_S"] = 60
    page_cache.init_app(app)
    return times


@pytest.fixture
def ask(app: Flask):
    def get(address: str, **headers: str) -> Response:
        return app.test_client(use_cookies=False).get(
            address, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return get


def test_a_stranger_gets_the_page_made_for_the_last_one(made, ask):
    first, second = ask("/kept/home"), ask("/kept/home")

    assert first.data == second.data
    assert len(made) == 1
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    again = ask("/kept/home", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data, len(made)) == (304, b"", 1)


def test_another_question_is_another_page(made, ask):
    ask("/kept/home")
    for address, headers in (
        ("/kept/home?page=2", {}),
        ("/kept/home", {"Accept_Language": "en"}),
        ("/kept/home", {"Cookie": "lang=en"}),
        ("/kept/home", {"Accept": "application/json"}),
        ("/kept/home", {"Host": "shop.example"}),
    ):
        before = len(made)
        ask(address, **headers)
        assert len(made) == before + 1, (address, headers)


def test_nothing_of_a_reader_is_kept_or_given(made, ask):
    for address, headers in (
        ("/kept/private", {}),
        ("/kept/basket", {}),
        ("/kept/home", {"Cookie": "lumbung=abc"}),
        ("/kept/home", {"Authorization": "Bearer x"}),
    ):
        before = len(made)
        ask(address, **headers)
        ask(address, **headers)
        assert len(made) == before + 2, (address, headers)


def test_a_page_is_made_anew_when_its_time_is_over(app, ask, made):
    app.wsgi_app._seconds = 0

    ask("/kept/home")
    ask("/kept/home")

    assert len(made) == 2


def test_what_is_kept_has_a_bound(app, ask, made, monkeypatch):
    monkeypatch.setattr(page_cache, "PAGE_CACHE_BYTES_MAX", 9_000)

    for number in range(20):
        ask(f"/kept/home?n={number}")

    cache = app.wsgi_app
    assert isinstance(cache, PageCache)
    assert 0 < sum(len(page.body) + sum(map(len, key)) for key, page in cache._kept.items()) <= 9_000
    monkeypatch.setattr(page_cache, "PAGE_CACHE_PAGES_MAX", 1)
    ask("/kept/home?n=last")
    assert len(cache._kept) == 1
    before = len(made)
    for _twice in range(2):
        ask("/kept/home?n=" + "x" * 2_000)
    assert len(made) == before + 2
