"""What buyers are written, in their language, once, and when nothing is written."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock, letters
from marketplace.kernel.db import db
from marketplace.kernel.letters import BeingSent, SentLetter, send_once
from marketplace.kernel.mail import Letter
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.checkout.sale import finalise_paid
from orders.checkout.services import cancel_order, expire_order, lock_columns
from orders.checkout.terms import name_bank_account
from orders.fulfilment.services import mark_sent, parcel_of
from orders.letters import handlers
from orders.payments.models import MoneyBack
from orders.payments.services import confirm_transfer, record_payment, settle_money_back
from orders.receipts.queries import receipt_of
from orders.refunds.services import refund
from tests.after import deliver
from tests.orders.shop import Shop

# Words of the member area: none of them has a place in a letter to a buyer.
INSIDE = ("wage", "upah", "labour", "hour", "jam", "High Street", "Khon Kaen weaver")


@pytest.fixture
def posted(app: Flask, shop: Shop):
    """Deliver what is due and give the letters that left since the last time, subject and text."""
    folder = Path(app.config["MAIL_URL"].removeprefix("file://"))
    seen: set[Path] = set()

    def read() -> list[tuple[str, str]]:
        db.session.commit()
        deliver()
        new = sorted(set(folder.glob("*.eml")) - seen)
        seen.update(new)
        messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in new]
        return [told(message) for message in messages]

    return read


def told(message: EmailMessage) -> tuple[str, str]:
    assert message["To"] == "ann@example.org"
    assert message.get_content_type() == "text/plain"
    text = message.get_content().replace("\xa0", " ").replace("\r\n", "\n")
    assert not [word for word in INSIDE if word in text.split()]
    return str(message["Subject"]).replace("\xa0", " "), text


def transfer(shop: Shop, *, language: str = "en") -> Order:
    order = shop.order({"scarf": 1}, method="transfer")
    order.language = language
    return order


def pay(order: Order) -> None:
    amount = Money(order.amount_minor, order.charge_currency)
    confirm_transfer(SYSTEM, order.id, amount, reference="R1", proof="statement")


def test_a_transfer_order_says_where_what_and_until_when(shop: Shop, posted):
    name_bank_account(SYSTEM, currency="USD", holder="Lumbung", bank="A bank", number="12345678")
    order = transfer(shop)

    [(subject, text)] = posted()

    assert subject == "Order O-1: transfer US$66.62"
    assert text == (
        "Hello Ann Buyer,\n\n"
        "- 1 × Silk scarf: US$62.35\n- Parcel from Khon Kaen: US$4.27\nTogether: US$66.62\n\n"
        "Transfer the whole sum at once and write the reference with it:\n\n"
        "Amount: US$66.62\nTo: Lumbung\nBank: A bank\nAccount number: 12345678\nReference: O-1\n\n"
        "The goods are held for you until 13 April 2026, 12:00 UTC.\n\n"
        "If the money has not come by then, the order ends by itself and you owe nothing.\n\n"
        f"The page of your order, which only this link opens:\n\nhttp://127.0.0.1:8000/orders/{order.token}\n"
    )


def test_the_same_in_the_buyers_own_language(shop: Shop, posted):
    name_bank_account(SYSTEM, currency="USD", holder="Lumbung", bank="A bank", number="12345678")
    transfer(shop, language="id")

    [(subject, text)] = posted()

    assert subject == "Pesanan O-1: transfer US$66,62"
    assert "Nomor rekening: 12345678\nBerita transfer: O-1" in text
    assert "Barangnya kami simpan untuk Anda sampai 13 April 2026, 12.00 UTC." in text


def test_paid_leads_to_the_receipt_in_both_languages(shop: Shop, posted):
    orders = [transfer(shop, language="en"), transfer(shop, language="id")]
    posted()
    for order in orders:
        pay(order)

    english, indonesian = posted()

    receipts = [receipt_of(order.id) for order in orders]
    assert english[0] == "Order O-1 is paid"
    link = f"http://127.0.0.1:8000/receipts/{receipts[0].token}"
    assert f"Your receipt PF-2026-000001 says where every part of it goes:\n\n{link}" in english[1]
    assert indonesian[0] == "Pesanan O-2 sudah dibayar"
    assert f"http://127.0.0.1:8000/receipts/{receipts[1].token}" in indonesian[1]


def test_an_order_whose_time_is_over_is_told_and_one_given_up_is_not(shop: Shop, posted):
    over, given_up, late = transfer(shop), transfer(shop), transfer(shop, language="id")
    posted()
    with clock.at(over.hold_ends_at + timedelta(minutes=1)):
        expire_order(over.id)
        cancel_order(given_up.id)
        expire_order(late.id)

        english, indonesian = posted()

    assert english[0] == "The time for order O-1 is over"
    assert "You owe nothing." in english[1]
    assert indonesian[0] == "Waktu untuk pesanan O-3 sudah habis"


def test_a_parcel_that_left_names_carrier_and_contents(shop: Shop, posted):
    order = transfer(shop)
    pay(order)
    posted()
    mark_sent(SYSTEM, parcel_of(order.id, shop.silk.id), carrier="Thailand Post", tracking="TH1")

    [(subject, text)] = posted()

    assert subject == "Order O-1: Silk has sent your parcel"
    assert "- 1 × Silk scarf\n\nCarrier: Thailand Post\nNumber to follow it by: TH1" in text


def test_money_back_is_told_when_due_and_when_sent_by_hand(shop: Shop, posted):
    order = transfer(shop)
    pay(order)
    posted()
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked", reason="told by phone")
    [(subject, text)] = posted()
    assert subject == "Order O-1: US$62.35 goes back to you"
    assert f"/receipts/{receipt_of(order.id).token}/credit-notes/CN-2026-000001" in text
    assert "We send it by hand" in text
    assert "told by phone" not in text

    owed = db.session.scalars(db.select(MoneyBack)).one()
    order.language = "id"
    settle_money_back(SYSTEM, owed.id, proof="B-1")

    [(subject, text)] = posted()
    assert subject == "Pesanan O-1: US$62,35 sudah kami kirim kembali"
    assert "B-1" not in text


def test_money_for_an_order_that_had_ended_goes_back(shop: Shop, posted):
    order = transfer(shop)
    posted()
    cancel_order(order.id)
    record_payment(order.id, Money(order.amount_minor, "USD"), method="transfer", reference="R9")

    [(_subject, text)] = posted()

    assert "US$66.62 came for an order that had ended. All of it goes back to you." in text


def test_a_handler_that_runs_twice_writes_once(shop: Shop, posted):
    order = transfer(shop)
    assert len(posted()) == 1

    handlers.order_placed({"order_id": order.id})

    assert posted() == []


def test_a_letter_that_failed_is_tried_again_and_then_leaves_once(app: Flask, shop: Shop, posted, monkeypatch):
    transfer(shop)
    there = app.config["MAIL_URL"]
    app.config["MAIL_URL"] = "smtp://127.0.0.1:9"
    assert posted() == []
    app.config["MAIL_URL"] = there

    with clock.at(clock.now() + timedelta(minutes=1)):
        assert len(posted()) == 1
        assert posted() == []


def test_while_one_worker_sends_another_waits_and_after_a_crash_goes_on(app: Flask, shop: Shop, posted):
    letter = Letter("ann@example.org", "x", "y")
    db.session.add(SentLetter(key="k", claimed_at=clock.now()))
    db.session.commit()

    with pytest.raises(BeingSent):
        send_once("k", letter)
    with clock.at(clock.now() + timedelta(seconds=letters.LETTER_SECONDS_MAX)):
        assert send_once("k", letter)
        assert not send_once("k", letter)


def test_a_line_break_in_what_becomes_a_header_is_refused(shop: Shop, posted):
    order = transfer(shop)
    order.buyer_email = "ann@example.org\r\nBcc: eve@example.org"
    order.buyer_name = "Ann\r\n\r\nTransfer to Eve"

    assert posted() == []
    with pytest.raises(ValueError, match="line break"):
        handlers.order_placed({"order_id": order.id})
    order.buyer_email = "ann@example.org"
    handlers.order_placed({"order_id": order.id})
    [(_subject, text)] = posted()
    assert text.startswith("Hello Ann Transfer to Eve,\n\n- 1 ×")


def test_old_news_and_history_are_not_written(shop: Shop, posted):
    old, elsewhere = transfer(shop), transfer(shop)
    elsewhere.method = "history"
    db.session.commit()
    handlers.order_placed({"order_id": elsewhere.id})
    with clock.at(clock.now() + timedelta(days=4)):
        handlers.order_placed({"order_id": old.id})
        assert posted() == []


def test_a_card_order_leads_to_its_page_and_a_paid_one_is_not_asked_again(shop: Shop, posted):
    shop.order({"scarf": 1})
    paid = shop.order({"scarf": 1})
    finalise_paid(lock_columns(paid.id), Money(paid.amount_minor, "USD"))

    subjects = [subject for subject, _text in posted()]

    assert subjects == ["Order O-1 is waiting for the payment", "Order O-2 is paid"]
