"""The drawing of a frozen story: every gram that went in is somewhere, and nothing is guessed."""

import copy

import pytest
from flask import Flask

from marketplace.catalogue.story import read_story
from marketplace.kernel import i18n
from marketplace.storefront.lot_flow import lot_flow
from tests.factories.catalogue import STORY

LOT = {"lot": {"code": "SHAWLS", "name": "Shawl", "quantity": 12, "unit": "H87"}}


@pytest.fixture(autouse=True)
def words():
    """Translation without a database: a story is read from memory."""
    app = Flask(__name__)
    i18n.init_app(app)
    with app.test_request_context("/?lang=en"):
        yield


def changed(change):
    story = copy.deepcopy(STORY)
    change(story)
    return read_story(LOT | story)


def test_what_went_in_is_in_the_goods_in_other_goods_or_lost():
    flow = lot_flow(read_story(LOT | STORY), "Indigo shawl")

    graph = flow.graph
    masses = {upright.lot.label: upright.lot.mass_g for upright in graph.uprights}
    # 24,000 g cotton: 2,400 lost, 21,600 yarn: 9,915 woven (115 lost), 11,685 for other goods.
    assert masses == {"cotton": 24_000, "yarn": 21_600, "Indigo shawl": 9_800, "For other goods": 11_685}
    assert (graph.in_g, graph.out_g) == (24_000, 24_000)
    assert [loss.label.replace("\u00a0", " ") for loss in graph.losses] == [
        "− 2.4 kg, Cotton spun",
        "− 115 g, Tied and woven",
    ]
    assert [dye.label.replace("\u00a0", " ") for dye in graph.auxiliaries] == ["indigo, 600 g"]


def test_the_list_says_the_same_first_material_on_top():
    lines = lot_flow(read_story(LOT | STORY), "Indigo shawl").lines

    assert [(line.depth, line.name, line.mass_g, line.loss_g) for line in lines] == [
        (0, "cotton", 24_000, None),
        (1, "yarn", 21_600, 2_400),
        (2, "Indigo shawl", 9_800, 115),
    ]
    assert lines[2].with_it == "indigo"
    assert lines[0].on == "2026-01-08"


def test_yarn_that_stays_yarn_is_told_apart_by_its_step():
    story = changed(lambda story: story["steps"][0]["outputs"][0].update(name="cotton"))

    assert [line.name for line in lot_flow(story, "Indigo shawl").lines] == [
        "cotton",
        "cotton, Cotton spun",
        "Indigo shawl",
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda story: story.update(steps=[]),
        lambda story: story["steps"][0]["outputs"][0].pop("mass_g"),
        lambda story: story["steps"][1]["inputs"][0].pop("code"),
        lambda story: story["steps"][1]["inputs"][0].update(mass_g=30_000),
    ],
    ids=["brought in", "not weighed", "from nowhere", "weighed differently when it went in"],
)
def test_without_weights_that_agree_there_is_no_drawing(change):
    assert lot_flow(changed(change), "Indigo shawl") is None
