"""Receipts: numbered, stored, sealed, shown as page, JSON and PDF."""

import json
import threading
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.organisations import platform
from marketplace.accounts.persons import ERASED, find_person
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer
from marketplace.kernel.journal.keys import verifier_text
from marketplace.kernel.journal.receipt_proof import all_hold, receipt_from_pdf, verify_receipt
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.fulfilment.services import pay_carrier
from orders.receipts import erasing
from orders.receipts import pdf as paper_module
from orders.receipts.models import Receipt, ReceiptRevision
from orders.receipts.queries import receipt_of, revision_of, sealed_document, stored_document
from orders.receipts.services import live_document, take_number
from orders.refunds.services import refund
from orders.settlement.fees import report_fee
from orders.settlement.services import confirm_payout, make_payout
from tests.client import PageClient
from tests.matrix import insides
from tests.orders.shop import Shop


def receipt_for(order: Order) -> Receipt:
    receipt = receipt_of(order.id)
    assert receipt is not None
    return receipt


def statuses(document: dict[str, object], line: int, purpose: str) -> list[str]:
    split = document["lines"][line]["split"]  # type: ignore[index]
    return [row["status"] for row in split if row["purpose"] == purpose]


def test_numbers_have_no_gap(shop: Shop) -> None:
    numbers = [receipt_for(shop.paid({"runner": 1})).number for _order in range(3)]

    assert numbers == ["PF-2026-000001", "PF-2026-000002", "PF-2026-000003"]


def test_who_opens_a_series_at_once_with_another_gets_the_next_number(shop: Shop, app: Flask) -> None:
    owner, taken = platform().id, []

    def take() -> None:
        with app.app_context():
            taken.append(take_number(owner, "XX", date(2027, 1, 1)))
            db.session.commit()

    taken.append(take_number(owner, "XX", date(2027, 1, 1)))
    other = threading.Thread(target=take)
    other.start()
    other.join(0.2)  # waits until the first is there for everybody
    db.session.commit()
    other.join()

    assert taken == ["XX-2027-000001", "XX-2027-000002"]


def test_the_first_revision_is_the_receipt_as_issued(shop: Shop) -> None:
    receipt = receipt_for(shop.paid({"scarf": 3, "runner": 2}))
    revision = revision_of(receipt)
    assert revision is not None

    document = stored_document(revision)

    assert (document["number"], document["revision"], document["paid_minor"]) == ("PF-2026-000001", 1, 23768)
    assert statuses(document, 0, "platform_fee") == ["paid"]
    assert statuses(document, 0, "payment_fee") == ["declared"]
    assert statuses(document, 0, "surplus") == ["owed"]
    assert statuses(document, 2, "shipping") == ["owed"]
    assert [row["purpose"] for row in document["lines"][1]["split"]] == [
        "materials", "labour", "overhead", "premium", "surplus", "platform_fee", "payment_fee",
    ]  # fmt: skip


def test_a_fee_report_adds_a_revision_and_keeps_the_first(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    first = revision_of(receipt_for(order))
    assert first is not None
    before = first.document

    report_fee(SYSTEM, order.id, Money(1076, "USD"), source="balance report")

    receipt = receipt_for(order)
    second, kept = revision_of(receipt), revision_of(receipt, 1)
    assert second is not None
    assert kept is not None
    assert (receipt.revision, kept.document) == (2, before)
    assert statuses(stored_document(second), 0, "payment_fee") == ["paid"]


def test_statuses_move_in_the_live_view_alone(shop: Shop) -> None:
    order = shop.paid({"scarf": 1})
    receipt = receipt_for(order)

    confirm_payout(SYSTEM, make_payout(SYSTEM, shop.silk, bank_rates={"USD": "35"}, rail="cash"), how="phone")
    pay_carrier(SYSTEM, shop.silk, order, Money(14200, "THB"))

    live = live_document(receipt)
    assert receipt.revision == 1
    assert statuses(live, 0, "premium") == statuses(live, 1, "shipping") == ["paid"]
    assert (live["checkpoint"], live["proof"]) == (None, [])


def test_makers_who_did_not_agree_stand_as_one_row(shop: Shop) -> None:
    shop.scarf.stocks[0].folds_labour = True
    order = shop.paid({"scarf": 3})

    rows = live_document(receipt_for(order))["lines"][0]["split"]

    assert [row["purpose"] for row in rows][:2] == ["producer_share", "premium"]
    share = rows[0]
    assert (share["origin_minor"], share["status"]) == (374000 + 45872, "declared")
    assert sum(row["origin_minor"] for row in rows) == 657000


def test_hourly_pay_frozen_with_an_item_stands_on_its_receipt_and_on_no_other(shop: Shop, client: FlaskClient) -> None:
    stock = shop.scarf.stocks[0]
    living = {"kind": "living", "hour_minor": 6971, "amount_minor": 1_450_000, "hours": 208, "source": "survey",
              "from": "2026-01-01", "until": "2027-01-01", "is_met": False}  # fmt: skip
    pay = {"craft": "weaving", "people": 6, "mean_minor": 5590, "median_minor": 5284, "since": "2025-04-10",
           "until": "2026-04-09", "benchmarks": [living]}  # fmt: skip
    stock.story = {**stock.story, "hourly": [pay]}
    receipt = receipt_for(shop.paid({"scarf": 1, "runner": 1}))

    document = stored_document(revision_of(receipt))  # type: ignore[arg-type]
    token = receipt.token
    db.session.commit()
    page = client.get(f"/receipts/{token}?lang=en").get_data(as_text=True)

    assert [line["wage_check_published"] for line in document["lines"]] == [True, False, False, False]
    assert page.count("Hourly pay, compared") == 1
    assert "below the living wage" in page
    assert "survey" in page


def test_a_stored_revision_cannot_be_changed(shop: Shop) -> None:
    shop.paid({"runner": 1})

    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(update(ReceiptRevision).values(sha256="0" * 64))


def test_a_sealed_receipt_holds_for_a_stranger(shop: Shop) -> None:
    order = shop.paid({"scarf": 3, "runner": 2})
    revision = revision_of(receipt_for(order))
    assert revision is not None
    assert sealed_document(revision) is None
    db.session.commit()

    sequencer.sequence()

    sealed = sealed_document(revision)
    assert sealed is not None
    assert all_hold(verify_receipt(json.loads(json.dumps(sealed)), verifier_text()))
    sealed["lines"][0]["split"][0]["amount_minor"] += 1
    assert not all_hold(verify_receipt(sealed, verifier_text()))


def test_the_link_opens_page_json_and_paper(shop: Shop, client: FlaskClient) -> None:
    token = receipt_for(shop.paid({"scarf": 1})).token
    db.session.commit()

    assert client.get(f"/receipts/{token}").status_code == 200
    assert client.get(f"/receipts/{token}.json").get_json()["proof"] == []
    assert client.get(f"/receipts/{token}.pdf").status_code == 202
    sequencer.sequence()

    page = client.get(f"/receipts/{token}").get_data(as_text=True)
    assert "status is-good" in page
    answered = client.get(f"/receipts/{token}.json").get_json()
    assert all_hold(verify_receipt(answered, verifier_text()))
    paper = client.get(f"/receipts/{token}.pdf")
    assert paper.mimetype == "application/pdf"
    assert receipt_from_pdf(paper.data) == answered
    assert len(pikepdf.open(BytesIO(paper.data)).pages) == 1
    assert client.get(f"/receipts/{token}.pdf").data == paper.data


def test_kept_paper_is_sealed_and_goes_with_its_buyer_s_name(
    shop: Shop, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.paid({"scarf": 1})
    token = receipt_for(order).token
    order.buyer_name = "Kanari Buyer"
    db.session.commit()
    sequencer.sequence()

    def drawn() -> str:
        paper = client.get(f"/receipts/{token}.pdf").data
        return "".join(insides.drawn(pikepdf.open(BytesIO(paper))))

    assert "KanariBuyer" in drawn()
    (kept,) = Path(app.config["MEDIA_URL"]).rglob("*.pdf")
    assert kept.read_bytes().startswith(b"v1.")
    monkeypatch.setattr(paper_module, "render_pdf", None)
    assert "KanariBuyer" in drawn()
    monkeypatch.undo()
    person = find_person(order.id)
    assert list(erasing.removals(person)) == []
    assert not kept.exists()
    assert "KanariBuyer" in drawn()
    order.buyer_name = ERASED
    db.session.commit()
    assert "KanariBuyer" not in drawn()


def test_an_earlier_revision_is_shown_as_it_was_issued(shop: Shop, app: Flask) -> None:
    order = shop.paid({"scarf": 2})
    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="restocked")
    confirm_payout(SYSTEM, make_payout(SYSTEM, shop.silk, bank_rates={"USD": "35"}, rail="cash"), how="phone")
    address = f"/receipts/{receipt_for(order).token}"
    db.session.commit()
    sequencer.sequence()
    buyer = PageClient(app)

    today = buyer.get(address)
    first = today.follow("Revision 1 of 10 April 2026")
    back = first.follow("The receipt as it stands today")

    assert "CN-2026-000001" in today.words
    assert "of it came back" in today.words
    assert first.words.count("Owed") > today.words.count("Owed")
    assert "This is revision 1 as it was issued on 10 April 2026" in first.words
    assert "a live view" not in first.words
    assert "CN-2026-000001" not in first.words
    assert "of it came back" not in first.words
    assert first.link("Receipt as JSON").endswith(".json?revision=1")
    assert back.address == today.address
    buyer.get(f"{address}?revision=9", status=404)


def test_an_unknown_link_and_an_unknown_revision_are_absent(shop: Shop, client: FlaskClient) -> None:
    token = receipt_for(shop.paid({"runner": 1})).token
    db.session.commit()

    for path in ("nobody", "nobody.json", "nobody.pdf", f"{token}.json?revision=9"):
        assert client.get(f"/receipts/{path}").status_code == 404
