"""The second step: set up with the password, asked for after it, once a half minute, and helped with by others."""

import re
import threading
from datetime import timedelta

import pyotp
import pytest

from marketplace.accounts import second_factor
from marketplace.accounts.models import RecoveryCode, Role, SecondFactor
from marketplace.accounts.second_factor import CODE_LETTERS, STEP_S
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid
from tests.client import PageClient
from tests.conftest import settings

PASSWORD = "kapas nila soga"
NEXT = timedelta(seconds=STEP_S)


def digits(app, user) -> str:
    with app.app_context():
        secret = db.session.get_one(SecondFactor, user.id).secret
        db.session.rollback()
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // STEP_S)


def set_up(app, visitor, user, next="/k/tenun-sikka/people"):
    """Set the second step up as this user; the codes on paper."""
    visitor.sign_in(user)
    page = visitor.get(f"/account/second-step?next={next}").form().fill(present=PASSWORD).send()
    assert "<svg" in page.response.text
    page = page.form().fill(code=digits(app, user)).send()
    return [item.text for item in page.find("ul", class_="mono").iter("li")], page


def first_step(app, user, **more):
    guest = PageClient(app)
    return guest, guest.get("/sign-in").form().fill(who=user.email, password=PASSWORD, **more).send()


@pytest.fixture
def moment():
    with clock.at(clock.now()):
        yield


@pytest.mark.usefixtures("moment")
def test_who_has_it_shows_it_after_the_password_each_half_minute_once(app, visitor, person, letters):
    user = person(Role.MANAGER)
    other = PageClient(app).sign_in(user)
    codes, page = set_up(app, visitor, user)
    assert len(codes) == len(set(codes)) == 10
    assert page.link("I have written them down") == "/k/tenun-sikka/people"
    other.get("/account", status=302)
    visitor.get("/account")
    assert ("Second step set up" in [subject for _to, subject, _text in letters()]) is True

    guest, page = first_step(app, user)
    assert page.h1 == "The second step"
    guest.get("/account", status=302)
    used = digits(app, user)
    assert page.form().fill(code=used).send(status=422).errors() == {
        "code": "These digits are wrong or were used. Wait for the next ones and type them."
    }
    clock.advance(NEXT)
    page = page.form().fill(code=digits(app, user)).send()
    assert page.address.startswith("/k/tenun-sikka/")
    with app.app_context():
        stored = db.session.execute(db.text("SELECT secret FROM account_second_factor")).scalar_one()
        assert db.session.get_one(SecondFactor, user.id).secret not in stored
        hashes = set(db.session.scalars(db.select(RecoveryCode.code_hash)))
    assert not any(code.replace("-", "") in hashes for code in codes)


@pytest.mark.usefixtures("moment")
def test_a_code_on_paper_lets_in_once_and_is_told(app, visitor, person, letters):
    user = person(Role.MANAGER)
    codes, _page = set_up(app, visitor, user)

    guest, page = first_step(app, user)
    page.form().fill(code=f" {codes[0].lower()} ").send(follow=False, status=303)

    assert "9 codes on paper left" in guest.get("/account/second-step").words
    assert any("Signed in with a code on paper" in text for _to, _subject, text in letters())
    _guest, page = first_step(app, user)
    page.form().fill(code=codes[0]).send(status=422)
    page = guest.get("/account/second-step").form().fill(act="codes", present=PASSWORD).send()
    assert page.h1 == "Write down these codes"
    _guest, page = first_step(app, user)
    page.form().fill(code=codes[1]).send(status=422)


@pytest.mark.usefixtures("moment")
def test_guesses_are_bounded_and_superscript_digits_are_none(app, visitor, person):
    user = person(Role.MANAGER)
    set_up(app, visitor, user)
    clock.advance(NEXT)
    _guest, page = first_step(app, user)
    for wrong in ("000000", "²²²²²²", "１２３４５６", "0" * CODE_LETTERS, "12345"):
        page.form().fill(code=wrong).send(status=422)

    page.form().fill(code=digits(app, user)).send(status=429)
    assert "Wrong digits at the second step" in visitor.get("/account/sign-ins").words


@pytest.mark.usefixtures("moment")
def test_a_letter_with_a_new_password_does_not_go_round_it(app, visitor, person, letters):
    user = person(Role.MANAGER)
    set_up(app, visitor, user)
    guest = PageClient(app)
    guest.get("/forgot").form().fill(email=user.email).send()
    link = next(re.search(r"(/reset/\S+)", text)[1] for _to, _subject, text in letters() if "/reset/" in text)

    page = guest.get(link).form().fill(password="tiga kata lain sekali").send()

    assert page.h1 == "The second step"
    guest.get("/account", status=302)


def test_the_second_step_waits_ten_minutes_and_belongs_to_its_browser(app, visitor, person):
    user = person(Role.MANAGER)
    with clock.at(clock.now()):
        set_up(app, visitor, user)
        guest, page = first_step(app, user)
        thief = PageClient(app)
        assert thief.get("/sign-in/second-step", follow=True).h1 == "Sign in"
        clock.advance(timedelta(minutes=11))

        assert page.form().fill(code=digits(app, user)).send().h1 == "Sign in"
        guest.get("/account", status=302)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_the_same_digits_sent_twice_at_once_count_once(app, visitor, person):
    user = person(Role.MANAGER)
    with clock.at(clock.now()):
        set_up(app, visitor, user)
        clock.advance(NEXT)
        code, moment = digits(app, user), clock.now()
    taken = []

    def show():
        with app.app_context(), clock.at(moment):
            try:
                second_factor.prove(user.id, code)
                db.session.commit()
                taken.append(True)
            except Invalid:
                db.session.rollback()
                taken.append(False)

    threads = [threading.Thread(target=show) for _turn in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False, False, True]


# --- who has to have it ---------------------------------------------------------------------------------------------


@pytest.fixture
def strict(app):
    """The house asks those who handle money for it, as in production."""
    app.config["SECOND_FACTOR"] = "required"
    return app


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_handles_money_has_to_set_it_up_within_fourteen_days(app, visitor, person):
    user, member = person(Role.BOOKKEEPER, Role.BOARD), person(Role.BOARD, name="Made")
    visitor.sign_in(user)
    page = visitor.get("/k/tenun-sikka/members")
    assert "Who handles money signs in with a second step from" in page.words

    with clock.at(clock.now() + timedelta(days=14)):
        page = visitor.sign_in(user).get("/k/tenun-sikka/members", follow=True)
        assert page.h1 == "Second step when you sign in"
        assert "Who handles money has to set it up." in page.words
        visitor.post("/k/tenun-sikka/materials/suppliers/new", status=403)
        assert visitor.json("/k/tenun-sikka/members", headers={"Accept": "application/json"}, status=403)["code"] == (
            "second_factor_needed"
        )
        PageClient(app).sign_in(member).get("/k/tenun-sikka/members")

        set_up(app, visitor, user)
        visitor.get("/k/tenun-sikka/members")


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_operator_has_to_have_it_too(app, visitor, person):
    operator = person(operator=True)
    with clock.at(clock.now() + timedelta(days=15)):
        visitor.sign_in(operator)

        page = visitor.get("/operator/cooperatives", follow=True)

        assert page.h1 == "Second step when you sign in"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_production_requires_it_and_a_trial_offers_it(database, tmp_path):
    from marketplace.app import create_app

    assert create_app(settings(database.url, tmp_path)).config["SECOND_FACTOR"] == "offered"
    from marketplace.config import BadSetting, load

    with pytest.raises(BadSetting, match="SECOND_FACTOR"):
        load({"SECOND_FACTOR": "maybe", "DATABASE_URL": "sqlite://"})


# --- a lost phone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_another_manager_takes_it_away_and_she_herself_does_not(app, visitor, person, letters):
    lost, helper = person(Role.MANAGER, name="Ratna"), person(Role.MANAGER, name="Dewi")
    with clock.at(clock.now()):
        set_up(app, visitor, lost)
        own = f"/k/tenun-sikka/people/{lost.id}/second-step"
        visitor.post(own, status=409)

        page = PageClient(app).sign_in(helper).get("/k/tenun-sikka/people").form("Take the second step away").send()

        assert page.alerts == ["Ratna signs in with her password alone until she sets the second step up anew."]
        visitor.get("/account", status=302)
        assert any("Second step taken away" in subject for _to, subject, _text in letters())
        _guest, page = first_step(app, lost)
        assert page.address.startswith("/k/tenun-sikka/")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nobody_is_helped_by_a_manager_of_another_cooperative(app, visitor, person):
    stranger, bookkeeper = person(), person(Role.BOOKKEEPER, name="Dewi")
    helper = person(Role.MANAGER)
    visitor.sign_in(helper)

    visitor.post(f"/k/tenun-sikka/people/{stranger.id}/second-step", status=404)
    visitor.post("/k/tenun-sikka/people/absent/second-step", status=404)
    PageClient(app).sign_in(bookkeeper).post(f"/k/tenun-sikka/people/{helper.id}/second-step", status=403)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_it_is_taken_away_with_the_password_or_from_the_command_line(app, visitor, person):
    user = person(Role.MANAGER)
    with clock.at(clock.now()):
        set_up(app, visitor, user)
        page = visitor.get("/account/second-step").form().fill(act="off", present="wrong").send(status=422)
        assert page.errors() == {"present": "This is not the one you have now."}
        page = visitor.get("/account/second-step").form().fill(act="off", present=PASSWORD).send()
        assert page.alerts == ["The second step is taken away."]

        clock.advance(NEXT)
        set_up(app, visitor, user)
        run = app.test_cli_runner().invoke
        assert run(args=["second-step-off", user.email]).exit_code == 0
        assert run(args=["second-step-off", user.email]).exit_code != 0
        visitor.get("/account", status=302)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_signs_in_by_pin_has_none(visitor, person, app):
    user = person(Role.MEMBER, pin=True)
    visitor.sign_in(user)
    with app.app_context():
        db.session.execute(db.text("UPDATE account_sign_in SET by = 'pin'"))
        db.session.commit()

    visitor.get("/account/second-step", status=404)
    visitor.get("/account/second-step/scan", status=404)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_picture_is_shown_after_the_password_alone(visitor, person):
    visitor.sign_in(person(Role.MANAGER))

    assert visitor.get("/account/second-step/scan", follow=True).h1 == "Second step when you sign in"
