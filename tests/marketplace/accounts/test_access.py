"""What happened to an account: seen by its owner and the operator, told by letter, kept coarsely and for a while."""

from datetime import timedelta

import pytest

from marketplace.accounts.access import Caller, forget_old
from marketplace.accounts.models import Access, Role
from marketplace.kernel import clock
from marketplace.kernel.db import db
from tests.client import PageClient

PASSWORD = "kapas nila soga"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0 Safari/537.36"


def sign_in(visitor, user, password=PASSWORD, agent=FIREFOX, **options):
    page = visitor.get("/sign-in")
    return visitor._ask(
        "POST", "/sign-in", options.pop("status", 303), False,
        {"data": page.form().fill(who=user.email, password=password).data(None), "headers": {"User-Agent": agent},
         "environ_base": {"REMOTE_ADDR": "203.0.113.77"}},
    )  # fmt: skip


def test_sign_ins_and_refusals_are_seen_by_their_owner_and_the_operator_alone(app, visitor, person):
    user, operator = person(Role.MANAGER), person(operator=True, name="Op")
    sign_in(visitor, user, "wrong password", status=422)
    sign_in(visitor, user, agent=ANDROID)

    words = visitor.get("/account/sign-ins").words
    assert words.index("Signed in") < words.index("Wrong password or PIN")
    assert "Chrome · Android" in words
    assert "203.0.113.0/24" in words
    assert "Chrome · Android" in visitor.get("/account").words
    assert user.name in PageClient(app).sign_in(operator).get("/operator/sign-ins").words
    assert "Nothing was written down yet." in PageClient(app).sign_in(operator).get("/account/sign-ins").words
    visitor.get("/operator/sign-ins", status=404)
    PageClient(app).get("/account/sign-ins", status=302)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_new_browser_is_told_once(app, visitor, person, letters):
    user = person(Role.MANAGER)
    sign_in(visitor, user)
    visitor.get("/account").form("Sign out here").send()
    sign_in(visitor, user)
    assert letters() == []

    thief = PageClient(app)
    sign_in(thief, user, agent=ANDROID)
    thief.get("/account").form("Sign out here").send()
    sign_in(thief, user, agent=ANDROID)

    ((to, subject, text),) = letters()
    assert (to, subject) == (user.email, "Signed in")
    assert "Chrome · Android" in text
    assert "203.0.113" not in text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_new_password_is_told(visitor, person, letters):
    user = person(Role.MANAGER)
    visitor.sign_in(user)

    visitor.get("/account/password").form().fill(present=PASSWORD, password="tiga kata lain sekali").send()

    assert [(to, subject) for to, subject, _text in letters()] == [(user.email, "New password")]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_one_session_is_ended_from_the_list_and_another_persons_is_not(app, visitor, person):
    user, stranger = person(Role.MANAGER), person(Role.MANAGER, name="Other")
    elsewhere, foreign = PageClient(app).sign_in(user), PageClient(app).sign_in(stranger)
    visitor.sign_in(user)
    with app.app_context():
        ids = [row.id for row in db.session.execute(db.text("SELECT id FROM account_sign_in"))]

    for session_id in (*ids[:1], ids[2], "absent"):
        foreign.post(f"/account/sessions/{session_id}/end", status=404)
    elsewhere.get("/account")
    page = visitor.get("/account").form("Sign out there").send()

    assert page.alerts == ["You are signed out there."]
    elsewhere.get("/account", status=302)
    visitor.get("/account")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_servers_keeper_signs_one_or_everybody_out(app, visitor, person):
    user, other = person(Role.MANAGER), person(Role.MANAGER)
    visitor.sign_in(user)
    second = PageClient(app).sign_in(other)
    run = app.test_cli_runner().invoke

    assert run(args=["sign-out", user.email]).output == "1 sessions ended.\n"
    visitor.get("/account", status=302)
    second.get("/account")
    assert run(args=["sign-out", "--all"]).output == "1 sessions ended.\n"
    second.get("/account", status=302)
    assert run(args=["sign-out"]).exit_code != 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_it_is_forgotten_after_a_hundred_and_eighty_days(app, visitor, person):
    sign_in(visitor, person(Role.MANAGER))
    with app.app_context():
        forget_old()
        assert db.session.query(Access).count() == 1
        with clock.at(clock.now() + timedelta(days=181)):
            forget_old()
        assert db.session.query(Access).count() == 0


@pytest.mark.parametrize(
    ("caller", "device", "network"),
    [
        (Caller("203.0.113.77", FIREFOX), "Firefox · Linux", "203.0.113.0/24"),
        (Caller("2001:db8:1:2::3", "curl/8.0"), "", "2001:db8:1::/48"),
        (Caller("unix:", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"), "Safari · iPhone", ""),
    ],
)
def test_a_caller_is_described_coarsely(caller, device, network):
    assert (caller.device, caller.network) == (device, network)
