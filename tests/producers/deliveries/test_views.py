"""The capture screens without script: enter, count, check, change, save; then show, print, list, weigh, take along."""

import io

import openpyxl
import pytest
from flask import Flask

from marketplace.accounts.models import Role, User
from marketplace.kernel.db import db
from producers.cooperatives.models import Member
from producers.deliveries.models import DeliverySlip
from tests.client import PageClient
from tests.factories.accounts import make_person
from tests.factories.door import make_door
from tests.producers.conftest import House, organisation


class Screens:
    """The committed cooperative `lepo` and its people, each with a browser."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            door = make_door()
            other = make_door("other")
            db.session.commit()
            self.maria, self.yarn, self.foreign = door.maria.id, door.yarn.id, other.maria.id
            self.users = {it: getattr(door, it).user_id for it in ("collector", "bookkeeper", "manager", "maria")}

    def who(self, name: str, language: str = "en") -> PageClient:
        """Somebody of `lepo`, signed in."""
        with self.app.app_context():
            user = db.session.get_one(User, self.users[name])
        return PageClient(self.app, language).sign_in(user)

    def stranger(self, *roles: Role) -> PageClient:
        """Somebody of `other`, signed in."""
        with self.app.app_context():
            user = make_person(*roles, organisation=organisation("other"))
        return PageClient(self.app).sign_in(user)

    def save(self, **answers: str) -> str:
        """A slip saved by the collector; its address."""
        page = self.who("collector").get(f"/s/lepo/slips/new/{self.maria}")
        page = page.form().fill(**{"issued": "600", "good": "3", "paid": "100.000"} | answers).send("Check together")
        return page.form().send("Save slip").address


@pytest.fixture
def screens(app: Flask) -> Screens:
    return Screens(app)


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_slip_from_the_first_tile_to_its_number(screens, language):
    words = {
        "en": ("Whose delivery?", "Check together", "Is this right?", "Save slip"),
        "id": ("Setoran siapa?", "Periksa bersama", "Sudah benar?", "Simpan nota"),
    }[language]
    page = screens.who("collector", language).get("/s/lepo/slips/new")
    assert page.h1 == words[0]

    page = page.follow("Maria Nona").form().fill(issued="600", good="3", paid="100.000").send(words[1])

    assert page.h1 == words[2]
    assert "Rp255.000" in page.words.replace(",", ".")
    page = page.form().send(words[3])
    assert page.h1 == "NS-000001 · Maria Nona"


def test_the_stepper_counts_without_script_and_keeps_what_was_typed(screens):
    page = screens.who("collector").get(f"/s/lepo/slips/new/{screens.maria}")
    key = page.form().values["client_key"]

    page = page.form().fill(issued="450", paid="20.000").send("One more")
    page = page.form().send("One more")
    page = page.form().send("One less")

    values = page.form().values
    assert (values["good"], values["issued"], values["paid"], values["client_key"]) == ("1", "450", "20.000", key)


def test_the_way_back_from_the_check_keeps_everything(screens):
    page = screens.who("collector").get(f"/s/lepo/slips/new/{screens.maria}")

    page = page.form().fill(issued="450", good="2").send("Check together").form().send("Change")

    assert (page.h1, page.form().values["issued"], page.form().values["good"]) == ("Maria Nona", "450", "2")


def test_a_refusal_keeps_what_was_typed(screens):
    page = screens.who("collector").get(f"/s/lepo/slips/new/{screens.maria}")

    page = page.form().fill(issued="99999", good="2").send("Check together", status=409)

    assert "has 6000 left" in page.words
    assert page.form().values["issued"] == "99999"


def test_saving_twice_makes_one_slip(screens):
    page = screens.who("collector").get(f"/s/lepo/slips/new/{screens.maria}")
    checked = page.form().fill(good="2").send("Check together").form()

    first = checked.send("Save slip")
    second = checked.send("Save slip")

    assert second.address == first.address
    with screens.app.app_context():
        assert db.session.query(DeliverySlip).count() == 1


def test_the_last_lot_and_work_are_chosen_already(screens):
    screens.save()

    values = screens.who("collector").get(f"/s/lepo/slips/new/{screens.maria}").form().values

    assert (values["lot_id"], values["rate_key"]) == (screens.yarn, "tenun")


@pytest.mark.parametrize("who", ["collector", "bookkeeper", "manager"])
def test_who_receives_reads_prints_and_keeps_a_slip(screens, who):
    address = screens.save()
    browser = screens.who(who)

    assert "Rp255,000" in browser.get(address).words
    assert browser.get(f"{address}/paper").words.count("NS-000001") >= 2
    assert browser.get(f"{address}.pdf").response.data.startswith(b"%PDF-")


def test_the_day_shows_its_sums(screens):
    screens.save()
    screens.save(good="1", paid="")

    page = screens.who("manager").get("/s/lepo/slips")

    assert "Rp340,000" in page.words
    assert "Rp100,000" in page.words
    assert "NS-000002" in page.words


def test_the_day_has_few_questions_for_many_slips(screens):
    for number in range(4):
        screens.save(good=str(number + 1))
    browser = screens.who("manager")

    with House.counted(screens) as statements:
        browser.get("/s/lepo/slips")

    assert len(statements) <= 10


def test_weighing_sends_the_work_to_sign_off(screens):
    address = screens.save()
    page = screens.who("bookkeeper").get(f"{address}/weigh")

    page = page.form().fill(mass_g="540", used_g="560", least_g="150", hours="30").send("Save weighing")

    assert "Weighed" in page.words
    assert screens.who("bookkeeper").get("/s/lepo/slips").words.count("Waiting for the scales") == 0
    screens.who("bookkeeper").post(
        f"{address}/weigh",
        {"lot_id": screens.yarn, "good": "3", "mass_g": "1", "used_g": "1", "least_g": "1", "hours": "1"},
        status=409,
    )


def test_weighing_more_than_came_in_is_refused(screens):
    page = screens.who("bookkeeper").get(f"{screens.save()}/weigh")

    page = page.form().fill(good="4", mass_g="540", used_g="560", least_g="100", hours="30").send(status=422)

    assert "Only 3 pieces" in page.words


def test_the_recap_is_one_sheet_without_formulas_from_names(screens):
    with screens.app.app_context():
        db.session.get_one(Member, screens.maria).name = "=HYPERLINK(1)"
        db.session.commit()
    screens.save()

    answer = screens.who("bookkeeper").get("/s/lepo/slips/recap.xlsx").response

    (sheet,) = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets
    row = [cell.value for cell in sheet[2]]
    assert (row[0], row[3], row[6], row[8], row[11], row[12]) == (
        "NS-000001", "'=HYPERLINK(1)", 600, 3, 255_000, 100_000,
    )  # fmt: skip
    assert sheet["D2"].data_type == "s"
    assert sheet["M3"].value == "=SUM(M2:M2)"


@pytest.mark.parametrize("query", ["?month=2026-13", "?month=last"])
def test_no_recap_of_no_month(screens, query):
    screens.who("bookkeeper").get(f"/s/lepo/slips/recap.xlsx{query}", status=404)


def test_a_foreign_or_absent_thing_is_not_there(screens):
    manager = screens.who("manager")

    manager.get("/s/lepo/slips/none", status=404)
    manager.get(f"/s/lepo/slips/new/{screens.foreign}", status=404)
    manager.get("/s/lepo/slips?day=yesterday", status=404)
    manager.get("/s/other/slips", status=404)


def test_a_collector_sees_only_slips_of_her_own(screens):
    page = screens.who("manager").get(f"/s/lepo/slips/new/{screens.maria}")
    address = page.form().fill(good="2").send("Check together").form().send("Save slip").address

    screens.who("collector").get(address, status=404)
    assert "NS-000001" not in screens.who("collector").get("/s/lepo/slips").words


# --- a wrong slip -----------------------------------------------------------------------------------------------------


def test_a_wrong_slip_is_made_void_by_a_second_person_and_says_so_everywhere(screens):
    address = screens.save()
    bookkeeper = screens.who("bookkeeper")
    page = bookkeeper.get(address).follow("The slip is wrong")
    assert "600 g Benang nila, Rp100,000" in page.words
    assert "No names. The reason stays with the slip." in page.words
    assert page.form().send(status=422).errors() == {"reason": "Fill this in."}

    page = page.form().fill(reason="Yarn of another member").send()

    assert "What it moved is back" in page.alerts[0]
    for shown in (page, bookkeeper.get(f"{address}/paper"), screens.who("collector").get(address)):
        assert "Void" in shown.words
        assert "by Bookkeeper: Yarn of another member" in shown.words
    assert "Weigh the pieces" not in page.words
    assert "Void" in bookkeeper.get("/s/lepo/slips").words
    assert "This slip is void" in bookkeeper.post(f"{address}/void", {"reason": "Again"}, status=409).alerts[0]
    assert "The slip was wrong and is void" in screens.who("maria").get("/s/lepo/me").words
    sheet = openpyxl.load_workbook(io.BytesIO(bookkeeper.get("/s/lepo/slips/recap.xlsx").response.data)).active
    row = {cell.column_letter: cell.value for cell in sheet[2]}
    assert (row["A"], row["G"], row["M"], row["N"][-22:]) == ("NS-000001", "600", "100000.00", "Yarn of another member")


def test_who_made_it_is_told_to_ask_another(screens):
    address = screens.who("bookkeeper").get(f"/s/lepo/slips/new/{screens.maria}").form().fill(
        issued="600", good="3", paid="100.000"
    ).send("Check together").form().send("Save slip").address  # fmt: skip

    page = screens.who("bookkeeper").get(f"{address}/void").form().fill(reason="Wrong").send(status=403)

    assert "Ask a second person" in page.alerts[0]


def test_only_who_prepares_pay_voids_and_only_in_her_own_cooperative(screens):
    address = screens.save()

    screens.who("collector").get(f"{address}/void", status=403)
    screens.who("maria").get(f"{address}/void", status=403)
    foreign = screens.stranger(Role.MANAGER)
    theirs = foreign.get(address.replace("lepo", "other") + "/void", status=404)
    assert theirs.words == foreign.get(f"/s/other/slips/{'0' * 26}/void", status=404).words
