"""A personal link: one payment without an account, no name, no other sum, an end, and a bound."""

import re
from datetime import timedelta

import pytest

from marketplace.accounts.models import Role
from marketplace.config import LINK_ANSWERS_MAX, PERSONAL_LINK_DAYS_MAX
from marketplace.kernel import clock
from tests.client import PageClient
from tests.producers.phone.test_views import Phone


@pytest.fixture
def phone(app) -> Phone:
    return Phone(app)


def link(phone, kind="slip", who="manager"):
    page = phone.who(who).post(f"/s/lepo/{kind}s/{getattr(phone, kind)}/link")
    return re.search(r"/p/[\w-]{43}", page.words).group()


def test_the_page_to_send_has_code_and_both_ways_and_no_amount(phone):
    page = phone.who("manager").post(f"/s/lepo/payslips/{phone.payslip}/link")

    shared = page.link("WhatsApp")
    assert shared.startswith("https://wa.me/?text=PS-1")
    assert "%2Fp%2F" in shared.upper() or "/p/" in shared
    assert page.link("SMS").startswith("sms:?body=")
    assert 'class="qr"' in page.text
    assert "255" not in page.words


@pytest.mark.parametrize("kind", ["slip", "payslip"])
@pytest.mark.parametrize("language", ["en", "id"])
def test_it_shows_one_sum_and_no_name(phone, kind, language):
    page = PageClient(phone.app, language).get(link(phone, kind))

    words = page.words.replace(",", ".")
    assert ("Rp100.000" in words, "Rp255.000" in words) == (kind == "slip", kind == "payslip")
    assert "Maria" not in page.text
    assert next(page.find_all("meta", name="robots")).get("content") == "noindex, nofollow"


@pytest.mark.parametrize("kind", ["slip", "payslip"])
def test_the_payee_confirms_without_an_account(phone, kind):
    page = PageClient(phone.app).get(link(phone, kind))

    page = page.form(action="confirm").send()

    assert "you have received" in page.words
    assert phone.states() == (("confirmed", "unconfirmed") if kind == "slip" else ("unconfirmed", "paid"))


@pytest.mark.parametrize("kind", ["slip", "payslip"])
def test_the_payee_contests_and_withdraws(phone, kind):
    page = PageClient(phone.app).get(link(phone, kind)).follow("The amount is wrong")
    page = page.form().fill(received="0", note="Belum ada").send()
    assert phone.states()[kind == "payslip"].startswith("contested")

    page.form(action="withdraw").send()

    assert phone.states() == ("unconfirmed", "unconfirmed")


def test_a_link_ends(phone):
    address = link(phone)

    with clock.at(clock.now() + timedelta(days=PERSONAL_LINK_DAYS_MAX, seconds=1)):
        PageClient(phone.app).get(address, status=404)
        PageClient(phone.app).post(f"{address}/confirm", status=404)


def test_an_unknown_link_is_not_there(phone):
    PageClient(phone.app).get("/p/" + "x" * 43, status=404)
    PageClient(phone.app).post("/p/" + "x" * 43 + "/contest", {"received": "1"}, status=404)


def test_answers_through_one_link_have_a_bound(phone):
    address = link(phone)
    browser = PageClient(phone.app)
    for turn in range(LINK_ANSWERS_MAX // 2):
        browser.post(f"{address}/contest", {"received": str(turn)})
        browser.post(f"{address}/withdraw")

    browser.post(f"{address}/confirm", status=429)

    assert phone.states()[0] == "unconfirmed"


@pytest.mark.parametrize(
    ("who", "kind", "status"),
    [("collector", "slip", 200), ("collector", "payslip", 403), ("maria", "slip", 403), ("maria", "payslip", 403)],
)
def test_who_makes_links(phone, who, kind, status):
    phone.who(who).post(f"/s/lepo/{kind}s/{getattr(phone, kind)}/link", status=status)


@pytest.mark.parametrize("address", ["slips/none", "payslips/none", "slips/{foreign}"])
def test_no_link_to_what_is_not_ours(phone, address):
    address = f"/s/lepo/{address.format(foreign=phone.foreign)}/link"

    phone.who("manager").post(address, status=404)
    phone.stranger(Role.MANAGER).post(address, status=404)
