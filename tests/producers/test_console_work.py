"""A month in the console without script: record a step, sign it off, prepare, approve, pay, hear, publish, check."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import text

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Role
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.journal.sequencer import sequence
from marketplace.kernel.money import Money
from producers.audit.models import Look
from producers.fairprice.services import record_benchmark
from producers.lots.models import Lot, Step
from producers.wages.models import TopUp
from tests.factories.workshop import make_workshop
from tests.producers.conftest import organisation

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.at(DAY):
        yield


@pytest.fixture
def shop(house):
    return house.make(lambda: make_workshop(organisation("weavers")))


def photo() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(out, "PNG")
    return io.BytesIO(out.getvalue()), "photo.png"


def step_form(page, shop, **changes):
    answers = {
        "name": "spinning", "max_yield": "0,98", "in_place_0": shop.yarn, "in_quantity_0": "0,5 kg",
        "out_quantity_0": "480", "out_name_0": "thread", "work_member_0": shop.ani, "work_quantity_0": "480",
        "work_hours_0": "7,5", "work_rate_0": "weaving",
    }  # fmt: skip
    return page.form("name").fill(**{**answers, **changes})


def count(house, model, *conditions) -> int:
    return house.read(lambda: db.session.query(model).filter(*conditions).count())


# --- steps ------------------------------------------------------------------------------------------------------------


def test_a_step_is_recorded_after_its_loss_was_shown(house, shop):
    page = house.person().get("/k/weavers/steps/new")

    page = step_form(page, shop).send("Work out the loss")
    assert "500 g in = 480 g out + 20 g loss" in page.words
    page = page.form("name").send("Save the step")

    assert "500 g in = 480 g out + 20 g loss" in page.words
    assert "A second person signs it off" in page.alerts[0]
    step = house.read(lambda: db.session.query(Step).filter(Step.name == "spinning").one())
    assert (step.main_in_g, step.out_g, step.loss_g, step.max_yield, step.state) == (500, 480, 20, "0.98", "recorded")


def test_rows_are_added_by_buttons_and_nothing_entered_is_lost(house, shop):
    page = house.person().get("/k/weavers/steps/new")

    for button, field in (("Add an input", "in_place_1"), ("Add a new lot", "out_name_1"), ("Add work", "work_hours_1"),
                          ("Add an own cost", "cost_what_0")):  # fmt: skip
        form = page.form("name") if button != "Add an input" else step_form(page, shop)
        page = form.send(button)
        assert page.form("name").holds(field)

    kept = page.form("name").values
    assert (kept["in_quantity_0"], kept["work_hours_0"], kept["work_rate_0"]) == ("0,5 kg", "7,5", "weaving")
    assert count(house, Step, Step.name == "spinning") == 0


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"out_quantity_0": "520"}, "out_quantity_0", "500 g went in, but output and loss come to 520 g."),
        ({"in_quantity_0": "3000"}, "in_quantity_0", "were asked for. Enter less."),
        ({"in_quantity_0": "5 m"}, "in_quantity_0", "cannot be turned into"),
        ({"out_unit_0": "H87"}, "out_mass_0", "Weigh the pieces"),
        ({"work_hours_0": "many"}, "work_hours_0", "is not a number"),
        ({"work_hours_0": "0,0"}, "work_hours_0", "Piece work takes hours, too"),
        ({"work_rate_0": ""}, "work_rate_0", "Choose a decided rate"),
        ({"name": ""}, "name", "Fill this in."),
    ],
    ids=["balance", "more than there", "unit", "pieces weighed", "hours", "no hours", "rate", "name"],
)
def test_a_refusal_stands_at_its_field_and_keeps_the_rest(house, shop, changes, field, sentence):
    page = house.person().get("/k/weavers/steps/new")

    page = step_form(page, shop, **changes).send("Work out the loss", status=422)

    assert sentence in page.errors()[field]
    assert page.form("max_yield").values["work_member_0"] == shop.ani


def test_more_than_the_recipe_yields_is_refused_at_the_recipe(house, shop):
    page = house.person().get("/k/weavers/steps/new")

    page = step_form(page, shop, max_yield="0,9").send("Work out the loss")
    page = page.form("name").send("Save the step", status=422)

    assert "the recipe allows 450 at most" in page.errors()["max_yield"]
    assert count(house, Step, Step.name == "spinning") == 0


def test_more_than_the_recipe_yields_is_confirmed_by_a_second_person_who_sees_why(house, shop):
    bookkeeper, manager = house.person(Role.BOOKKEEPER), house.person()
    page = step_form(bookkeeper.get("/k/weavers/steps/new"), shop, max_yield="0,9").send("Work out the loss")
    page = page.form("name").send("Save the step", status=422)
    page = page.form("name").fill(override_reason="A wet scale").send("Save the step")
    step, lot = house.read(lambda: (lambda it: (it.id, it.outputs[0].lot_id))(spinning()))
    manager.get(f"/k/weavers/steps/{shop.open_step}/discard").form("Discard the step").send()

    page = manager.get("/k/weavers/work")
    assert "480 g came out, 450 g at most. The reason given: “A wet scale”" in page.words
    assert "tick that you confirm it" in page.form("Sign off").send(status=409).alerts[0]
    page.form("confirm_excess").fill(confirm_excess=True).send()

    assert house.read(lambda: spinning().state) == "posted"
    assert "confirmed it at sign-off" in bookkeeper.get(f"/k/weavers/steps/{step}").words
    assert "The reason given: “A wet scale”" in bookkeeper.get(f"/k/weavers/lots/{lot}").words
    assert "Confirmed by Sari" in manager.get(f"/k/weavers/records/{step}").words


def spinning() -> Step:
    return db.session.query(Step).filter(Step.name == "spinning").one()


def test_a_loss_that_nobody_saw_is_not_saved(house, shop):
    page = house.person().get("/k/weavers/steps/new")
    page = step_form(page, shop).send("Work out the loss")

    page = page.form("name").fill(out_quantity_0="470").send("Save the step", status=422)

    assert "30 g loss" in page.words
    assert count(house, Step, Step.name == "spinning") == 0


@pytest.mark.parametrize("preset", ["split", "merge", "rework"])
def test_a_preset_shapes_the_form(house, shop, preset):
    form = house.person().get(f"/k/weavers/steps/new?preset={preset}&lot={shop.yarn}").form("name")

    assert form.values["in_place_0"] == shop.yarn
    assert form.holds("out_name_1") == (preset == "split")
    assert form.holds("in_place_1") == (preset == "merge")
    assert form.holds("work_member_0") == (preset == "rework")


# --- sign-off ---------------------------------------------------------------------------------------------------------


def test_work_is_signed_off_by_another_than_who_recorded_it(house, shop):
    manager = house.person()
    page = manager.get("/k/weavers/work")
    assert "thread, not repaid" in page.words

    page = page.form("Sign off").send()

    assert "No work waits." in page.words
    assert house.read(lambda: db.session.get(Step, shop.open_step).state) == "posted"


def test_who_recorded_a_step_cannot_sign_it_off(house, shop):
    manager = house.person()
    page = step_form(manager.get("/k/weavers/steps/new"), shop).send("Work out the loss")
    page.form("name").send("Save the step")
    step_id = house.read(lambda: db.session.query(Step.id).filter(Step.name == "spinning").scalar())

    page = manager.post("/k/weavers/work", {"step_id": step_id}, status=403)

    assert "a second person signs it off" in page.alerts[0]
    assert house.read(lambda: db.session.get(Step, step_id).state) == "recorded"


def test_a_discarded_step_moves_nothing(house, shop):
    page = house.person().get(f"/k/weavers/steps/{shop.open_step}/discard")

    page.form("Discard the step").send()

    assert house.read(lambda: db.session.get(Step, shop.open_step).state) == "discarded"
    assert house.read(lambda: db.session.get(Lot, shop.yarn).stock) == 2000 - 300 - 110


# --- pay --------------------------------------------------------------------------------------------------------------


def test_a_payslip_goes_from_prepared_to_paid_and_confirmed(house, shop):
    house.person().get("/k/weavers/work").form("Sign off").send()
    bookkeeper, manager = house.person(Role.BOOKKEEPER), house.person()
    page = bookkeeper.get("/k/weavers/pay/new").follow("Budi")
    page = page.form("records").send()
    address = page.address
    assert "A second person approves it" in page.alerts[0]

    manager.get(address).form("Approve it").send()
    page = bookkeeper.get(address).follow("Record a payment")
    page = page.form("method").fill(method="cash").send()
    assert "Paid, proof missing" in page.words
    form = page.follow("File the proof").form("File the proof")
    form.values["proof"] = photo()
    page = form.send()
    assert "Paid, not yet confirmed" in page.words
    page = page.follow("Write down her word").form("what").fill(what="confirm", how="paper").send()

    assert "Paid and confirmed" in page.words
    assert "written down by" in page.words


def test_who_prepared_a_slip_does_not_approve_it(house, shop):
    manager = house.person()
    house.person(Role.BOOKKEEPER).get("/k/weavers/work").form("Sign off").send()
    page = manager.get(f"/k/weavers/pay/new/{shop.budi}").form("records").send()

    assert "Approve it" not in page.words
    manager.post(page.address + "/approve", status=403)


def test_a_contest_is_inside_and_ends_by_a_second_payment(house, shop):
    manager = house.person()
    page = manager.get(f"/k/weavers/pay/{shop.slip}/word").form("what").fill(what="contest", how="voice").send()
    assert "Contested" in page.words
    assert "contests her pay Answer" in manager.get("/k/weavers/").words
    assert "contests her pay Look" in house.person(Role.AUDITOR).get("/k/weavers/").words

    page = page.follow("Record a payment")
    assert "This payment ends the contest" in page.words
    form = page.form("method").fill(method="bank")
    form.values["proof"] = photo()
    page = form.send()

    assert "Paid, not yet confirmed" in page.words


def test_a_refused_payment_keeps_what_was_entered(house, shop):
    manager = house.person()
    manager.post(f"/k/weavers/pay/{shop.prepared}/approve")

    form = manager.get(f"/k/weavers/pay/{shop.prepared}/payment").form("method").fill(method="bank", paid_on="soon")
    form.values["proof"] = photo()
    page = form.send(status=422)

    assert "Enter a date" in page.errors()["paid_on"]
    assert page.form("method").values["method"] == "bank"
    assert "The file you chose is kept" in page.words


def test_nothing_owed_is_not_paid_twice(house, shop):
    manager = house.person()

    page = manager.post(
        f"/k/weavers/pay/{shop.slip}/payment", {"method": "cash", "paid_on": DAY.isoformat()}, status=409
    )

    assert "Nothing is owed" in page.words


# --- the hourly check -------------------------------------------------------------------------------------------------


def test_the_hourly_check_is_exact_and_grants_what_is_missing(house, shop):
    page = house.person().get("/k/weavers/pay/check")
    # Ani: five pieces at 500.00 in 8 hours = 312.50; Budi: one piece at 500.00 in 8 hours = 62.50 an hour.
    assert "Rp312.50" in page.words
    assert "2 of 2 members" in page.words
    assert count(house, TopUp) == 0

    house.make(lambda: raise_minimum(shop))
    page = house.person().get("/k/weavers/pay/check")
    page = page.form("Grant").send()

    assert "Put it on a payslip" in page.alerts[0]
    assert house.read(lambda: db.session.query(TopUp.amount_minor).scalar()) == 8 * 100_00 - 500_00


def test_any_other_top_up_is_refused(house, shop):
    house.make(lambda: raise_minimum(shop))

    page = house.person().post("/k/weavers/pay/check", {"member_id": shop.budi, "amount_minor": "1"}, status=409)

    assert "The missing amount is" in page.words


def raise_minimum(shop) -> None:
    """From today the minimum is 100.00 an hour: Budi earns 62.50."""
    record_benchmark(
        SYSTEM, organisation("weavers"), kind="minimum", amount=Money(800_00, "IDR"), hours=8, source="B",
        reviewed_by="Sri", valid_from=DAY, valid_until=DAY + timedelta(days=1),
    )  # fmt: skip


def test_a_benchmark_needs_everything_that_makes_it_one(house, shop):
    page = house.person().get("/k/weavers/benchmarks/new")
    answers = {"kind": "living", "amount": "145.000", "hours": "208", "place": "Sikka", "reviewed_by": "Sri"}

    page = page.form("kind").fill(**answers, valid_until="2020-01-01", source="").send(status=422)
    assert page.errors()["source"] == "Fill this in."
    page = page.form("kind").fill(source="Survey 2026", valid_until="2027-11-23").send()

    assert "Survey 2026, Sikka" in page.words


# --- price and shop ---------------------------------------------------------------------------------------------------


def test_a_price_below_the_floor_is_refused_with_the_floor(house, shop):
    manager = house.person()
    fresh = house.read(lambda: db.session.query(Lot).filter(Lot.number == "K-3").one().id)
    page = manager.get(f"/k/weavers/lots/{fresh}/price?price=1", status=422)
    assert "The price is below the floor of" in page.errors()["price"]
    page = manager.get(f"/k/weavers/lots/{fresh}/publish")

    page = page.form("title").fill(category="cloth", price="1", quantity="1").send(status=422)

    assert "The price is below the floor of" in page.errors()["price"]
    assert page.form("title").values["category"] == "cloth"


def test_a_lot_is_published_and_withdrawn(house, shop):
    manager = house.person()
    fresh = house.read(lambda: db.session.query(Lot).filter(Lot.number == "K-3").one().id)
    page = manager.get(f"/k/weavers/lots/{fresh}/price?price=9.000").follow("Publish it at")
    form = page.form("title").fill(title="Sarong", category="cloth", quantity="1", alternative_1="A sarong, folded")
    form.values["photo_1"] = photo()

    page = form.send()
    assert "Sarong is in the shop" in page.alerts[0]
    all_there = manager.get(f"/k/weavers/lots/{fresh}/publish")
    assert "The one piece in the store is in the shop already." in all_there.words
    assert all_there.link("In the shop").endswith("/k/weavers/listings")
    some_left = manager.get(f"/k/weavers/lots/{shop.cloth}/publish")
    assert some_left.form("title").values["quantity"] == "3"
    assert "2 are in the shop already" in some_left.words
    page = manager.get(f"/k/weavers/listings/{shop.listing}/withdraw")
    page = page.form("Take it off sale").send()

    assert "Ikat cloth is off sale" in page.alerts[0]


def test_a_photo_needs_words(house, shop):
    fresh = house.read(lambda: db.session.query(Lot).filter(Lot.number == "K-3").one().id)
    form = house.person().get(f"/k/weavers/lots/{fresh}/publish").form("title")
    form.fill(title="Sarong", category="cloth", quantity="1", price="9.000")
    form.values["photo_1"] = photo()

    page = form.send(status=422)

    assert "Say what the photo shows" in page.errors()["alternative_1"]


# --- the walk and the looks -------------------------------------------------------------------------------------------


def test_a_look_at_pay_is_noted_once_an_hour_and_shown_to_the_board(house, shop):
    auditor = house.person(Role.AUDITOR)

    auditor.get(f"/k/weavers/records/{shop.work}")
    auditor.get(f"/k/weavers/records/{shop.work}")
    auditor.get(f"/k/weavers/pay/{shop.slip}")

    assert house.read(lambda: sorted(it.what for it in db.session.query(Look).filter(Look.member_id == shop.ani))) == [
        "payslip",
        "record",
    ]
    page = house.person(Role.BOARD).get("/k/weavers/looks")
    assert "Auditor A1 Ani a record" in page.words
    with clock.at(DAY + timedelta(days=1)):
        auditor.get(f"/k/weavers/records/{shop.work}")
    assert count(house, Look, Look.member_id == shop.ani) == 3


def test_a_record_leads_to_its_slip_its_lots_and_its_place_in_the_journal(house, shop):
    house.read(sequence)

    page = house.person(Role.AUDITOR).get(f"/k/weavers/records/{shop.work}")

    assert "The record is as the journal holds it" in page.words
    assert "In the newest checkpoint" in page.words
    assert "PS-1" in page.words
    assert "K-1" in page.words


def test_a_hand_edit_is_seen_on_the_walk(house, shop):
    house.make(lambda: db.session.execute(text("UPDATE labour_work SET amount_minor = amount_minor + 1")) and None)

    page = house.person(Role.AUDITOR).get(f"/k/weavers/records/{shop.work}")

    assert "The record is not as the journal holds it" in page.words


# --- lists stay fast --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["lots", "benchmarks", "listings"])
def test_a_list_asks_little_whatever_its_length(house, shop, address):
    manager = house.person()
    manager.get(f"/k/weavers/{address}")

    with house.counted() as statements:
        manager.get(f"/k/weavers/{address}")

    # Session and roles are asked once a request; the list itself asks at most three questions.
    own = [it for it in statements if "account_sign_in" not in it and "account_membership" not in it]
    assert len(own) <= 3, "\n".join(own)


def test_the_list_of_payslips_asks_little_and_notes_its_looks(house, shop):
    manager = house.person()
    manager.get("/k/weavers/pay")

    with house.counted() as statements:
        manager.get("/k/weavers/pay")

    own = [it for it in statements if not any(name in it for name in ("account_sign_in", "account_membership"))]
    assert len(own) <= 3, "\n".join(own)
