"""The shop with a careless shelf, to show that the crowd tests can fail: it looks, then takes, without a guard."""

from collections.abc import Mapping
from datetime import datetime

from marketplace.app import create_app
from marketplace.catalogue import stock as shelf
from marketplace.catalogue.models import Reservation, Stock
from marketplace.kernel.db import db


def look_then_take(order_id: str, pieces: Mapping[str, int], expires_at: datetime) -> list[Reservation]:
    """What `hold` would be if the database's CHECK were enough: two buyers read the same number and both write it."""
    reservations = []
    for stock_id, quantity in sorted(pieces.items()):
        stock = db.session.get_one(Stock, stock_id)
        if stock.available < quantity:
            raise shelf.SoldOut(left=stock.available)
        stock.reserved += quantity
        reservations.append(Reservation(order_id=order_id, stock_id=stock_id, quantity=quantity, expires_at=expires_at))
    db.session.add_all(reservations)
    db.session.flush()
    return reservations


shelf.hold = look_then_take
app = create_app()
