"""The sale of the worked example, to the unit: splits, entries, receipt."""

from marketplace.kernel.money import Money
from orders.checkout.sale import finalise_paid
from orders.checkout.services import lock_columns
from orders.checkout.splits import in_force
from tests.orders.books import assert_sound, entries
from tests.orders.shop import Shop


def test_an_order_is_charged_line_by_line(shop: Shop) -> None:
    order = shop.order({"scarf": 3, "runner": 2})

    assert [(line.title, line.charge_minor) for line in order.lines] == [
        ("Silk scarf", 18705),
        ("Batik runner", 3500),
        ("Parcel from Khon Kaen", 427),
        ("Parcel from Pekalongan", 1136),
    ]
    assert (order.amount_minor, order.fee_minor) == (23768, 719)


def test_the_split_is_frozen_in_both_currencies(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})

    silk = {row.purpose: (row.amount_minor, row.origin_minor) for row in in_force(order.lines[0])}
    assert silk["tax"] == (1224, 42981)
    assert silk["payment_fee"] == (566, 19881)
    assert silk["surplus"] == (2689, 94444)
    parcel = {row.purpose: (row.amount_minor, row.origin_minor) for row in in_force(order.lines[3])}
    assert parcel == {"payment_fee": (34, 553707), "shipping": (1102, 17946293)}
    assert_sound()


def test_a_sale_posts_the_worked_example_s_entries(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})

    posted = entries(order.id)
    assert posted[0] == "platform: Dr provider USD 23768; Cr buyer_funds:O-1 USD 23768"
    assert posted[1].startswith("silk: Dr receivable:platform THB 600278; Cr sales:materials THB 184450; ")
    assert posted[1].endswith("Dr cost_of_sales:own_costs THB 6064; Cr inventory:SC-1 THB 374000")
    assert posted[4] == (
        "batik: Dr receivable:platform IDR 17946293; Cr sales:payment_fee IDR 553707; "
        "Dr expense:payment_fee IDR 553707; Cr sales:shipping IDR 17946293"
    )
    assert posted[5] == (
        "platform: Dr buyer_funds:O-1 USD 23768; Cr fx:silk USD 17504; Dr fx:silk THB 614821; Cr owed:silk THB 614821; "
        "Cr fx:batik USD 4286; Dr fx:batik IDR 69800030; Cr owed:batik IDR 69800030; "
        "Cr income:platform_fee USD 1259; Cr payment_fee_accrued USD 719"
    )
    assert posted[6] == "platform: Dr expense:refund_reserve USD 252; Cr refund_reserve USD 252"


def test_paying_twice_changes_nothing(shop: Shop) -> None:
    order = shop.paid({"scarf": 1})
    before, paid_at = entries(order.id), order.paid_at

    finalise_paid(lock_columns(order.id), Money(order.amount_minor, "USD"))

    assert order.paid_at == paid_at
    assert entries(order.id) == before
    assert shop.lots["SC-1"].sold == 1
