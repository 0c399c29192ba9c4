"""Counts of what repeats: one for all workers, none for somebody else, bounded in rows."""

import threading
from datetime import timedelta

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.config import SEARCHES_UNSHARED, BadSetting, load
from marketplace.kernel import clock, limits
from marketplace.kernel.db import db
from marketplace.kernel.errors import TooMany
from marketplace.kernel.journal.checkpoint import Signer
from marketplace.kernel.limits import Bound, Few, RateCount, forget, give_back, network_address, spend, sweep, take
from tests.conftest import settings

BOUND = Bound("try", 3, 60)


def rows() -> list[tuple[str, int]]:
    found = [(count.key_hash, count.hits) for count in db.session.query(RateCount).all()]
    db.session.rollback()
    return found


def test_a_bound_holds_for_its_kind_and_subject_and_its_window(app):
    with app.app_context(), clock.at(clock.now()):
        for _turn in range(3):
            spend(BOUND, "sari")
        with pytest.raises(TooMany):
            spend(BOUND, "sari")

        assert take(BOUND, "maria")
        assert take(Bound("other", 3, 60), "sari")
        clock.advance(timedelta(seconds=60))
        spend(BOUND, "sari")


def test_what_was_feared_and_did_not_happen_is_given_back(app):
    with app.app_context():
        for _turn in range(9):
            spend(BOUND, "sari")
            give_back(BOUND, "sari")
        for _turn in range(3):
            spend(BOUND, "sari")
        forget(BOUND, "sari")

        spend(BOUND, "sari")
        give_back(Bound("never", 3, 60), "counted")
        assert sorted(hits for _key, hits in rows()) == [0, 1]


def test_workers_share_one_count_and_lose_none(app, database, tmp_path):
    other = create_app(settings(database.url, tmp_path))
    allowed: list[bool] = []

    def worker(one: Flask) -> None:
        with one.app_context():
            for _turn in range(10):
                allowed.append(take(Bound("crowd", 25, 60), "one"))

    workers = [threading.Thread(target=worker, args=(one,)) for one in (app, app, other, other)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert (len(allowed), sum(allowed)) == (40, 25)
    with other.app_context():
        db.engine.dispose()


def test_rows_hold_no_subject_and_end(app, monkeypatch):
    with app.app_context(), clock.at(clock.now()):
        for number in range(5):
            take(Bound("try", 3, 60 + number), f"person-{number}@example.org")
        assert "example" not in str(rows())

        monkeypatch.setattr(limits, "LIMIT_ROWS_MAX", 3)
        sweep()
        assert len(rows()) == 3
        clock.advance(timedelta(seconds=63))
        sweep()
        assert len(rows()) == 1


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unix:", "unix:"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_ipv6_home_counts_as_one_address(app, seen, counted):
    with app.test_request_context(environ_base={"REMOTE_ADDR": seen}):
        assert network_address() == counted


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("proxies", "address"), [(0, "10.0.0.1"), (1, "203.0.113.7")])
def test_a_forwarded_address_counts_only_from_a_trusted_proxy(database, tmp_path, proxies, address):
    app = create_app({**settings(database.url, tmp_path), "TRUSTED_PROXIES": proxies})
    seen: list[str] = []
    app.before_request(lambda: seen.append(network_address()))
    headers = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7", "X-Forwarded-Host": "evil.example"}

    answer = app.test_client().get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})

    assert (answer.status_code, seen) == (200, [address])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_searches_are_bounded_and_browsing_is_not(visitor):
    visitor.http.environ_base["REMOTE_ADDR"] = "203.0.113.99"  # not counted by this process in another test
    answers = [visitor.http.get("/products.json?q=tenun").status_code for _turn in range(121)]

    assert (answers.count(200), answers[-1]) == (120, 429)
    page = visitor.get("/products?q=tenun", status=429)
    assert "Wait a quarter of an hour" in page.words
    visitor.get("/products")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_first_few_are_shared_late_but_all(app, monkeypatch):
    few, bound = Few(3), Bound("late", 5, 60)
    with app.app_context(), clock.at(clock.now()):
        assert [few.to_share("one", 60) for _turn in range(5)] == [0, 0, 3, 1, 1]
        assert [take(bound, "one", amount) for amount in (3, 1, 1, 1)] == [True, True, True, False]
        clock.advance(timedelta(seconds=61))
        assert few.to_share("one", 60) == 0

        monkeypatch.setattr(limits, "LIMIT_ADDRESSES_KEPT_MAX", 2)
        for subject in ("two", "three", "four"):
            few.to_share(subject, 60)
        assert len(few._counts) == 2


def test_a_storage_that_is_away_hides_no_page(app, visitor, monkeypatch):
    monkeypatch.setattr(limits, "_COUNT", limits.text("SELECT nothing FROM nowhere"))

    for _turn in range(SEARCHES_UNSHARED + 1):
        visitor.get("/products?q=tenun")


def set_keys(monkeypatch):
    keys = {"SECRET_KEY": "k" * 32, "FIELD_KEYS": "33" * 32, "CHECKPOINT_KEY": Signer("shop", b"2" * 32).to_text()}
    for name, key in keys.items():
        monkeypatch.setenv(name, key)


def test_a_house_that_counts_nothing_is_signed_into_all_the_same(database, tmp_path):
    app = create_app({**settings(database.url, tmp_path), "RATELIMIT_ENABLED": False})
    with app.app_context():
        for _turn in range(4):
            spend(BOUND, "sari")
        give_back(BOUND, "sari")
        forget(BOUND, "sari")
        assert rows() == []
        db.engine.dispose()


def test_production_counts_what_repeats(monkeypatch):
    set_keys(monkeypatch)
    with pytest.raises(BadSetting, match="RATE_LIMITS"):
        load({"LUMBUNG_ENV": "production", "RATELIMIT_ENABLED": False, "DATABASE_URL": "sqlite://"})


def test_production_answers_its_own_host_alone(monkeypatch):
    set_keys(monkeypatch)

    config = load({"LUMBUNG_ENV": "production", "BASE_URL": "https://lumbung.example", "DATABASE_URL": "sqlite://"})

    assert config["TRUSTED_HOSTS"] == ["lumbung.example"]


def test_links_lead_to_the_port_that_is_served(monkeypatch):
    monkeypatch.delenv("BASE_URL", raising=False)
    monkeypatch.setenv("PORT", "8061")

    assert load({"LUMBUNG_ENV": "test", "DATABASE_URL": "sqlite://"})["BASE_URL"] == "http://127.0.0.1:8061"


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [
        ("postgresql://app:x@db.example.org/lumbung", True),
        ("postgresql://app:x@/lumbung?host=10.0.0.7", True),
        ("postgresql://app:x@db.example.org/lumbung?sslmode=verify-full", False),
        ("postgresql://app:x@127.0.0.1/lumbung", False),
        ("postgresql://app:x@/lumbung?host=/run/postgresql", False),
    ],
)
def test_production_has_said_how_the_line_to_another_host_is_protected(monkeypatch, address, is_refused):
    set_keys(monkeypatch)
    overrides = {"LUMBUNG_ENV": "production", "DATABASE_URL": address}
    if not is_refused:
        assert load(overrides)["DATABASE_URL"] == address
        return

    with pytest.raises(BadSetting, match="sslmode=verify-full"):
        load(overrides)
