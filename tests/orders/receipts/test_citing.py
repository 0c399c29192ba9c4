"""The walk back: from a record to the receipt lines that cite it."""

from marketplace.kernel.db import db
from orders.checkout.models import OrderLine, OrderSplit
from orders.receipts.citing import lines_citing
from orders.receipts.queries import receipt_of
from tests.orders.shop import Shop


def test_a_record_finds_the_lines_that_its_cost_stands_on(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    split = db.session.query(OrderSplit).join(OrderLine).filter(OrderLine.organisation_id == shop.silk.id)
    row = split.filter(OrderSplit.source_id != "", OrderLine.kind == "item").first()
    sums = split.filter(OrderSplit.source_id == row.source_id).all()

    (line,) = lines_citing(shop.silk.id, [row.source_id])

    assert (line.receipt_number, line.line_id) == (receipt_of(order.id).number, row.order_line_id)
    assert (line.amount_minor, line.currency) == (sum(it.origin_minor for it in sums), "THB")
    assert line.url is None


def test_another_seller_and_an_unknown_record_find_nothing(shop: Shop) -> None:
    shop.paid({"scarf": 1})
    sources = [it.source_id for it in db.session.query(OrderSplit) if it.source_id]

    assert lines_citing(shop.batik.id, sources) == []
    assert lines_citing(shop.silk.id, ["unknown"]) == []
    assert lines_citing(shop.silk.id, []) == []
