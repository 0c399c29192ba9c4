"""The house seen from outside: checks that keep their result and tell of it once, metrics behind a token, the state."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.exc import OperationalError

from marketplace.accounts.models import User
from marketplace.kernel import clock, invariants, jobs, outbox
from marketplace.kernel.check_log import BACKUP, INVARIANTS, VERIFY, CheckRun, last_check, last_checks, note_check
from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal import sequencer, verify
from marketplace.ledger.services import open_book
from marketplace.watch import checks, collector, queries, views
from tests.after import deliver
from tests.client import PageClient
from tests.factories.accounts import make_user
from tests.queries import count_queries

TOKEN = "m" * 32


@pytest.fixture
def house(app: Flask):
    """An app context with one journaled row, sequenced, and an operator who reads Indonesian."""
    with app.app_context():
        open_book("silk")
        make_user("Oki Operator", is_operator=True, language="id").email = "oki@example.org"
        db.session.commit()
        sequencer.sequence()
        yield app


def letters(app: Flask) -> list[tuple[str, str]]:
    deliver()
    files = sorted(Path(app.config["MAIL_URL"].removeprefix("file://")).glob("*.eml"))
    messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [(str(message["Subject"]), message.get_content()) for message in messages]


def run_check(app: Flask) -> CheckRun:
    jobs.run_job(app, "watch.invariants", checks.check_invariants)
    run = last_check(INVARIANTS)
    assert run is not None
    # On SQLite the test's own transaction would keep the next job from writing.
    db.session.expunge(run)
    db.session.rollback()
    return run


def duties() -> list[str]:
    with force_locale("en"):
        return [duty.what for duty in views.duties()]


def test_a_sound_house_is_noted_and_nobody_is_written_to(house):
    run = run_check(house)

    assert (run.broken, run.findings, run.not_reached, run.events) == (0, [], [], sequencer.tree_size())
    assert letters(house) == []


def test_what_does_not_hold_is_kept_told_once_and_stands_on_the_list(house):
    checked = house.extensions["invariants"]
    checked["test.broken"] = lambda: [Broken("test.broken", "lots_lot", "L1", "5 kg of Ibu Sari are missing")]

    first, again = run_check(house), run_check(house)
    [(subject, text)] = letters(house)

    assert first.id != again.id
    assert subject == "Lumbung: 1 hal tidak cocok"
    assert "- lots_lot L1 (test.broken)" in text
    assert "/operator/status" in text
    assert "Sari" not in text
    checked["test.more"] = lambda: [Broken("test.more", "lots_lot", "L2", "")] * 30
    assert run_check(house).broken == 21
    assert len(letters(house)) == 2
    user = db.session.scalars(db.select(User).where(User.is_operator)).one()
    db.session.rollback()
    desk = PageClient(house, "id").sign_in(user).get("/operator/")
    assert "21" in desk.words
    state = desk.follow("Lihat")
    assert "lots_lot L2" in state.words
    assert "Sari" not in state.words


def test_a_check_that_comes_too_late_is_left_out_by_name(house):
    found, left = invariants.run_within(-1)

    assert found == []
    assert left == list(house.extensions["invariants"])


def test_the_head_of_the_journal_is_checked_each_hour(house, monkeypatch):
    monkeypatch.setattr(verify, "_root_at", lambda size: b"another root")

    run = run_check(house)

    assert [finding["table"] for finding in run.findings] == ["journal_checkpoint"]


def test_verify_keeps_its_result(house):
    answer = house.test_cli_runner().invoke(args=["verify"])

    assert answer.exit_code == 0, answer.output
    run = last_check(VERIFY)
    assert run is not None
    assert (run.broken, run.events) == (0, sequencer.tree_size())


def test_what_cannot_be_delivered_and_a_house_nobody_verified_stand_on_the_list(house):
    outbox.subscribe(house, "test.topic", "test.handler", lambda payload: None)
    outbox.publish("test.topic", {})
    db.session.flush()
    db.session.scalars(db.select(outbox.Delivery)).one().attempts = queries.DELIVERY_ATTEMPTS_WARNING
    db.session.commit()
    assert duties() == ["message cannot be delivered"]
    note_check(VERIFY, clock.now(), events=1)
    with clock.at(clock.now() + timedelta(days=queries.VERIFY_DAYS_WARNING, minutes=1)):
        late = duties()

    assert late == ["message cannot be delivered", "check of the whole house is due: lumbung verify"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_backup_is_noted(house, tmp_path):
    answer = house.test_cli_runner().invoke(args=["backup", str(tmp_path / "kept")])

    assert answer.exit_code == 0, answer.output
    run = last_check(BACKUP)
    assert run is not None
    assert run.events == sequencer.tree_size()


def test_only_the_newest_results_are_kept(house, monkeypatch):
    monkeypatch.setattr("marketplace.kernel.check_log.CHECKS_KEPT", 2)
    for size in range(4):
        note_check(VERIFY, clock.now(), events=size)
    note_check(INVARIANTS, clock.now(), events=9)

    kept = db.session.scalars(db.select(CheckRun.events).order_by(CheckRun.ended_at, CheckRun.id)).all()

    assert kept == [2, 3, 9]
    with count_queries(house) as asked:
        assert {kind: run.events for kind, run in last_checks().items()} == {VERIFY: 3, INVARIANTS: 9}
        assert duties() == []
    assert len([statement for statement in asked if "check_run" in statement]) == 2  # once each


def test_metrics_are_nobodys_without_the_token(app, client):
    assert client.get("/metrics").status_code == 404
    app.config["METRICS_TOKEN"] = TOKEN
    for given in ("", TOKEN, "Bearer", f"Bearer {TOKEN}x"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404, given


def test_metrics_tell_requests_by_route_and_the_house(house):
    house.config["METRICS_TOKEN"] = TOKEN
    browser = house.test_client()
    browser.get("/receipts/very-secret-token")
    browser.open("/nowhere/at-all", method="BREW")
    run_check(house)

    text = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(as_text=True)

    assert 'lumbung_http_requests_total{method="GET",route="/receipts/<token>",status="404"}' in text
    assert 'route="none"' in text
    assert 'method="other"' in text
    assert "very-secret-token" not in text
    assert "at-all" not in text
    for name, value in {
        "lumbung_database_up": "1.0",
        "lumbung_outbox_waiting": "0.0",
        "lumbung_outbox_oldest_seconds": "0.0",
        "lumbung_journal_waiting": "0.0",
        "lumbung_journal_oldest_seconds": "0.0",
        'lumbung_check_broken{kind="invariants"}': "0.0",
        'lumbung_job_failures{job="watch.invariants"}': "0.0",
    }.items():
        assert f"{name} {value}\n" in text
    assert re.search(r"lumbung_database_bytes [1-9]", text)
    assert re.search(r'lumbung_http_request_seconds_bucket\{le="10.0",route="/receipts/<token>"\}', text)


def test_metrics_say_so_when_the_database_does_not_answer(house, monkeypatch):
    def away():
        raise OperationalError("SELECT 1", {}, Exception())

    monkeypatch.setattr(collector, "state", away)

    [only] = collector.HouseCollector().collect()

    assert (only.name, only.samples[0].value) == ("lumbung_database_up", 0)


def test_the_state_is_the_operators_alone_and_shows_every_part(house):
    run_check(house)
    stranger = make_user("Sari")
    operator = db.session.scalars(db.select(User).where(User.is_operator)).one()
    db.session.commit()

    page = PageClient(house).sign_in(operator).get("/operator/status")

    assert page.h1 in {"State of the house", "Keadaan sistem"}
    for words in (
        "watch.invariants",
        "SQLite" if "sqlite" in house.config["DATABASE_URL"] else "PostgreSQL",
    ):
        assert words in page.words
    db.session.rollback()
    PageClient(house).sign_in(stranger).get("/operator/status", status=404)
    db.session.rollback()
    PageClient(house).get("/operator/status", status=302)
