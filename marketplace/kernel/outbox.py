"""Events for others: written in the transaction in which they became true, delivered after it, at least once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel import clock, ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, db, is_postgresql
from marketplace.kernel.errors import Unavailable
from marketplace.kernel.logs import traced

Handler = Callable[[dict[str, Any]], None]
RETRY_FIRST_S = 5
RETRY_MAX_S = 3_600
log = structlog.get_logger("outbox")


class Message(Base):
    """Something that became true, by name, with opaque ids as its payload: never personal data."""

    __tablename__ = "outbox_message"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    topic: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Delivery(Base):
    """One message for one handler."""

    __tablename__ = "outbox_delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "handler"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index(
            "ix_outbox_delivery_waiting",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    message_id: Mapped[str] = mapped_column(ForeignKey("outbox_message.id"))
    handler: Mapped[str] = mapped_column(String(120))
    due_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    message: Mapped[Message] = relationship(lazy="joined", innerjoin=True)


def init_app(app: Flask) -> None:
    """Plug in an empty table of handlers, which parts fill in their own init_app."""
    app.extensions["outbox"] = {}


def subscribe(app: Flask, topic: str, handler_id: str, handler: Handler) -> None:
    """Have `handler` called with the payload of every message on the topic; refuses an id taken twice."""
    handlers = app.extensions["outbox"].setdefault(topic, {})
    if handler_id in handlers:
        raise ValueError(f"Handler {handler_id} is subscribed to {topic} already.")
    handlers[handler_id] = handler


def publish(topic: str, payload: dict[str, Any]) -> None:
    """Add a message to the present transaction, with a delivery for each handler of its topic."""
    handlers = current_app.extensions["outbox"].get(topic, {})
    if not handlers:
        return
    moment = clock.now()
    message_id = ids.new_id()
    message = {"id": message_id, "topic": topic, "payload": payload, "created_at": moment}
    db.session.execute(insert(Message.__table__), message)  # type: ignore[arg-type]
    wanted = [
        {"id": ids.new_id(), "message_id": message_id, "handler": name, "due_at": moment, "attempts": 0}
        for name in handlers
    ]
    db.session.execute(insert(Delivery.__table__), wanted)  # type: ignore[arg-type]


def waiting_for(handler_id: str) -> list[dict[str, Any]]:
    """The payloads of all messages that a handler has not taken yet."""
    query = select(Message.payload).join(Delivery, Delivery.message_id == Message.id)
    return list(db.session.scalars(query.where(Delivery.handler == handler_id, Delivery.done_at.is_(None))))


def deliver_due(limit: int = 100) -> int:
    """Deliver what is due, each delivery in a transaction of its own; how many succeeded.

    A handler that raises is tried again later, at growing intervals.
    """
    done = 0
    for _turn in range(limit):
        query = select(Delivery).where(Delivery.done_at.is_(None), Delivery.due_at <= clock.now())
        query = query.order_by(Delivery.due_at, Delivery.id).limit(1)
        if is_postgresql():
            query = query.with_for_update(skip_locked=True, of=Delivery)
        delivery = db.session.scalar(query)
        if delivery is None:
            db.session.rollback()
            break
        done += _deliver(delivery)
    return done


def _deliver(delivery: Delivery) -> bool:
    delivery_id, topic = delivery.id, delivery.message.topic
    handler: Handler = current_app.extensions["outbox"][topic][delivery.handler]
    with traced(delivery=delivery_id, topic=topic):
        try:
            handler(delivery.message.payload)
            # Asked for anew: a handler that commits or begins afresh may have let go of the row.
            db.session.get_one(Delivery, delivery_id).done_at = clock.now()
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            if isinstance(error, Unavailable):  # what stands outside has no answer yet: expected, no trace needed
                log.warning("delivery_waits", why=error.code)
            else:
                log.exception("delivery_failed")
            _postpone(delivery_id)
            return False
    return True


def _postpone(delivery_id: str) -> None:
    delivery = db.session.get_one(Delivery, delivery_id)
    wait_s = min(RETRY_FIRST_S * 2**delivery.attempts, RETRY_MAX_S)
    delivery.attempts += 1
    delivery.due_at = clock.now() + timedelta(seconds=wait_s)
    db.session.commit()
