"""A member's own screens: her pay line by line, her word on each payment, her material, her work. Only her own."""

import pytest
from flask import Flask

from marketplace.accounts.models import Role, User
from marketplace.kernel.db import db
from producers.cooperatives.models import Member
from producers.deliveries.models import DeliverySlip
from producers.labour.queries import work_of_step
from producers.phone.models import Objection
from producers.wages.models import Payslip
from producers.wages.services import pay_wage
from tests.client import PageClient
from tests.factories.accounts import make_person
from tests.factories.door import make_door, make_staff
from tests.producers.conftest import organisation

ACTS = ("confirm", "withdraw", "contest")


class Phone:
    """Committed: Maria has a weighed slip with money on it and a paid payslip; Yuliana is a member beside her."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            door = make_door()
            slip = door.deliver()
            door.weigh(slip)
            (work,) = work_of_step(slip.step_id)
            payslip = door.payslip([work.id])
            pay_wage(door.manager, payslip, method="cash", proof="kuitansi 12")
            door.yuliana.user_id = make_staff(door.organisation, Role.MEMBER, "Yuliana Nurak").id
            foreign = make_door("other").deliver()
            db.session.commit()
            self.slip, self.payslip, self.foreign, self.work = slip.id, payslip.id, foreign.id, work.id
            self.users = {it: getattr(door, it).user_id for it in ("maria", "yuliana", "collector", "manager")}

    def who(self, name: str, language: str = "en") -> PageClient:
        """Somebody of the cooperative, signed in."""
        with self.app.app_context():
            user = db.session.get_one(User, self.users[name])
        return PageClient(self.app, language).sign_in(user)

    def stranger(self, *roles: Role, on: str = "other") -> PageClient:
        """Somebody with roles elsewhere or here, who is no member."""
        with self.app.app_context():
            user = make_person(*roles, organisation=organisation(on))
        return PageClient(self.app).sign_in(user)

    def states(self) -> tuple[str, str]:
        """Where slip and payslip stand."""
        with self.app.app_context():
            slip = db.session.get_one(DeliverySlip, self.slip)
            return slip.money_state, db.session.get_one(Payslip, self.payslip).state


@pytest.fixture
def phone(app: Flask) -> Phone:
    return Phone(app)


@pytest.mark.parametrize(("language", "heading"), [("en", "My pay"), ("id", "Upah saya")])
def test_my_pay_shows_what_is_owed_and_each_line(phone, language, heading):
    page = phone.who("maria", language).get("/s/lepo/me")

    words = page.words.replace(",", ".")
    assert page.h1 == heading
    assert "Rp255.000" in words
    assert "−Rp100.000" in words
    assert "PS-1" in words


def test_she_confirms_a_payslip_and_a_slip(phone):
    page = phone.who("maria").get("/s/lepo/me")

    page = page.form(action=f"payslip/{phone.payslip}/confirm").send()
    page = page.form(action=f"slip/{phone.slip}/confirm").send()

    assert phone.states() == ("confirmed", "paid")
    assert "I have received it" not in page.words


@pytest.mark.parametrize("kind", ["payslip", "slip"])
def test_she_contests_with_amount_and_words_and_withdraws(phone, kind):
    paper = getattr(phone, kind)
    page = phone.who("maria").get(f"/s/lepo/me/{kind}/{paper}/contest")

    page = page.form().fill(received="50.000", note="Kurang separuh").send()

    assert "stays owed to you" in page.words
    with phone.app.app_context():
        (objection,) = db.session.query(Objection).all()
        assert (objection.kind, objection.received_minor, objection.note) == (kind, 5_000_000, "Kurang separuh")
    assert phone.states()[kind == "payslip"].startswith("contested")
    page = page.form(action=f"{kind}/{paper}/withdraw").send()
    assert phone.states() == ("unconfirmed", "unconfirmed")


@pytest.mark.parametrize(
    ("received", "sentence"), [("", "Fill this in."), ("x", "Enter an amount"), ("100.000", "whole")]
)
def test_a_contest_that_cannot_be_read_keeps_her_words(phone, received, sentence):
    page = phone.who("maria").get(f"/s/lepo/me/slip/{phone.slip}/contest")

    page = page.form().fill(received=received, note="Apa kata saya").send(status=422)

    assert sentence in page.errors()["received"]
    assert page.form().values["note"] == "Apa kata saya"
    assert phone.states()[0] == "unconfirmed"


def test_a_second_tap_changes_nothing(phone):
    browser = phone.who("maria")
    browser.post(f"/s/lepo/me/slip/{phone.slip}/confirm")

    browser.post(f"/s/lepo/me/slip/{phone.slip}/confirm", status=409)

    assert phone.states()[0] == "confirmed"


def test_why_cites_the_decision_behind_the_rate(phone):
    page = phone.who("maria").get("/s/lepo/me/why")

    assert "Rp85,000" in page.words
    assert "Ongkos tenun" in page.words
    assert "30" in page.words


def test_she_sees_who_looked_at_her_pay(phone):
    assert "Manager" not in phone.who("maria").get("/s/lepo/me/looks").words

    phone.who("manager").get(f"/k/lepo/pay/{phone.payslip}")

    assert "Manager" in phone.who("maria").get("/s/lepo/me/looks").words


def test_the_console_counts_what_she_has_from_slips(phone):
    browser = phone.who("manager")
    phone.who("maria").post(f"/s/lepo/me/payslip/{phone.payslip}/contest", {"received": "0"})

    page = browser.get(f"/k/lepo/pay/{phone.payslip}/payment")

    assert "Hand over Rp155,000" in page.words
    page.form().fill(method="cash").send()
    with phone.app.app_context():
        assert db.session.get_one(DeliverySlip, phone.slip).unused_minor == 0
    assert "Send to the member" in browser.get(f"/k/lepo/pay/{phone.payslip}").words


def test_my_passbook_adds_up(phone):
    words = phone.who("maria").get("/s/lepo/me/materials").words

    assert "600 g" in words
    assert "560 g" in words
    assert "40 g" in words


def test_she_begins_and_finishes_work_and_the_hours_wait_at_the_scales(phone):
    page = phone.who("maria").get("/s/lepo/me/notes")
    page = page.form().fill(rate_key="tenun").send()
    page = page.follow("It is finished").form().send("One more")

    page = page.form().fill(hours="21,5").send("Save")

    assert "waiting to be handed over" in page.words
    collector = phone.who("manager")
    with phone.app.app_context():
        maria = db.session.scalars(db.select(Member).where(Member.user_id == phone.users["maria"])).one().id
    page = collector.get(f"/s/lepo/slips/new/{maria}").form().fill(good="2").send("Check together").form().send("Save")
    assert collector.get(f"{page.address}/weigh").form().values["hours"] == "21.5"


def test_a_double_start_is_one_note(phone):
    form = phone.who("maria").get("/s/lepo/me/notes").form().fill(rate_key="tenun")

    form.send()
    page = form.send()

    assert page.words.count("It is finished") == 1


PAGES = ("/s/lepo/me", "/s/lepo/me/why", "/s/lepo/me/looks", "/s/lepo/me/materials", "/s/lepo/me/notes")
PAPERS = ("slip/{slip}", "payslip/{payslip}", "slip/{slip}.pdf", "slip/{slip}/contest")


@pytest.mark.parametrize("address", ["/s/lepo/", *PAGES])
def test_who_may_open_the_screens(phone, address):
    phone.who("maria").get(address)
    phone.stranger(Role.MEMBER).get(address, status=404)
    phone.stranger(Role.CASE_HANDLER, on="lepo").get(address, status=403)


@pytest.mark.parametrize("address", PAGES)
def test_a_manager_who_is_no_member_has_no_pay_here(phone, address):
    phone.who("manager").get(address, status=404)


@pytest.mark.parametrize("paper", PAPERS)
def test_her_papers_are_hers_alone(phone, paper):
    address = "/s/lepo/me/" + paper.format(slip=phone.slip, payslip=phone.payslip)

    phone.who("maria").get(address)
    phone.who("yuliana").get(address, status=404)
    phone.who("manager").get(address, status=404)
    phone.stranger(Role.MEMBER).get(address, status=404)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("kind", ["slip", "payslip"])
def test_nobody_else_says_her_word(phone, act, kind):
    address = f"/s/lepo/me/{kind}/{getattr(phone, kind)}/{act}"

    for somebody in (phone.who("yuliana"), phone.who("manager"), phone.stranger(Role.MEMBER)):
        somebody.post(address, {"received": "1"}, status=404)

    assert phone.states() == ("unconfirmed", "unconfirmed")


@pytest.mark.parametrize("paper", ["slip/none", "payslip/none", "wage/none", "slip/{foreign}"])
def test_an_absent_or_foreign_paper_is_not_there(phone, paper):
    address = f"/s/lepo/me/{paper.format(foreign=phone.foreign)}"

    phone.who("maria").get(address, status=404)
    phone.who("maria").post(f"{address}/confirm", status=404)
