"""Events for others: written in the transaction in which they became true, delivered after it, at least once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Row,
    Select,
    String,
    UniqueConstraint,
    Update,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.config import DELIVERIES_AT_ONCE, RUSH_MESSAGES_MIN, RUSH_QUIET_S, RUSH_S_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, db, end_reading, is_only_reading, is_postgresql, reading
from marketplace.kernel.driver import session_connection
from marketplace.kernel.errors import Unavailable
from marketplace.kernel.logs import traced
from marketplace.kernel.plain import insert_plain, run, write
from marketplace.kernel.statements import among

Handler = Callable[[dict[str, Any]], None]
Due = Row[tuple[str, str, int, str, Any]]
"""Of a delivery its id, handler and attempts; of its message topic and payload."""

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
            "id",
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


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is called, and whether she looks before she writes."""

    handler: Handler
    reads_first: bool


def init_app(app: Flask) -> None:
    """Plug in an empty table of handlers, which parts fill in their own init_app."""
    app.extensions["outbox"] = {}


def subscribe(app: Flask, topic: str, handler_id: str, handler: Handler, *, reads_first: bool = False) -> None:
    """Have `handler` called with the payload of every message on the topic; refuses an id taken twice.

    One that `reads_first` keeps no writer waiting while it looks and renders: it calls `begin_writing` where it
    writes, and what it then relies on it reads again.
    """
    handlers = app.extensions["outbox"].setdefault(topic, {})
    if handler_id in handlers:
        raise ValueError(f"Handler {handler_id} is subscribed to {topic} already.")
    handlers[handler_id] = Subscription(handler, reads_first)


def publish(topic: str, payload: dict[str, Any]) -> None:
    """Add a message to the present transaction, with a delivery for each handler of its topic."""
    handlers = current_app.extensions["outbox"].get(topic, {})
    if not handlers:
        return
    moment, message_id, connection = clock.now(), ids.new_id(), session_connection()
    message = (message_id, topic, payload, moment)
    insert_plain(connection, Message.__table__, ("id", "topic", "payload", "created_at"), [message])
    wanted = [(ids.new_id(), message_id, handler, moment, 0) for handler in handlers]
    insert_plain(connection, Delivery.__table__, ("id", "message_id", "handler", "due_at", "attempts"), wanted)


def waiting_for(handler_id: str) -> list[dict[str, Any]]:
    """The payloads of all messages that a handler has not taken yet."""
    query = select(Message.payload).join(Delivery, Delivery.message_id == Message.id)
    return list(db.session.scalars(query.where(Delivery.handler == handler_id, Delivery.done_at.is_(None))))


def deliver_due(limit: int = DELIVERIES_AT_ONCE) -> int:
    """Deliver what is due, each delivery in transactions of its own; how many succeeded.

    A handler that raises is tried again later, at growing intervals. What only had to be looked at is marked together.
    """
    done, tried, looked_at = 0, set[str](), list[str]()
    while len(tried) < limit:
        waiting = [each for each in _waiting(limit) if each.id not in tried]
        if not waiting:
            break
        for each in waiting:
            done += _deliver(each, looked_at)
            tried.add(each.id)
        if looked_at:
            _settle(looked_at)
    return done


def is_rush() -> bool:
    """Whether many messages come in just now and none has waited long: who delivers may leave others the way."""
    with reading():
        lately = db.session.scalar(
            select(Message.created_at).order_by(Message.id.desc()).offset(RUSH_MESSAGES_MIN - 1).limit(1)
        )
        oldest = db.session.scalar(select(func.min(Delivery.due_at)).where(Delivery.done_at.is_(None)))
        db.session.rollback()
    now = clock.now()
    is_busy = lately is not None and now - lately < timedelta(seconds=RUSH_QUIET_S)
    return is_busy and (oldest is None or now - oldest < timedelta(seconds=RUSH_S_MAX))


def _waiting(limit: int) -> Sequence[Due]:
    with reading():
        due = run(_due(is_postgresql()), {"now": clock.now(), "limit": limit}).all()
        db.session.rollback()
    return due


@cache
def _due(locks: bool) -> Select[tuple[str, str, int, str, Any]]:
    query = select(Delivery.id, Delivery.handler, Delivery.attempts, Message.topic, Message.payload)
    query = query.join(Message, Message.id == Delivery.message_id)
    query = query.where(Delivery.done_at.is_(None), Delivery.due_at <= bindparam("now", type_=Instant))
    query = query.order_by(Delivery.due_at, Delivery.id).limit(bindparam("limit"))
    # What another worker has in hand is left to it.
    return query.with_for_update(skip_locked=True, of=Delivery) if locks else query


@cache
def _as_it_stands(locks: bool) -> Select[tuple[datetime | None, datetime]]:
    """Found by its id alone: asked for what waits, PostgreSQL would look for it among all that does."""
    query = select(Delivery.done_at, Delivery.due_at).where(Delivery.id == bindparam("id"))
    return query.with_for_update(skip_locked=True) if locks else query


def _deliver(due: Due, looked_at: list[str]) -> bool:
    """Have a delivery's handler called; where that wrote nothing, the delivery's id waits in `looked_at`."""
    with traced(delivery=due.id, topic=due.topic):
        try:
            subscription: Subscription = current_app.extensions["outbox"][due.topic][due.handler]
            with reading(subscription.reads_first):
                if not _is_ours(due, subscription.reads_first):
                    db.session.rollback()
                    return False
                subscription.handler(due.payload)
                looked_at.append(due.id)
                # On PostgreSQL another worker would take it up meanwhile.
                only_looked = subscription.reads_first and is_only_reading()
                if only_looked and not is_postgresql():
                    end_reading()
                else:
                    _settle(looked_at)
        except Exception as error:
            db.session.rollback()
            if due.id in looked_at:
                looked_at.remove(due.id)
            if isinstance(error, Unavailable):  # what stands outside has no answer yet: expected, no trace needed
                log.warning("delivery_waits", why=error.code)
            else:
                log.exception("delivery_failed")
            _postpone(due)
            return False
    return True


def _is_ours(due: Due, reads_first: bool) -> bool:
    """Whether no other worker has it in hand or has done it; where nothing can be locked yet the handler sees to it."""
    locks = is_postgresql()
    if reads_first and not locks:
        return True
    found = run(_as_it_stands(locks), {"id": due.id}).first()
    return found is not None and found.done_at is None and found.due_at <= clock.now()


def _settle(delivery_ids: list[str]) -> None:
    write(_settling(), {"ids": delivery_ids, "at": clock.now()})
    db.session.commit()
    delivery_ids.clear()


@cache
def _settling() -> Update:
    chosen = among(Delivery.id, "ids")
    return update(Delivery).where(chosen).values(done_at=bindparam("at", type_=Instant))


def _postpone(due: Due) -> None:
    wait_s = min(RETRY_FIRST_S * 2**due.attempts, RETRY_MAX_S)
    later = {"attempts": due.attempts + 1, "due_at": clock.now() + timedelta(seconds=wait_s)}
    db.session.execute(update(Delivery).where(Delivery.id == due.id).values(**later))
    db.session.commit()
