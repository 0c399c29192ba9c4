"""A delivery at the door and the member's own screens, on a phone, in both languages, with axe on every page."""

import re

import pytest

from marketplace.kernel.db import db
from producers.deliveries.checks import check
from producers.labour.queries import work_of_step
from producers.wages.services import pay_wage
from tests.factories.door import make_door

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]


@pytest.fixture
def people(app):
    with app.app_context():
        door = make_door()
        slip = door.deliver()
        door.weigh(slip)
        (work,) = work_of_step(slip.step_id)
        pay_wage(door.manager, door.payslip([work.id]), method="cash", proof="kuitansi 12")
        db.session.commit()
        return {name: getattr(door, name).user_id for name in ("maria", "collector", "bookkeeper")}


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_usual_slip_is_eight_taps_and_two_numbers(app, people, browse, language, script):
    journey = browse(language, script=script).sign_in(people["collector"])
    journey.visit("/s/lepo/slips/new")

    journey.tap("Maria Nona").type_into("Material out, in grams", "600")
    journey.tap("One more").tap("One more").tap("One more")
    journey.type_into("Money paid now", "100.000").tap("Check together")
    assert "255" in journey.page.locator(".figure-serif").inner_text()
    journey.tap("Save slip")

    assert journey.heading() == "NS-000002 · Maria Nona"
    assert journey.taps <= 8
    assert journey.typed <= 2
    with app.app_context():
        assert list(check()) == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_member_confirms_contests_and_sees_why(people, browse, language):
    journey = browse(language).sign_in(people["maria"])
    journey.visit("/s/lepo/").tap("My pay")

    journey.tap("I have received it").tap("The amount is wrong")
    journey.type_into("How much did you really receive?", "50.000").tap("Say that the amount is wrong")
    journey.tap("It was right after all")

    journey.tap("Why this amount?").visit("/s/lepo/").tap("My passbook").visit("/s/lepo/").tap("My work")
    assert len(journey.judged) >= 9


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_payee_without_an_account_follows_her_link(people, browse, language):
    collector = browse(language).sign_in(people["collector"])
    collector.visit("/s/lepo/slips").tap("NS-000001").tap("Send to the member")
    address = re.search(r"/p/[\w-]{43}", collector.words()).group()

    payee = browse(language).visit(address)
    payee.tap("The amount is wrong").visit(address).tap("I have received it")

    assert payee.say("I have received it") not in payee.words()


def test_by_keyboard_alone_the_enter_key_checks_the_slip(people, browse):
    journey = browse("id").sign_in(people["collector"])
    journey.visit("/s/lepo/slips/new").page.get_by_role("link", name="Maria Nona").focus()
    journey.page.keyboard.press("Enter")
    journey.page.get_by_label(journey.say("Material out, in grams")).press_sequentially("300")

    journey.page.keyboard.press("Enter")

    journey.page.get_by_role("heading", name=journey.say("Is this right?")).wait_for()
    journey.judge()


@pytest.mark.parametrize("width", [360, 1280])
def test_who_weighs_finds_no_barrier(people, browse, width):
    journey = browse("id", width=width).sign_in(people["bookkeeper"])
    journey.visit("/s/lepo/slips/new").tap("Maria Nona").tap("One more").tap("Check together").tap("Save slip")

    journey.tap("Weigh the pieces")

    journey.visit("/s/lepo/slips")
