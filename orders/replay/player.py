"""Plays a file of events, one after another, each on its own day; gives the outcome."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError
from orders.replay import producer_events, producer_outcome
from orders.replay.setup import set_up
from orders.replay.world import Event, EventIncomplete, EventRefused, Handler, UnknownEvent, World, day

ORDER_EVENTS = "orders.replay.order_events"
RECEIPT_OUTCOME = "orders.replay.receipt_outcome"


def play(inputs: Event) -> dict[str, Any]:
    """Apply every event through the services and give the outcome; nothing is committed here.

    Refuses a database in use, and, naming the event, a type nobody plays, a missing field, what a service refuses.
    """
    handlers = _handlers()
    world = set_up(inputs)
    for event in inputs["events"]:
        _play(world, event, handlers)
    with clock.at(max(day(event["at"]) for event in inputs["events"])):
        return {**producer_outcome.outcome(world), "receipts": _receipts(world)}


def _play(world: World, event: Event, handlers: dict[str, Handler]) -> None:
    name = str(event.get("id", "?"))
    handler = handlers.get(str(event.get("type")))
    if handler is None:
        raise UnknownEvent(event=name, type=event.get("type"))
    try:
        with clock.at(day(event["at"])):
            handler(world, event)
            db.session.flush()
    except LumbungError as error:
        raise EventRefused(event=name, reason=error.sentence) from error
    except (KeyError, TypeError, ValueError) as error:
        raise EventIncomplete(event=name, what=error) from error


def _handlers() -> dict[str, Handler]:
    handlers = dict(producer_events.HANDLERS)
    if find_spec(ORDER_EVENTS):
        handlers |= import_module(ORDER_EVENTS).HANDLERS
    return handlers


def _receipts(world: World) -> dict[str, Any]:
    if find_spec(RECEIPT_OUTCOME):
        receipts: dict[str, Any] = import_module(RECEIPT_OUTCOME).receipts(world)
        return receipts
    return world.receipts
