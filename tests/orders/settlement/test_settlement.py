"""Real fees and payouts, to the unit of the worked example, and what follows when they come twice or late."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Role
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book, Entry
from orders.checkout.splits import in_force
from orders.fulfilment.services import pay_carrier
from orders.refunds.services import refund
from orders.settlement.fees import report_fee
from orders.settlement.queries import open_amounts, sellers_paid_for, sellers_with_tax_remitted
from orders.settlement.services import NoBankRate, NothingOwed, NotYours, confirm_payout, make_payout, remit_tax
from tests.orders.books import assert_sound, entries, minor
from tests.orders.shop import SALE_DAY, Shop

REAL_FEE = Money(1076, "USD")


def test_the_real_fee_moves_against_the_surplus(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})

    report = report_fee(SYSTEM, order.id, REAL_FEE, source="balance report")

    assert report is not None
    assert entries(report.id) == [
        "silk: Cr receivable:platform THB 9870; Dr sales:surplus THB 9870; "
        "Cr sales:payment_fee THB 9870; Dr expense:payment_fee THB 9870",
        "batik: Cr receivable:platform IDR 863132; Dr sales:surplus IDR 863132; "
        "Cr sales:payment_fee IDR 863132; Dr expense:payment_fee IDR 863132",
        "silk: Cr receivable:platform THB 210; Cr sales:payment_fee THB 210; "
        "Dr expense:payment_fee THB 210; Dr sales:shipping THB 210",
        "batik: Cr receivable:platform IDR 276854; Cr sales:payment_fee IDR 276854; "
        "Dr expense:payment_fee IDR 276854; Dr sales:shipping IDR 276854",
        "platform: Dr payment_fee_accrued USD 719; Cr provider USD 1076; Dr fx:silk USD 287; Cr fx:silk THB 10080; "
        "Dr owed:silk THB 10080; Dr fx:batik USD 70; Cr fx:batik IDR 1139986; Dr owed:batik IDR 1139986",
    ]
    assert_sound()


def test_a_second_report_replaces_the_first(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    report_fee(SYSTEM, order.id, Money(1500, "USD"), source="first")

    report_fee(SYSTEM, order.id, REAL_FEE, source="second")
    again = report_fee(SYSTEM, order.id, REAL_FEE, source="the same again")

    assert again is None
    assert minor("platform", "payment_fee_accrued", "USD") == 0
    assert minor("platform", "provider", "USD") == 10000 + 23768 - 1076
    fees = [row.origin_minor for row in in_force(order.lines[0]) if row.purpose == "payment_fee"]
    assert fees == [29751]
    assert_sound()


def test_a_payout_clears_the_bridge_and_is_confirmed(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    report_fee(SYSTEM, order.id, REAL_FEE, source="balance report")

    payout = make_payout(SYSTEM, shop.silk, bank_rates={"USD": "34.98"}, rail="bank file")

    assert entries(payout.id) == [
        "platform: Dr bank:THB THB 604741; Cr fx:silk THB 604741; Dr fx:silk USD 17288; Cr provider USD 17288",
        "platform: Dr expense:exchange_difference USD 71; Cr fx:silk USD 71",
        "platform: Dr owed:silk THB 604741; Cr bank:THB THB 604741",
        "silk: Dr cash_in_transit THB 604741; Cr receivable:platform THB 604741",
    ]
    assert sellers_paid_for(order) == set()
    confirm_payout(SYSTEM, payout, how="phone")
    confirm_payout(SYSTEM, payout, how="again")
    assert sellers_paid_for(order) == {shop.silk.id}
    assert minor("silk", "cash") == 604741
    assert_sound()


def test_what_a_seller_owes_is_netted_in_its_next_payout(shop: Shop) -> None:
    order = shop.paid({"scarf": 3})
    make_payout(SYSTEM, shop.silk, bank_rates={"USD": "35"}, rail="bank file")
    refund(SYSTEM, order.id, {f"{order.id}-1": 1}, goods="restocked")

    with pytest.raises(NothingOwed):
        make_payout(SYSTEM, shop.silk, bank_rates={"USD": "35"}, rail="bank file")
    second = shop.paid({"scarf": 2})
    owed = dict(open_amounts())[shop.silk.id]
    payout = make_payout(SYSTEM, shop.silk, bank_rates={"USD": "35"}, rail="bank file")

    assert payout.amount_minor == owed.minor
    assert 0 < owed.minor < second.lines[0].origin_minor
    assert minor("silk", "receivable:platform") == 0
    assert minor("platform", "fx:silk", "USD") == minor("platform", "fx:silk", "THB") == 0
    assert_sound()


def test_a_payout_needs_the_bank_s_rate(shop: Shop) -> None:
    shop.paid({"runner": 1})

    with pytest.raises(NoBankRate):
        make_payout(SYSTEM, shop.batik, bank_rates={}, rail="bank file")


def test_only_the_seller_confirms_and_only_the_operator_pays(shop: Shop) -> None:
    shop.paid({"runner": 1})
    stranger = Actor("someone", shop.silk.id, frozenset({Role.MANAGER}))

    with pytest.raises(NotAllowed):
        make_payout(stranger, shop.batik, bank_rates={"USD": "16000"}, rail="cash")
    payout = make_payout(SYSTEM, shop.batik, bank_rates={"USD": "16000"}, rail="cash")
    with pytest.raises(NotYours):
        confirm_payout(stranger, payout, how="phone")


def test_a_fee_reported_after_a_refund_is_partly_lost(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    # The estimated share of the line is 566: the refund lost 189 of it, all borne by the reserve of 252.
    assert (order.lines[0].loss_reserve_minor, order.lines[0].loss_seller_minor) == (189, 0)

    report_fee(SYSTEM, order.id, REAL_FEE, source="balance report")

    # The real share is 847: two of three pieces keep 565, so 282 are lost; 252 were there, 30 fall to the seller.
    assert (order.lines[0].loss_reserve_minor, order.lines[0].loss_seller_minor) == (252, 30)
    assert minor("platform", "payment_fee_accrued", "USD") == 0
    assert minor("platform", "refund_reserve", "USD") == 0
    assert minor("silk", "expense:refund_loss") == 1054
    assert_sound()


def test_a_lower_fee_gives_back_first_what_the_seller_bore(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    report_fee(SYSTEM, order.id, REAL_FEE, source="first")
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    assert (order.lines[0].loss_reserve_minor, order.lines[0].loss_seller_minor) == (252, 30)

    report_fee(SYSTEM, order.id, Money(719, "USD"), source="corrected")

    # The share is 566 again: 377 stay, 189 are lost, 93 less than before.
    assert (order.lines[0].loss_reserve_minor, order.lines[0].loss_seller_minor) == (189, 0)
    assert minor("silk", "expense:refund_loss") == 0
    assert minor("platform", "refund_reserve", "USD") == -63
    assert_sound()


def test_a_transfer_costs_no_fee(shop: Shop) -> None:
    order = shop.paid({"scarf": 1}, method="transfer")

    assert order.fee_minor == 0
    assert minor("platform", "bank:USD", "USD") == order.amount_minor
    assert "payment_fee" not in {row.purpose for row in in_force(order.lines[0])}
    assert_sound()


def test_an_unpaid_order_has_no_fee(shop: Shop) -> None:
    order = shop.order({"scarf": 1})

    with pytest.raises(Conflict):
        report_fee(SYSTEM, order.id, REAL_FEE, source="too early")


def test_tax_handed_on_leaves_the_seller_s_cash(shop: Shop) -> None:
    shop.paid({"scarf": 1})
    owed = -minor("silk", "tax_payable")

    remit_tax(SYSTEM, shop.silk, Money(owed, "THB"), covers_until=date(2026, 4, 30), proof="receipt 12")

    assert minor("silk", "tax_payable") == 0
    assert minor("silk", "cash") == -owed


@pytest.mark.parametrize("hour", [time(18), time(23, 30)])
def test_days_are_counted_where_the_seller_lies(shop: Shop, hour: time) -> None:
    shop.batik.zone = "Asia/Jakarta"
    with clock.at(datetime.combine(SALE_DAY, hour, UTC)):
        order = shop.paid({"runner": 1, "scarf": 1})
        for seller in (shop.silk, shop.batik):
            remit_tax(SYSTEM, seller, Money(1, seller.currency), covers_until=SALE_DAY, proof="receipt 12")
        on_the_day = sellers_with_tax_remitted(order)
        remit_tax(SYSTEM, shop.batik, Money(1, "IDR"), covers_until=date(2026, 4, 11), proof="receipt 13")
        on_the_next = sellers_with_tax_remitted(order)

    assert on_the_day == {shop.silk.id}
    assert on_the_next == {shop.silk.id, shop.batik.id}
    query = select(Book.name, Entry.on).join(Entry, Entry.book_id == Book.id).where(Entry.source == order.id)
    assert dict(db.session.execute(query).tuples().all()) == {
        "platform": SALE_DAY, "silk": SALE_DAY, "batik": date(2026, 4, 11)
    }  # fmt: skip


def test_the_carrier_is_paid_by_the_seller(shop: Shop) -> None:
    order = shop.paid({"scarf": 1})

    payment = pay_carrier(SYSTEM, shop.silk, order, Money(14200, "THB"))

    assert entries(payment.id) == ["silk: Dr expense:shipping THB 14200; Cr cash THB 14200"]
