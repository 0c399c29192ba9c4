"""Log lines: one JSON object each, with the id of what they belong to, and nothing a person typed."""

import json
import logging
import math

import pytest
import structlog
from flask import Flask

from marketplace.kernel import jobs, logs, outbox, web
from marketplace.kernel.db import db


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def lines(app: Flask, capsys: pytest.CaptureFixture[str]):
    """What has been logged since the last look, each line as the object it is."""
    logs.configure(json_lines=True)
    capsys.readouterr()
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logs.configure(json_lines=False)


def fail(*_arguments: object) -> None:
    try:
        raise KeyError("ann@example.org")
    except KeyError as error:
        raise RuntimeError("Ann Buyer, +62 812 3456 7890") from error


def test_a_request_that_fails_leaves_its_id_and_place_and_no_words(app: Flask, lines):
    app.view_functions["health.alive"] = _public(fail)

    answer = app.test_client().get("/healthz?token=secret-in-query")
    error, request = lines()

    assert answer.status_code == 500
    assert error["request_id"] == request["request_id"] == answer.headers["X-Request-ID"]
    assert (error["event"], error["level"], error["error"]) == ("unexpected_error", "error", "RuntimeError < KeyError")
    assert any("test_logs.py" in place and place.endswith(" fail") for place in error["at"])
    assert {key: request[key] for key in ("event", "method", "route", "status")} == {
        "event": "request", "method": "GET", "route": "/healthz", "status": 500,
    }  # fmt: skip
    for word in ("ann@example.org", "Ann", "812 3456", "secret-in-query"):
        assert word not in json.dumps([error, request])


def _public(view):
    from marketplace.kernel.policy import PUBLIC, allow

    return allow(PUBLIC)(lambda: view())


def test_what_changes_something_is_logged_by_route_and_reading_is_not(app: Flask, lines, monkeypatch):
    monkeypatch.setattr(web, "SLOW_REQUEST_MS", math.inf)  # a busy machine is not what is tested
    client = app.test_client()
    client.get("/receipts/a-secret-link")
    client.get("/healthz")
    client.post("/orders/another-secret/pay")

    [line] = [each for each in lines() if each["event"] == "request"]

    assert (line["method"], line["route"], line["status"]) == ("POST", "/orders/<token>/pay", 400)
    assert "secret" not in json.dumps(line)
    assert line["request_id"]


def test_a_job_and_a_delivery_carry_ids_of_their_own(app: Flask, lines):
    jobs.run_job(app, "test.fails", fail)
    with app.app_context():
        outbox.subscribe(app, "test.topic", "test.handler", fail)
        outbox.publish("test.topic", {})
        db.session.commit()
        outbox.deliver_due()

    job, delivery = lines()

    assert (job["event"], job["job"], job["error"]) == ("job_failed", "test.fails", "RuntimeError < KeyError")
    assert (delivery["event"], delivery["topic"]) == ("delivery_failed", "test.topic")
    assert job["request_id"] != delivery["request_id"]
    assert "Ann" not in json.dumps([job, delivery])


def test_a_command_gives_its_lines_one_id(lines):
    with logs.traced(command="verify") as request_id:
        structlog.get_logger().warning("something", email="ann@example.org", count=3)

    [line] = lines()

    assert (line["request_id"], line["command"], line["count"]) == (request_id, "verify", 3)
    assert line["email"] == "[removed]"


def test_a_librarys_line_keeps_its_template_and_drops_what_fills_it(app: Flask, lines):
    logging.getLogger("some.library").warning("could not reach %s", "ann@example.org")
    logging.getLogger("some.library").info("chatter")

    [line] = lines()

    assert (line["event"], line["logger"], line["level"]) == ("could not reach %s", "some.library", "warning")
    assert line["request_id"]
