import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from structlog.testing import capture_logs

from marketplace.config import RUSH_MESSAGES_MIN, RUSH_QUIET_S, RUSH_S_MAX
from marketplace.kernel import clock, outbox
from marketplace.kernel.db import begin_writing, db, only_read
from marketplace.kernel.errors import Unavailable

TOPIC = "test.happened"


@pytest.fixture
def heard(app: Flask) -> Iterator[list[dict[str, Any]]]:
    """What a handler of the topic was called with."""
    calls: list[dict[str, Any]] = []
    outbox.subscribe(app, TOPIC, "test.hear", calls.append)
    with app.app_context():
        yield calls


def test_a_message_is_delivered_after_its_transaction(heard: list[dict[str, Any]]):
    outbox.publish(TOPIC, {"order": "O-1"})
    db.session.commit()

    assert outbox.deliver_due() == 1
    assert heard == [{"order": "O-1"}]
    assert outbox.deliver_due() == 0


def test_a_rolled_back_message_never_leaves(heard: list[dict[str, Any]]):
    outbox.publish(TOPIC, {"order": "O-1"})
    db.session.rollback()

    assert outbox.deliver_due() == 0
    assert heard == []


def test_a_handler_that_fails_is_tried_again_later(app: Flask):
    turns: list[int] = []

    def fail_once(payload: dict[str, Any]) -> None:
        turns.append(payload["n"])
        if len(turns) == 1:
            raise ConnectionError

    outbox.subscribe(app, TOPIC, "test.fail", fail_once)
    with app.app_context(), clock.at(clock.now()):
        outbox.publish(TOPIC, {"n": 7})
        db.session.commit()

        assert outbox.deliver_due() == 0
        assert outbox.deliver_due() == 0
        clock.advance(timedelta(seconds=outbox.RETRY_FIRST_S + 1))
        assert outbox.deliver_due() == 1
        assert turns == [7, 7]
        assert db.session.scalars(select(outbox.Delivery.attempts)).all() == [1]


def test_what_a_failing_handler_wrote_is_rolled_back(app: Flask):
    def write_and_fail(_payload: dict[str, Any]) -> None:
        db.session.add(outbox.Message(topic="half", payload={}, created_at=clock.now()))
        db.session.flush()
        raise RuntimeError

    outbox.subscribe(app, TOPIC, "test.half", write_and_fail)
    with app.app_context():
        outbox.publish(TOPIC, {})
        db.session.commit()
        outbox.deliver_due()

        assert db.session.scalars(select(outbox.Message.topic)).all() == [TOPIC]


def test_what_a_handler_writes_stays_whatever_was_only_read_before(app: Flask):
    def write(_payload: dict[str, Any]) -> None:
        db.session.add(outbox.Message(topic="written", payload={}, created_at=clock.now()))
        db.session.flush()

    outbox.subscribe(app, TOPIC, "test.write", write)
    with app.app_context():
        outbox.publish(TOPIC, {})
        db.session.commit()
        only_read(True)
        try:
            assert outbox.deliver_due() == 1
        finally:
            only_read(False)

        assert set(db.session.scalars(select(outbox.Message.topic))) == {TOPIC, "written"}


def test_two_handlers_may_not_share_an_id(app: Flask):
    outbox.subscribe(app, TOPIC, "test.one", print)

    with pytest.raises(ValueError, match="already"):
        outbox.subscribe(app, TOPIC, "test.one", print)


def test_a_message_nobody_waits_for_is_not_kept(app: Flask):
    with app.app_context():
        outbox.publish("nobody.listens", {})

        assert db.session.scalars(select(outbox.Message.id)).all() == []


@pytest.mark.parametrize(("error", "said"), [(Unavailable, "delivery_waits"), (ValueError, "delivery_failed")])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_waiting_for_others_is_told_in_a_line_and_a_fault_with_its_trace(app: Flask, error, said):
    def fail(_payload: dict[str, Any]) -> None:
        raise error

    outbox.subscribe(app, TOPIC, "test.fail", fail)
    with app.app_context(), capture_logs() as lines:
        outbox.publish(TOPIC, {})
        db.session.commit()
        outbox.deliver_due()

    assert [(line["event"], "exc_info" in line) for line in lines] == [(said, error is ValueError)]


def test_who_reads_first_keeps_no_writer_waiting_and_then_writes(app: Flask):
    written: list[bool] = []

    def write() -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE outbox_message SET topic = topic WHERE topic = 'none'"))
        written.append(True)

    def look_then_write(_payload: dict[str, Any]) -> None:
        db.session.scalars(select(outbox.Message.id)).all()
        other = threading.Thread(target=write)
        other.start()
        other.join()
        assert written, "another writer had to wait"
        begin_writing()
        db.session.add(outbox.Message(topic="seen", payload={}, created_at=clock.now()))

    outbox.subscribe(app, TOPIC, "test.look", look_then_write, reads_first=True)
    with app.app_context():
        outbox.publish(TOPIC, {})
        db.session.commit()

        assert outbox.deliver_due() == 1
        assert db.session.scalars(select(outbox.Message.topic)).all() == [TOPIC, "seen"]


def an_object() -> None:
    db.session.add(outbox.Message(topic="seen", payload={}, created_at=clock.now()))


def a_statement() -> None:
    db.session.execute(text("UPDATE outbox_message SET topic = 'seen'"))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # on PostgreSQL it is written and stays
@pytest.mark.parametrize("write", [an_object, a_statement])
def test_who_writes_and_has_not_said_so_fails_and_is_called_again(app: Flask, write: Callable[[], None]):
    outbox.subscribe(app, TOPIC, "test.look", lambda _payload: write(), reads_first=True)
    with app.app_context(), capture_logs() as lines:
        outbox.publish(TOPIC, {})
        db.session.commit()

        assert outbox.deliver_due() == 0
        assert [line["event"] for line in lines] == ["delivery_failed"]
        assert len(outbox.waiting_for("test.look")) == 1
        assert db.session.scalars(select(outbox.Message.topic)).all() == [TOPIC]


def test_what_another_worker_has_done_meanwhile_is_left(heard: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch):
    outbox.publish(TOPIC, {"order": "O-1"})
    db.session.commit()
    listed = outbox._waiting(10)
    assert outbox.deliver_due() == 1
    monkeypatch.setattr(outbox, "_waiting", lambda _limit: listed)

    assert outbox.deliver_due() == 0
    assert heard == [{"order": "O-1"}]


def test_a_few_are_taken_without_sorting_all_that_waits(heard: list[dict[str, Any]], engine: str):
    db.session.execute(text("SET enable_bitmapscan = off" if engine == "postgresql" else "SELECT 1"))
    how = "EXPLAIN" if engine == "postgresql" else "EXPLAIN QUERY PLAN"
    asked = "SELECT id FROM outbox_delivery WHERE done_at IS NULL AND due_at <= :now ORDER BY due_at, id LIMIT 8"

    plan = str(db.session.execute(text(f"{how} {asked}"), {"now": "2026-01-01 00:00:00+00:00"}).all()).lower()
    db.session.rollback()

    assert "order by due_at, id" in " ".join(str(outbox._due(False)).lower().replace("outbox_delivery.", "").split())
    assert "ix_outbox_delivery_waiting" in plan
    assert "sort" not in plan
    assert "b-tree" not in plan


def publish(messages: int) -> None:
    for number in range(messages):
        outbox.publish(TOPIC, {"order": f"O-{number}"})
    db.session.commit()


def test_a_rush_lasts_while_many_messages_come_but_none_waits_for_long(heard: list[dict[str, Any]]):
    began = clock.now()
    with clock.at(began):
        publish(RUSH_MESSAGES_MIN - 1)
        assert not outbox.is_rush()
        publish(1)
        assert outbox.is_rush()
    with clock.at(began + timedelta(seconds=RUSH_QUIET_S)):
        assert not outbox.is_rush()
        publish(RUSH_MESSAGES_MIN - 1)
        assert not outbox.is_rush()
    with clock.at(began + timedelta(seconds=RUSH_S_MAX)):
        publish(RUSH_MESSAGES_MIN)
        assert not outbox.is_rush()
        assert outbox.deliver_due(RUSH_MESSAGES_MIN) == RUSH_MESSAGES_MIN  # the oldest go first
        assert outbox.is_rush()
        assert heard == [{"order": f"O-{number}"} for number in [*range(RUSH_MESSAGES_MIN - 1), 0]]


def test_what_was_only_looked_at_is_marked_with_the_rest_and_a_failure_keeps_nobody_else_back(app: Flask):
    called: list[str] = []

    def fail(_payload: dict[str, Any]) -> None:
        called.append("fail")
        raise Unavailable

    outbox.subscribe(app, TOPIC, "test.look", lambda _payload: called.append("look"), reads_first=True)
    outbox.subscribe(app, TOPIC, "test.fail", fail, reads_first=True)
    outbox.subscribe(app, TOPIC, "test.write", lambda _payload: begin_writing(), reads_first=True)
    outbox.subscribe(app, TOPIC, "test.last", lambda _payload: called.append("last"), reads_first=True)
    with app.app_context():
        outbox.publish(TOPIC, {})
        db.session.commit()

        assert outbox.deliver_due() == 3
        assert outbox.deliver_due() == 0
        assert called == ["look", "fail", "last"]
        waiting = select(outbox.Delivery.handler).where(outbox.Delivery.done_at.is_(None))
        assert db.session.scalars(waiting).all() == ["test.fail"]
