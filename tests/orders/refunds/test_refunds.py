"""Refunds by quantity: the worked example's entries, what comes back, what is refused."""

import json
import threading

import pytest
from flask import Flask

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Role
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.scope import everything
from orders.receipts.queries import credit_notes_of, receipt_of
from orders.refunds.services import NotPaid, ParcelStays, TooManyPieces, refund
from orders.settlement.fees import report_fee
from producers.lots.queries import costs_of
from tests.after import wait_until_somebody_waits
from tests.orders.books import assert_sound, entries, minor
from tests.orders.shop import SALE_DAY, Shop


def test_one_scarf_comes_back(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    report_fee(SYSTEM, order.id, Money(1076, "USD"), source="balance report")

    made = refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")

    posted = entries(made.id)
    assert posted[0].startswith("silk: Cr receivable:platform THB 196803; Dr sales:materials THB ")
    assert posted[1:] == [
        "platform: Dr income:platform_fee USD 350; Dr refund_reserve USD 252; Cr provider USD 6235; "
        "Dr fx:silk USD 5633; Cr fx:silk THB 197857; Dr owed:silk THB 197857",
        "silk: Dr expense:refund_loss THB 1054; Cr receivable:platform THB 1054",
    ]
    assert (order.refunded_minor, order.lines[0].refunded_origin_minor) == (6235, 219000)
    assert_sound()


def test_restocked_goods_go_back_at_their_cost(shop: Shop) -> None:
    order = shop.paid({"scarf": 3})
    before = sum(row.amount_minor for row in costs_of(shop.lots["SC-1"].id))

    refund(SYSTEM, order.id, {"O-1-1": 3}, goods="restocked")

    lot = shop.lots["SC-1"]
    assert (lot.sold, lot.returned, lot.stock) == (3, 3, 7)
    assert sum(row.amount_minor for row in costs_of(lot.id)) == before + 374000
    assert [minor("silk", f"sales:{purpose}") for purpose in ("materials", "labour", "surplus")] == [0, 0, 0]
    assert shop.scarf.stocks[0].available == 7
    assert_sound()


def test_scrapped_goods_are_the_cooperative_s_expense(shop: Shop) -> None:
    order = shop.paid({"scarf": 3})

    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="scrapped")

    lot = shop.lots["SC-1"]
    assert (lot.sold, lot.returned, lot.lost, lot.stock) == (3, 1, 1, 4)
    # A third of the 3,740.00 that three scarves cost, shared out with all other rows of the line.
    assert abs(minor("silk", "expense:goods_lost") - 124667) <= 1
    assert shop.scarf.stocks[0].available == 4
    assert_sound()


def test_piece_by_piece_nothing_is_left_over(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})

    for _piece in range(3):
        refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")

    assert order.lines[0].refunded_charge_minor == order.lines[0].charge_minor == 18705
    assert order.lines[0].refunded_origin_minor == 657000
    assert_sound()


def test_the_credit_note_says_who_bore_it(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    report_fee(SYSTEM, order.id, Money(1076, "USD"), source="balance report")

    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    refund(SYSTEM, order.id, {"O-1-2": 1}, goods="restocked")

    notes = credit_notes_of(order.id)
    assert [note.number for note in notes] == ["CN-2026-000001", "CN-2026-000002"]
    told = json.loads(notes[0].document)
    assert told["amount_minor"] == 6235
    assert told["loss"] == told["lines"][0]["loss"] == {"reserve_minor": 252, "seller_minor": 30}
    receipt = receipt_of(order.id)
    assert receipt is not None
    assert receipt.revision == 4


def test_a_parcel_stays_paid_unless_all_of_it_comes_back(shop: Shop) -> None:
    order = shop.paid({"scarf": 2, "runner": 1})

    with pytest.raises(ParcelStays):
        refund(SYSTEM, order.id, {"O-1-3": 1}, goods="restocked")
    with pytest.raises(ParcelStays):
        refund(SYSTEM, order.id, {"O-1-1": 1, "O-1-3": 1}, goods="restocked")
    refund(SYSTEM, order.id, {"O-1-1": 2, "O-1-3": 1}, goods="restocked")

    assert order.lines[2].refunded_charge_minor == order.lines[2].charge_minor
    assert minor("silk", "sales:shipping") == 0
    assert_sound()


def test_the_seller_s_mistake_refunds_the_parcel_alone(shop: Shop) -> None:
    order = shop.paid({"scarf": 1})

    refund(SYSTEM, order.id, {"O-1-2": 1}, goods="restocked", seller_at_fault=True)

    assert order.refunded_minor == order.lines[1].charge_minor
    assert_sound()


def test_repeating_a_refund_s_id_gives_the_same_refund(shop: Shop) -> None:
    order = shop.paid({"scarf": 3})
    first = refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked", id="tap-1")

    again = refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked", id="tap-1")

    assert again is first
    assert order.lines[0].refunded_quantity == 1


@pytest.mark.parametrize("quantity", [0, -1, 4])
def test_more_than_there_is_is_refused(shop: Shop, quantity: int) -> None:
    order = shop.paid({"scarf": 3})

    with pytest.raises(TooManyPieces):
        refund(SYSTEM, order.id, {"O-1-1": quantity}, goods="restocked")


def test_an_unpaid_order_is_not_refunded(shop: Shop) -> None:
    order = shop.order({"scarf": 3})

    with pytest.raises(NotPaid):
        refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")


def test_another_order_s_line_and_another_seller_s_manager(shop: Shop) -> None:
    order = shop.paid({"scarf": 1})
    stranger = Actor("someone", shop.batik.id, frozenset({Role.MANAGER}))

    with pytest.raises(NotFound):
        refund(SYSTEM, order.id, {"O-9-1": 1}, goods="restocked")
    with pytest.raises(NotAllowed):
        refund(stranger, order.id, {"O-1-1": 1}, goods="restocked")


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_of_two_refunds_at_once_who_waits_for_the_reserve_keeps_nobody_else_from_it(app: Flask, shop: Shop) -> None:
    first, second = (shop.paid({"scarf": 1}) for _turn in "ab")
    db.session.commit()
    pieces, order_id, told = {second.lines[0].id: 1}, second.id, []

    def meanwhile() -> None:
        with app.app_context(), everything(), clock.at(SALE_DAY):
            try:
                refund(SYSTEM, order_id, pieces, goods="scrapped")
                db.session.commit()
            except Exception as error:
                told.append(error)
                db.session.rollback()

    db.session.refresh(shop.platform, with_for_update=True)
    other = threading.Thread(target=meanwhile)
    other.start()
    wait_until_somebody_waits()
    refund(SYSTEM, first.id, {first.lines[0].id: 1}, goods="scrapped")
    db.session.commit()
    other.join(timeout=20)

    assert told == []
    assert_sound()
