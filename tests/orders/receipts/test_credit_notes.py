"""Credit notes: what they say, and that each reader sees her own part alone, as page, JSON and PDF."""

import json
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Role
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer
from marketplace.kernel.money import Money
from orders.history.reading import COLUMNS
from orders.receipts.models import CreditNote
from orders.receipts.queries import receipt_of, stored_document
from orders.refunds.services import refund
from orders.settlement.fees import report_fee
from tests.client import PageClient
from tests.factories.accounts import join, make_user
from tests.orders.shop import BUYER, SALE_DAY, Shop
from tests.queries import count_queries

MET = "C4,85123A,HEART,-5,2010-12-03 10:00:00,2.55,17850.0,United Kingdom"
SALE = "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"
UNMET = "C5,D,Discount,-1,2010-12-03 10:00:00,27.50,17850.0,United Kingdom"


@pytest.fixture
def token(shop: Shop) -> str:
    """The secret of a receipt of two sellers, of which one scarf and one runner were refunded on one note."""
    order = shop.paid({"scarf": 3, "runner": 2})
    report_fee(SYSTEM, order.id, Money(1076, "USD"), source="balance report")
    refund(SYSTEM, order.id, {"O-1-1": 1, "O-1-2": 1}, goods="restocked", reason="Ann says too long")
    receipt = receipt_of(order.id)
    assert receipt is not None
    db.session.commit()
    return receipt.token


def signed_in(app: Flask, seller: object, *roles: Role) -> PageClient:
    user = make_user()
    join(user, seller, *roles)
    db.session.commit()
    return PageClient(app).sign_in(user)


def operator(app: Flask) -> PageClient:
    user = make_user(is_operator=True)
    db.session.commit()
    return PageClient(app).sign_in(user)


def test_the_document_adds_up_by_line_part_and_loss(shop: Shop, token: str) -> None:
    document = stored_document(db.session.scalars(db.select(CreditNote)).one())

    assert document["corrects"] == [{"order": "O-1", "receipt": "PF-2026-000001"}]
    assert [(line["id"], line["quantity"], line["seller"]) for line in document["lines"]] == [
        ("O-1-1", 1, "silk"),
        ("O-1-2", 1, "batik"),
    ]
    for line in document["lines"]:
        assert sum(row["amount_minor"] for row in line["split"]) == line["amount_minor"]
        assert sum(row["origin_minor"] for row in line["split"]) == line["origin"]["amount_minor"]
    assert sum(line["amount_minor"] for line in document["lines"]) == document["amount_minor"]
    assert document["lines"][0]["origin"] == {"currency": "THB", "amount_minor": 219000}
    # The fee of both lines that the provider keeps.
    kept = [
        row["amount_minor"] for line in document["lines"] for row in line["split"] if row["purpose"] == "payment_fee"
    ]
    assert sum(document["loss"].values()) == sum(kept)
    assert [sum(line["loss"].values()) for line in document["lines"]] == kept
    assert "Ann" not in json.dumps(document)


def test_makers_who_did_not_agree_stand_as_one_row(shop: Shop) -> None:
    shop.scarf.stocks[0].folds_labour = True
    order = shop.paid({"scarf": 2})

    refund(SYSTEM, order.id, {"O-1-1": 1}, goods="scrapped")

    [line] = stored_document(db.session.scalars(db.select(CreditNote)).one())["lines"]
    assert line["split"][0]["purpose"] == "producer_share"
    assert not {"materials", "labour", "own_costs", "overhead"} & {row["purpose"] for row in line["split"]}


def test_the_buyer_walks_from_receipt_to_note_to_paper(app: Flask, token: str) -> None:
    buyer = PageClient(app)
    page = buyer.get(f"/receipts/{token}").follow("CN-2026-000001")
    assert "Being sealed" in page.words
    address = f"/receipts/{token}/credit-notes/CN-2026-000001"
    assert buyer.get(f"{address}.pdf", status=202).response.headers["Retry-After"]
    sequencer.sequence()

    page = buyer.get(address)
    told = buyer.json(f"{address}.json")
    paper = app.test_client().get(f"{address}.pdf")

    assert page.h1 == "Credit note CN-2026-000001"
    assert "receipt PF-2026-000001 of order O-1" in page.words
    assert "The shop’s refund reserve" in page.words
    assert BUYER.name not in page.words
    recorded = json.loads(told["proof"]["leaf"])
    assert recorded["credit_note_sha256"] == db.session.scalars(db.select(CreditNote.sha256)).one()
    with pikepdf.open(BytesIO(paper.data)) as file:
        assert json.loads(file.attachments["credit-note.json"].get_file().read_bytes()) == told
    assert app.test_client().get(f"{address}.pdf").data == paper.data
    assert "Membetulkan" in PageClient(app, "id").get(address).words


def test_a_seller_sees_its_own_part_and_no_file_of_anothers(app: Flask, shop: Shop, token: str) -> None:
    sequencer.sequence()
    silk = signed_in(app, shop.silk, Role.BOOKKEEPER)

    page = silk.get("/k/silk/orders").follow("Credit notes").follow("CN-2026-000001")

    assert "Silk scarf" in page.words
    assert "Batik runner" not in page.words
    assert "another cooperative" in page.words
    for kind in ("json", "pdf"):
        silk.get(f"/k/silk/credit-notes/CN-2026-000001.{kind}", status=404)


def test_a_foreign_an_unknown_and_a_wrong_readers_note_are_absent(app: Flask, shop: Shop, token: str) -> None:
    order = shop.paid({"runner": 1})
    refund(SYSTEM, order.id, {"O-2-1": 1}, goods="restocked")
    db.session.commit()
    sequencer.sequence()
    silk, batik = signed_in(app, shop.silk, Role.MANAGER), signed_in(app, shop.batik, Role.BOARD)
    collector = signed_in(app, shop.batik, Role.COLLECTOR)

    for end in ("", ".json", ".pdf"):
        silk.get(f"/k/silk/credit-notes/CN-2026-000002{end}", status=404)
        silk.get(f"/k/batik/credit-notes/CN-2026-000002{end}", status=404)
        silk.get(f"/k/silk/credit-notes/CN-2026-000009{end}", status=404)
        silk.get(f"/operator/credit-notes/CN-2026-000002{end}", status=404)
        collector.get(f"/k/batik/credit-notes/CN-2026-000002{end}", status=403)
        PageClient(app).get(f"/receipts/{token}/credit-notes/CN-2026-000002{end}", status=404)
        PageClient(app).get(f"/receipts/nobody/credit-notes/CN-2026-000001{end}", status=404)
    assert batik.json("/k/batik/credit-notes/CN-2026-000002.json")["amount_minor"] > 0
    PageClient(app).get("/k/batik/credit-notes", status=302)


def test_a_longer_list_asks_no_more_of_the_database(app: Flask, shop: Shop, token: str) -> None:
    silk, desk = signed_in(app, shop.silk, Role.MANAGER), operator(app)
    lists = [(silk, "/k/silk/credit-notes"), (desk, "/operator/credit-notes")]

    def asked() -> list[int]:
        counts = []
        for reader, address in lists:
            reader.get(address)
            with count_queries(app) as questions:
                reader.get(address)
            counts.append(len(questions))
        db.session.rollback()
        return counts

    before = asked()
    for _piece in range(2):
        refund(SYSTEM, "O-1", {"O-1-1": 1}, goods="restocked")
    db.session.commit()

    assert asked() == before


def test_notes_of_another_shops_history_are_read_by_seller_and_operator(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        file = tmp_path / "history.csv"
        file.write_text("\n".join([",".join(COLUMNS), SALE, MET, UNMET]) + "\n", encoding="utf-8")
        answer = app.test_cli_runner().invoke(args=["import", "orders", str(file), "--json"])
        assert answer.exit_code == 0, answer.output
        sequencer.sequence()
        page = operator(app).get("/operator/credit-notes")

        met = page.follow("CN-2010-000001")
        alone = page.follow("CN-2010-000002")

        assert "receipt PF-2010-000001 of order online-retail-1" in met.words
        assert "the sale was made elsewhere" in alone.words
        assert "D Discount" in alone.words
        assert "17850" not in met.words + alone.words
        assert operator(app).json("/operator/credit-notes/CN-2010-000002.json")["amount_minor"] == 2750


@pytest.mark.parametrize("hour", [time(18), time(23, 30)])
def test_a_credit_note_bears_one_day_also_where_it_is_tomorrow_by_then(shop: Shop, app: Flask, hour: time) -> None:
    shop.batik.zone = "Asia/Jakarta"
    with clock.at(datetime.combine(SALE_DAY, hour, UTC)):
        order = shop.paid({"runner": 1})
        refund(SYSTEM, order.id, {f"{order.id}-1": 1}, goods="restocked", reason="torn")
        db.session.commit()
        seller = signed_in(app, shop.batik, Role.MANAGER)

        beside_the_order = seller.get(f"/k/batik/orders/{order.number}").words
        by_itself = seller.get("/k/batik/credit-notes").follow("CN-2026-000001").words

    assert "CN-2026-000001, 10 Apr 2026" in beside_the_order.replace(" ,", ",")
    assert "10 April 2026" in by_itself
