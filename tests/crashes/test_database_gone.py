"""The database does not answer, or its answer is lost: nobody waits for ever, nothing is lost, nothing done twice."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.config import database_url
from marketplace.kernel import clock
from marketplace.kernel import db as database_module
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.patience import PatientConnection
from orders.checkout.models import Order
from producers.deliveries.models import DeliverySlip
from tests.client import PageClient
from tests.conftest import settings
from tests.crashes.between import Between, between
from tests.crashes.captures import card_settings, make_capture
from tests.crashes.imports import make_imports
from tests.factories.door import make_door
from tests.house import patience
from tests.orders.shop import open_shop
from tests.orders.test_buyer_pages import checked
from tests.page import Form

ANSWER_S_MAX = 0.5
CONNECT_S_MAX = 2  # psycopg waits no shorter


@pytest.fixture
def line(fresh_database, monkeypatch, tmp_path: Path) -> Iterator[tuple[Flask, Between]]:
    """The app on PostgreSQL with somebody between; impatient, so that the tests need not wait."""
    monkeypatch.setattr(PatientConnection, "answer_s_max", ANSWER_S_MAX * patience())
    monkeypatch.setattr(database_module, "CONNECT_S_MAX", CONNECT_S_MAX)
    with between(fresh_database("postgresql").url) as (proxy, url):
        app = create_app(settings(url, tmp_path) | card_settings())
        yield app, proxy
        proxy.dumb = False
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_nobody_waits_for_ever_for_a_database_that_says_nothing(line):
    app, proxy = line
    client = app.test_client()
    assert client.get("/").status_code == 200

    proxy.dumb = True
    for bound in (ANSWER_S_MAX, CONNECT_S_MAX):  # first the pool's open connection, then a new one
        begun = time.monotonic()
        answer = client.get("/")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert time.monotonic() - begun < (bound + 2) * patience()
    assert client.get("/healthz").status_code == 200

    proxy.dumb = False
    assert client.get("/").status_code == 200


def test_a_server_that_starts_gets_to_know_its_database_and_does_without_one_that_is_away(line):
    app, proxy = line
    proxy.dumb = True
    database_module.get_to_know(app)
    with app.app_context():
        assert db.engine.pool.checkedin() == 0

    proxy.dumb = False
    database_module.get_to_know(app)
    with app.app_context():
        assert db.engine.pool.checkedin() == 1


def test_a_table_changed_under_a_running_server_costs_each_connection_one_try(fresh_database, tmp_path: Path):
    database = fresh_database("postgresql")
    app = create_app(settings(database.url, tmp_path))
    client, owner = app.test_client(), create_engine(database_url(database.owner_url))
    page = "/cooperatives?page={}"
    assert {client.get(page.format(turn)).status_code for turn in range(9)} == {200}

    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE account_organisation ALTER COLUMN slug TYPE TEXT"))
    owner.dispose()

    answer, again = (client.get(page.format(1)) for _time in range(2))
    assert (answer.status_code, answer.headers["Retry-After"], again.status_code) == (503, "30", 200)
    with app.app_context():
        db.engine.dispose()


def test_nobody_waits_for_ever_for_a_lock_or_for_a_statement(fresh_database, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(database_module, "LOCK_WAIT_MS_MAX", 100)
    monkeypatch.setattr(database_module, "STATEMENT_MS_MAX", 300)
    database = fresh_database("postgresql")
    app, owner = create_app(settings(database.url, tmp_path)), create_engine(database_url(database.owner_url))
    with app.app_context(), owner.begin() as somebody:
        somebody.execute(text("LOCK TABLE catalogue_listing IN ACCESS EXCLUSIVE MODE"))
        begun = time.monotonic()

        waited = app.test_client().get("/")
        for asked, why in (("1 FROM catalogue_listing", "lock timeout"), ("pg_sleep(30)", "statement timeout")):
            db.session.rollback()
            with pytest.raises(OperationalError, match=why):
                db.session.execute(text(f"SELECT {asked}"))

        assert (waited.status_code, waited.headers["Retry-After"]) == (503, "30")
        assert time.monotonic() - begun < 3 * patience()
        somebody.rollback()
        db.session.remove()
        assert app.test_client().get("/").status_code == 200
        db.session.remove()
        db.engine.dispose()
    owner.dispose()


def test_what_was_done_though_its_answer_was_lost_is_done_once(line):
    app, proxy = line
    with app.app_context():
        shop = open_shop(on=clock.today())
        door = make_door()
        collector = door.collector.user_id
        path = f"/s/{door.organisation.slug}/slips/new/{door.maria.id}"
        db.session.commit()
        buyer, member = PageClient(app), PageClient(app)
        buyer.post("/basket/add", {"listing_id": shop.scarf.id})
        order = checked(buyer).form("client_key")
        member.sign_in(db.session.get_one(User, collector))
        slip = member.get(path).form().fill(issued="600", good="3", paid="100.000").send("Check together").form()
        db.session.rollback()

        for form, button, rows in ((order, None, Order), (slip, "Save slip", DeliverySlip)):
            proxy.hang_up_at = b"COMMIT"
            lost, answer = (pressed(form, button) for _time in range(2))

            assert lost.status_code == 503

            assert answer.status_code == 303
            assert db.session.scalar(select(func.count()).select_from(rows)) == 1
            db.session.rollback()

        proxy.hang_up_at = b"COMMIT"
        with pytest.raises(OperationalError):
            sequencer.sequence()
        db.session.rollback()
        assert verify.check_house()[0] == []
        assert proxy.hung_up == 3


def test_a_payment_and_an_import_whose_answers_were_lost_are_taken_once(line, tmp_path: Path):
    app, proxy = line
    with app.app_context():
        open_shop(on=clock.today())
        capture = make_capture(app)
        imports = make_imports(app, tmp_path / "files")
        acts = [(capture.send, b"ledger_entry", 503)]
        acts += [(each.run, table, 1) for each, table in zip(imports, (b"history_invoice", b"lot"), strict=True)]

        for act, table, answer in acts:
            for word in (b"INSERT INTO " + table, b"COMMIT"):  # in the middle, and when it is done
                proxy.hang_up_at = word
                assert act() == answer, word
                assert not proxy.hang_up_at

        capture.comes_once()
        for each in imports:
            each.goes_on()


def pressed(form: Form, button: str | None) -> TestResponse:
    """The form sent as it stands, whatever the answer."""
    answer: TestResponse = form.page.client.http.post(form.action, data=form.data(button))
    return answer


def test_a_page_that_fails_for_the_database_does_not_ask_it_again(line):
    app, proxy = line
    with app.app_context():
        door = make_door()
        path = f"/s/{door.organisation.slug}/slips/new"
        collector = door.collector.user_id
        db.session.commit()
        member = PageClient(app).sign_in(db.session.get_one(User, collector))
        db.session.remove()
        assert member.get(path).h1

        proxy.dumb = True
        answer = member.http.get(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "<h1>" in answer.text
