"""Goods brought in: their cost is declared on a page, and until then nothing is made of them and none is sold."""

from datetime import date

import pytest

from marketplace.accounts.models import Role
from marketplace.catalogue.models import Listing
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from producers.cooperatives.services import enrol_member
from producers.decisions.services import record_decision
from producers.lots.models import Lot, OpeningAuthor
from producers.lots.queries import costs_of
from producers.lots.services import bring_in
from tests.factories.producers import make_platform

DAY = date(2026, 11, 23)
DECIDED = {"tax": "0", "overhead_on_labour": "0.20", "premium": "0.05", "reserve": "0", "rate:roasting": "400000"}


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.at(DAY):
        yield


@pytest.fixture
def decided(house):
    """The weavers with their decisions and one member; the platform with its own."""
    house.make(make_platform)
    house.do(record_decision, title="First decisions", figures=DECIDED)
    return house.do(enrol_member, name="Rosa", number="R1")


def lot_named(name: str) -> Lot:
    return db.session.scalars(db.select(Lot).where(Lot.name == name)).one()


def waiting_lot(house) -> str:
    return house.do(bring_in, name="Green coffee", quantity=12_000, unit="GRM", number="CQ-1")


# --- bringing in ----------------------------------------------------------------------------------------------------


def test_goods_are_brought_in_once_however_often_the_form_is_sent(house, decided):
    form = house.person(Role.BOOKKEEPER).get("/k/weavers/lots").follow("Bring goods in").form("name")
    form.fill(name="Green coffee", quantity="12 kg", owner_id=decided, note="From the old book", crop="900.000")

    page = form.send()
    form.send()

    assert page.h1 == f"{house.read(lambda: lot_named('Green coffee').number)} Green coffee"
    assert "Declared" in page.words
    assert "R1 Rosa" in page.words
    kept = house.read(lambda: [(row.purpose, row.amount_minor) for row in costs_of(lot_named("Green coffee").id)])
    assert kept == [("crop", 90_000_000)]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": ""}, "name", "Fill this in."),
        ({"quantity": "5 m"}, "quantity", "Weigh it or count it"),
        ({"crop": "lots"}, "crop", "Enter an amount"),
        ({"labour": "-5"}, "labour", "Enter an amount"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field_and_the_rest_is_kept(house, decided, changes, field, sentence):
    form = house.person().get("/k/weavers/lots/bring-in").form("name")

    page = form.fill(**{"name": "Sarongs", "quantity": "7 pieces", "materials": "70.000"} | changes).send(status=422)

    assert sentence in page.errors()[field]
    assert page.form("name").values["materials"] == "70.000"
    assert house.read(lambda: db.session.query(Lot).count()) == 0


def test_a_member_of_another_cooperative_owns_nothing_here(house, decided):
    foreign = house.do(enrol_member, name="Siti", on="others")

    page = house.person().post(
        "/k/weavers/lots/bring-in", {"name": "Sarongs", "quantity": "7 pieces", "owner_id": foreign}, status=422
    )

    assert page.errors()["owner_id"] == "Choose the member."


# --- the cost ---------------------------------------------------------------------------------------------------------


def test_a_lot_without_cost_is_neither_used_nor_priced_nor_published(house, decided):
    pieces = house.do(bring_in, name="Sarongs", quantity=7, unit="H87", number="S-1")
    manager = house.person()

    page = manager.get(f"/k/weavers/lots/{pieces}")
    assert "No cost yet" in page.words
    assert "Record a step with it" not in page.words
    priced = manager.get(f"/k/weavers/lots/{pieces}/price", status=409)
    assert "Lot S-1 has no cost yet" in priced.alerts[0]
    assert priced.link("Enter what it cost").endswith(f"{pieces}/cost")
    form = manager.get(f"/k/weavers/lots/{pieces}/publish").form("title")
    form.fill(title="Sarong", category="cloth", price="90.000", quantity="1")
    assert "Lot S-1 has no cost yet" in form.send(status=409).alerts[0]
    form = manager.get("/k/weavers/steps/new").form("name")
    form.fill(name="washing", max_yield="1", in_place_0=pieces, in_quantity_0="7", in_mass_0="2100", out_quantity_0="7",
              out_unit_0="H87", out_mass_0="2100")  # fmt: skip
    page = form.send("Work out the loss").form("name").send("Save the step", status=409)
    assert "Lot S-1 has no cost yet" in page.errors()["in_quantity_0"]
    assert "1 lot brought in without its cost" in manager.get("/k/weavers/").words


def test_the_cost_is_entered_once_and_reads_declared(house, decided):
    lot_id = waiting_lot(house)
    bookkeeper = house.person(Role.BOOKKEEPER)
    page = bookkeeper.get(f"/k/weavers/lots/{lot_id}").follow("Enter what it cost")
    assert "at least one amount above zero" in page.form("crop").send(status=422).alerts[0]

    form = page.form("crop").fill(crop="900.000", own_costs="12.500")
    page = form.send()

    assert "It reads as declared" in page.alerts[0]
    assert page.words.count("Declared") == 2
    assert "Enter what it cost" not in page.words
    assert "Its cost cannot be typed in now" in form.send(status=409).alerts[0]
    assert bookkeeper.get(f"/k/weavers/lots/{lot_id}/cost", status=302).response.location.endswith(f"/lots/{lot_id}")
    opening = house.read(lambda: db.session.scalars(db.select(OpeningAuthor.opening_id)).one())
    record = bookkeeper.get(f"/k/weavers/records/{opening}").words
    assert "Typed in by" in record
    assert house.read(lambda: list(run_all())) == []


def test_who_only_reads_is_not_offered_the_form(house, decided):
    lot_id = waiting_lot(house)

    page = house.person(Role.BOARD).get(f"/k/weavers/lots/{lot_id}")

    assert "No cost yet" in page.words
    assert "Enter what it cost" not in page.words


# --- from an empty console to the shop, in pages alone ----------------------------------------------------------------


def test_green_coffee_becomes_bags_in_the_shop_without_a_line_of_code(house, decided):
    manager, bookkeeper = house.person(), house.person(Role.BOOKKEEPER)
    for name, quantity, costs in (
        ("Green coffee", "12 kg", {"crop": "900.000"}),
        ("Bags", "40 pieces", {"materials": "60.000"}),
    ):
        manager.get("/k/weavers/lots/bring-in").form("name").fill(name=name, quantity=quantity, **costs).send()

    roast = bookkeeper.get("/k/weavers/steps/new").form("name").fill(
        name="roasting", max_yield="0,88", in_place_0=house.read(lambda: lot_named("Green coffee").id),
        in_quantity_0="12 kg", out_name_0="Roasted coffee", out_quantity_0="10 kg", work_member_0=decided,
        work_kind_0="hour", work_quantity_0="5", work_hours_0="5", work_rate_0="roasting",
    )  # fmt: skip
    assert "2 kg loss" in record(roast)
    manager.get("/k/weavers/work").form("Sign off").send()
    pack = bookkeeper.get("/k/weavers/steps/new").form("name").fill(
        name="packing", max_yield="1/250", in_place_0=house.read(lambda: lot_named("Roasted coffee").id),
        in_quantity_0="10 kg", out_name_0="Coffee, 250 g", out_quantity_0="40", out_unit_0="H87", out_mass_0="10 kg",
    ).send("Add an input").form("name").fill(
        in_place_1=house.read(lambda: lot_named("Bags").id), in_quantity_1="40", in_role_1="auxiliary"
    )  # fmt: skip
    record(pack)
    manager.get("/k/weavers/work").form("Sign off").send()
    bags = house.read(lambda: lot_named("Coffee, 250 g").id)
    page = manager.get(f"/k/weavers/lots/{bags}").follow("Work out its price")
    page = manager.get(page.address + "?price=45.000").follow("Publish it at")
    page = page.form("title").fill(title="Roasted coffee", category="coffee", quantity="40").send()

    assert "Roasted coffee is in the shop" in page.alerts[0]
    costs = house.read(lambda: {row.purpose: row.amount_minor for row in costs_of(bags)})
    assert costs == {"crop": 90_000_000, "materials": 6_000_000, "labour": 5 * 400_000}
    slug = house.read(lambda: db.session.query(Listing.slug).scalar())
    split = {(row["purpose"], row["status"]) for row in manager.json(f"/products/{slug}.json")["split"]}
    assert ("producer_share", "declared") in split
    assert house.read(lambda: list(run_all())) == []


def record(form) -> str:
    """Look at the loss, save; what the step's page then says."""
    return form.send("Work out the loss").form("name").send("Save the step").words
