"""Plays a file of events, one after another, each on its own day; gives the outcome."""

from typing import Any

from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError
from orders.replay import order_events, producer_events, producer_outcome, receipt_outcome
from orders.replay.setup import set_up
from orders.replay.world import Event, EventIncomplete, EventRefused, Handler, UnknownEvent, World, day

HANDLERS: dict[str, Handler] = producer_events.HANDLERS | order_events.HANDLERS


def play(inputs: Event) -> dict[str, Any]:
    """Apply every event through the services and give the outcome; nothing is committed here.

    Refuses a database in use, and, naming the event, a type nobody plays, a missing field, what a service refuses.
    """
    world = set_up(inputs)
    for event in inputs["events"]:
        _play(world, event)
    with clock.at(max(day(event["at"]) for event in inputs["events"])):
        return {**producer_outcome.outcome(world), "receipts": receipt_outcome.receipts(world)}


def _play(world: World, event: Event) -> None:
    name = str(event.get("id", "?"))
    handler = HANDLERS.get(str(event.get("type")))
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
