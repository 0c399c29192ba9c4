"""What the worked example publishes stands in the shop as it was frozen: split, journey, makers who agreed."""

import copy
import json
from pathlib import Path

import pytest

from marketplace.kernel.db import db
from orders.replay.player import play
from tests.client import PageClient

EXAMPLE = json.loads((Path(__file__).parents[2] / "worked_example.json").read_text(encoding="utf-8"))
LAST = "E37"


@pytest.fixture
def stranger(app):
    inputs = copy.deepcopy(EXAMPLE["inputs"])
    inputs["events"] = [event for event in inputs["events"] if event["id"] <= LAST]
    with app.app_context():
        play(inputs)
        db.session.commit()
    return PageClient(app)


def test_a_listing_is_taken_apart_to_its_price(stranger):
    products = stranger.json("/products.json")["products"]

    assert sorted(product["slug"] for product in products) == ["l-1", "l-2"]
    for each in products:
        product = stranger.json(f"/products/{each['slug']}.json")
        assert sum(row["amount_minor"] for row in product["split"]) == product["price_minor"]
        page = stranger.get(f"/products/{each['slug']}")
        assert "Where your money goes" in page.words
        assert page.follow("See the whole lot").h1 == f"The journey of {product['title']}"


def test_the_journey_tells_every_step_with_what_was_lost(stranger):
    code = stranger.json("/products/l-1.json")["lots"][0]

    lot = stranger.json(f"/trace/{code}.json")

    assert lot["makers"] == 3
    assert [material["on"] for material in lot["materials"]] == ["2026-03-02", "2026-03-05", "2026-03-05"]
    first = lot["steps"][0]
    assert (first["on"], first["people"], first["loss_g"]) == ("2026-03-10", 1, 115)
    assert first["inputs"] == [
        {"name": "raw silk yarn", "quantity": "2300", "unit": "GRM", "mass_g": 2300, "role": "main"}
    ]
    assert first["outputs"] == [{"name": "raw silk yarn", "quantity": "2185", "unit": "GRM", "mass_g": 2185}]
    # 2,300 and 1,900 g of yarn reeled: what did not become these scarves is lost or lies in store.
    words = stranger.get(f"/trace/{code}").words.replace("\u00a0", " ")
    assert "Balanced: 4.2 kg in = out" in words
