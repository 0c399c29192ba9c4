"""The JSON twins: shapes that others may rely on, and nothing in them that should stay inside."""

import json

from marketplace.catalogue.models import Stock
from marketplace.kernel.dates import iso
from marketplace.kernel.db import db
from tests.factories.accounts import make_user

PERSONAL = ("Sari Wulandari", "example.org", "lot_id", "organisation_id")


def test_a_product_is_exactly_what_was_promised(shop, stranger):
    stock = db.session.query(Stock).filter_by(listing_id=shop.shawl).one()

    product = stranger.json("/products/indigo-shawl.json")

    assert product == {
        "slug": "indigo-shawl",
        "title": "Indigo shawl",
        "cooperative": "lepo-waru",
        "currency": "IDR",
        "price_minor": 65_000_000,
        "tax_included": True,
        "available": 6,
        "lots": [shop.shawl_code],
        "split": [
            {"purpose": "labour", "label": "Eight makers", "amount_minor": 29_900_000, "status": "paid"},
            {"purpose": "materials", "label": "Cotton yarn and dye", "amount_minor": 13_650_000,
             "status": "paid_unconfirmed"},
            {"purpose": "overhead", "label": "", "amount_minor": 8_450_000, "status": "declared"},
            {"purpose": "premium", "label": "", "amount_minor": 5_200_000, "status": "owed"},
            {"purpose": "platform_fee", "label": "", "amount_minor": 3_900_000, "status": "declared"},
            {"purpose": "payment_fee", "label": "", "amount_minor": 1_300_000, "status": "declared"},
            {"purpose": "tax", "label": "", "amount_minor": 2_600_000, "status": "owed"},
        ],
        "published_at": iso(stock.published_at),
        "source_sha256": shop.shawl_sha256,
    }  # fmt: skip
    assert sum(row["amount_minor"] for row in product["split"]) == product["price_minor"]


def test_a_lot_tells_its_journey_without_any_amount(shop, stranger):
    lot = stranger.json(f"/trace/{shop.shawl_code}.json")

    assert set(lot) == {
        "code", "title", "cooperative", "lot", "claims", "makers", "names", "materials", "steps", "published_at",
        "source_sha256",
    }  # fmt: skip
    assert lot["lot"] == {"name": "Indigo shawl", "quantity": "12", "unit": "H87"}
    assert lot["steps"][0] == {
        "on": "2026-01-12",
        "name": "Cotton spun",
        "kind": "process",
        "district": "Kabupaten Sikka",
        "people": 3,
        "inputs": [{"name": "cotton", "quantity": "24000", "unit": "GRM", "mass_g": 24_000, "role": "main"}],
        "outputs": [{"name": "yarn", "quantity": "21600", "unit": "GRM", "mass_g": 21_600}],
        "loss_g": 2_400,
        "evidence": {"work_records": 12, "photos": 1},
    }
    # Codes and hashes are left out: by chance they may hold any figures.
    told = json.dumps({name: value for name, value in lot.items() if name not in {"code", "source_sha256"}})
    seen = (
        stranger.get(f"/trace/{shop.shawl_code}").words.replace(shop.shawl_code, "").replace(lot["source_sha256"], "")
    )
    for text in (told, seen):
        assert not any(word in text for word in ("amount", "price", "minor", "Rp", "650"))


def test_the_lists_say_the_same_as_the_pages(shop, stranger):
    goods = stranger.json("/products.json")
    home = stranger.json("/index.json")

    assert (goods["total"], goods["page"], goods["pages"]) == (2, 1, 1)
    assert [product["slug"] for product in goods["products"]] == ["coffee", "indigo-shawl"]
    assert goods["products"][1] == {
        "slug": "indigo-shawl",
        "title": "Indigo shawl",
        "cooperative": "lepo-waru",
        "category": "cloth",
        "currency": "IDR",
        "price_minor": 65_000_000,
        "available": 6,
        "makers_percent": 46,
        "url": "http://127.0.0.1:8000/products/indigo-shawl",
    }
    assert home["products_total"] == 2
    assert home["newest"] == goods["products"]
    assert home["cooperatives"] == stranger.json("/cooperatives.json")["cooperatives"]


def test_a_cooperative_tells_of_itself_and_its_goods(shop, stranger):
    cooperative = stranger.json("/cooperatives/lepo-waru.json")

    assert cooperative["name"] == "Koperasi Lepo Waru"
    assert cooperative["members"] == 38
    assert cooperative["since_year"] == 2009
    assert [product["slug"] for product in cooperative["products"]] == ["indigo-shawl"]


def test_what_is_unknown_answers_as_a_problem(shop, stranger):
    for address in ("/products/none.json", "/cooperatives/waiting.json", f"/trace/{shop.hidden_code}.json"):
        assert stranger.json(address, status=404)["code"] == "not_found"


def test_no_person_and_no_inner_id_stands_anywhere(app, shop, stranger):
    make_user("Sari Wulandari")
    stock = db.session.query(Stock).filter_by(listing_id=shop.shawl).one()
    stock.story = {**stock.story, "members": ["Sari Wulandari"], "wages": {"Sari Wulandari": 1}}
    inner = (stock.id, stock.lot_id, shop.weavers)
    db.session.commit()

    for address in ("/", "/products", "/products/indigo-shawl", "/cooperatives/lepo-waru", f"/trace/{shop.shawl_code}"):
        for twin in (address, "/index.json" if address == "/" else f"{address}.json"):
            text = stranger.get(twin).text
            assert not any(word in text for word in (*PERSONAL, *inner)), twin
