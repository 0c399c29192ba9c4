"""Who was away for a while signs in again, sooner where money is handled, and finds what she typed."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import Invitation, Role
from marketplace.config import (
    SESSION_IDLE_MONEY_MINUTES_MAX,
    SESSION_IDLE_PASSWORD_HOURS_MAX,
    SESSION_IDLE_PIN_DAYS_MAX,
)
from marketplace.kernel import clock
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.marketplace.accounts.test_signing import PASSWORD, PIN, sign_in

MONEY = timedelta(minutes=SESSION_IDLE_MONEY_MINUTES_MAX)
MINUTE = timedelta(minutes=1)
INVITE = "/k/tenun-sikka/people/invite"
AWAY = "You were away for a while, so you were signed out. Nothing you typed is lost."


@pytest.fixture
def engine() -> str:
    return "sqlite"


def after(away: timedelta):
    """The clock so much later."""
    return clock.at(clock.now() + away)


def test_who_handles_money_signs_in_again_after_half_an_hour_and_goes_on_where_she_was(visitor, person):
    user = person(Role.MANAGER)
    sign_in(visitor, user.email, PASSWORD)

    with after(MONEY - MINUTE):
        assert visitor.get(INVITE).status == 200
        with after(MONEY - MINUTE):
            assert visitor.get(INVITE).status == 200
            with after(MONEY + MINUTE):
                page = visitor.get(INVITE, follow=True)
                assert page.address.startswith("/sign-in")
                assert AWAY in page.words
                again = page.form().fill(who=user.email, password=PASSWORD).send()
                assert again.address == INVITE


def test_what_she_typed_is_sent_again_once_she_is_back(app, visitor, person):
    user = person(Role.MANAGER)
    sign_in(visitor, user.email, PASSWORD)
    form = visitor.get(INVITE).form().fill(name="Ani", role="collector")

    with after(MONEY + MINUTE):
        kept = form.send(status=401)

        assert kept.h1 == AWAY
        assert kept.find("a", class_="button").attrib["href"] == "/sign-in"
        with app.app_context():
            assert db.session.query(Invitation).count() == 0
        assert kept.form().send(status=401).h1 == AWAY
        sign_in(visitor, user.email, PASSWORD)
        kept.form().send()
        with app.app_context():
            (invitation,) = db.session.query(Invitation)
            assert invitation.role == "collector"


def test_another_person_does_not_send_what_the_first_one_typed(app, visitor, person):
    first, other = person(Role.MANAGER), person(Role.MANAGER)
    sign_in(visitor, first.email, PASSWORD)
    form = visitor.get(INVITE).form().fill(name="Ani", role="collector")

    with after(MONEY + MINUTE):
        kept = form.send(status=401)
        sign_in(visitor, other.email, PASSWORD)

        kept.form().send(status=400)
        with app.app_context():
            assert db.session.query(Invitation).count() == 0


def test_a_copy_of_an_older_cookie_is_over_though_its_owner_goes_on(visitor, person):
    user = person(Role.MANAGER)
    sign_in(visitor, user.email, PASSWORD)
    thief = visitor.thief()

    with after(MONEY - MINUTE):
        visitor.get(INVITE)
        with after(2 * MINUTE):
            assert visitor.get(INVITE).status == 200
            thief.get(INVITE, status=302)


def test_elsewhere_a_password_holds_half_a_day_and_a_pin_two_weeks(app, visitor, person):
    board, member = person(Role.BOARD), person(Role.MEMBER, pin=True)
    with app.app_context():
        db.session.get_one(type(member), member.id).phone = "+6281234567890"
        db.session.commit()
    phone = PageClient(app)
    sign_in(visitor, board.email, PASSWORD)
    sign_in(phone, "0812 3456 7890", PIN, follow=False, status=303)

    for browser, bound in (
        (visitor, timedelta(hours=SESSION_IDLE_PASSWORD_HOURS_MAX)),
        (phone, timedelta(days=SESSION_IDLE_PIN_DAYS_MAX)),
    ):
        with after(bound - MINUTE):
            assert browser.get("/account").status == 200
            with after(bound + MINUTE):
                assert browser.get("/account", follow=True).address.startswith("/sign-in")


def test_signing_out_keeps_nothing_for_a_way_back(visitor, person):
    user = person(Role.MANAGER)
    sign_in(visitor, user.email, PASSWORD)
    form = visitor.get(INVITE).form().fill(name="Ani", role="collector")
    visitor.get("/account").form("Sign out here").send()
    sign_in(visitor, user.email, PASSWORD)

    form.send(status=400)
