"""The shop with a careless shelf, to show that the crowd tests can fail: it looks, then takes, without a guard."""

from collections.abc import Mapping

from marketplace.app import create_app
from marketplace.catalogue import stock as shelf
from marketplace.catalogue.models import Stock
from marketplace.kernel.db import db


def look_then_take(pieces: Mapping[str, int]) -> None:
    """What `hold` would be if the database's CHECK were enough: two buyers read the same number and both write it."""
    for stock_id, quantity in sorted(pieces.items()):
        stock = db.session.get_one(Stock, stock_id)
        if stock.available < quantity:
            raise shelf.SoldOut(left=stock.available)
        stock.reserved += quantity
    db.session.flush()


shelf.hold = look_then_take
app = create_app()
