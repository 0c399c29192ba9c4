"""The receipts of a replay as they stood after each event, in the shape of the worked example's `expected`."""

from typing import Any

from marketplace.kernel.db import db
from orders.checkout.models import Order
from orders.receipts.models import Receipt
from orders.receipts.queries import receipt_of, revision_of, stored_document
from orders.receipts.services import live_document
from orders.replay.world import UnknownName, World
from producers.lots.models import Lot


def keep_issued(world: World, event_id: str, order: Order) -> None:
    """Remember the newest revision as stored."""
    receipt = _receipt(order)
    revision = revision_of(receipt)
    assert revision is not None, "an issued receipt has a revision"
    world.receipts[event_id] = _named(stored_document(revision), order)


def keep_live(world: World, event_id: str, order: Order) -> None:
    """Remember the receipt as it read on that day."""
    world.receipts[event_id] = _named(live_document(_receipt(order)), order)


def receipts(world: World) -> dict[str, Any]:
    """What was remembered, by event."""
    return world.receipts


def _receipt(order: Order) -> Receipt:
    receipt = receipt_of(order.id)
    if receipt is None:
        raise UnknownName(name=f"receipt of {order.number}")
    return receipt


def _named(document: dict[str, Any], order: Order) -> dict[str, Any]:
    """The document with lots by the number that the events call them, in place of their public code."""
    numbers = {
        line.stock.lot_code: db.session.get_one(Lot, line.stock.lot_id).number for line in order.lines if line.stock
    }
    lines = [{**line, "lots": [numbers[code] for code in line["lots"]]} for line in document["lines"]]
    return {**document, "lines": lines}
