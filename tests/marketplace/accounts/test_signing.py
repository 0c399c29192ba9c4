import re
from datetime import timedelta

import pytest

from marketplace.accounts.models import Role, SignIn, Token
from marketplace.kernel import clock
from marketplace.kernel.db import db
from tests.client import PageClient

PASSWORD = "kapas nila soga"
PIN = "729416"


def sign_in(visitor, who, secret, **options):
    return visitor.get("/sign-in").form().fill(who=who, password=secret).send(**options)


def signed_in(visitor):
    return visitor.get("/account", status=200 if visitor.http.get("/account").status_code == 200 else 302).status == 200


def test_manager_signs_in_by_email_and_password_and_lands_in_the_console(visitor, person):
    user = person(Role.MANAGER)

    page = sign_in(visitor, user.email.upper(), PASSWORD)

    assert page.address.startswith("/k/tenun-sikka/")


def test_member_signs_in_by_phone_and_pin(app, visitor, person):
    user = person(Role.MEMBER, pin=True)
    with app.app_context():
        db.session.get_one(type(user), user.id).phone = "+6281234567890"
        db.session.commit()

    sign_in(visitor, "0812 3456 7890", PIN, follow=False, status=303)

    assert visitor.get("/account").find("h1") is not None


@pytest.mark.parametrize("who", ["known", "nobody@example.org", "0812 0000 0000"])
def test_wrong_pair_is_told_in_the_same_words_whoever_it_is(visitor, person, who):
    user = person(Role.MANAGER)

    page = sign_in(visitor, user.email if who == "known" else who, "wrong password", status=422)

    assert page.alerts == ["These do not belong together. Check both and try again."]
    assert page.form().values["who"] == (user.email if who == "known" else who)


def test_neither_email_nor_phone_is_said_at_the_field(visitor):
    page = sign_in(visitor, "sari", "wrong password", status=422)

    assert page.errors() == {"who": "Enter your e-mail address or your phone number."}


def test_a_pin_user_has_no_password_and_an_email_user_no_pin(visitor, person):
    user = person(Role.MEMBER)

    assert sign_in(visitor, user.email, PIN, status=422)


def test_after_five_failures_even_the_right_password_waits(app, visitor, person):
    user = person(Role.MANAGER)
    for _turn in range(5):
        sign_in(visitor, user.email, "wrong password", status=422)

    page = sign_in(PageClient(app), user.email, PASSWORD, status=429)

    assert page.alerts == ["Too many attempts. Wait a quarter of an hour and try again."]


def test_a_strangers_guesses_do_not_lock_her_out_of_her_own_browser(app, visitor, person):
    user = person(Role.MANAGER)
    sign_in(visitor, user.email, PASSWORD)
    visitor.get("/account").form("Sign out here").send()
    for _turn in range(5):
        sign_in(PageClient(app), user.email, "wrong password", status=422)

    sign_in(PageClient(app), user.email, PASSWORD, status=429)
    sign_in(visitor, user.email, PASSWORD)
    visitor.get("/account").form("Sign out here").send()
    for _turn in range(5):
        sign_in(visitor, user.email, "wrong password", status=422)
    sign_in(visitor, user.email, PASSWORD, status=429)


def test_the_wait_ends_after_the_window(app, visitor, person):
    user = person(Role.MANAGER)
    with clock.at(clock.now() - timedelta(minutes=16)):
        for _turn in range(5):
            sign_in(visitor, user.email, "wrong password", status=422)

    sign_in(visitor, user.email, PASSWORD)


def test_pins_are_bounded_by_the_day_too(app, visitor, person):
    user = person(Role.MEMBER, pin=True)
    with app.app_context():
        db.session.get_one(type(user), user.id).phone = "+6281234567890"
        db.session.commit()
    for hours in (12, 9, 6):
        with clock.at(clock.now() - timedelta(hours=hours)):
            for _turn in range(5):
                sign_in(visitor, "081234567890", "000000", status=422)

    sign_in(visitor, "081234567890", PIN, status=429)


def test_one_address_cannot_try_many_accounts(monkeypatch, visitor, person):
    monkeypatch.setattr("marketplace.accounts.signing_in.SIGN_IN_FAILURES_ADDRESS_MAX", 3)
    user = person(Role.MANAGER)
    for number in range(3):
        sign_in(visitor, f"nobody-{number}@example.org", "wrong password", status=422)

    sign_in(visitor, user.email, PASSWORD, status=429)


def test_copied_cookie_is_worth_nothing_after_sign_out(app, visitor, person):
    sign_in(visitor, person(Role.MANAGER).email, PASSWORD)
    thief = visitor.thief()
    thief.get("/account")

    visitor.get("/account").form("Sign out here").send()

    thief.get("/account", status=302)


def test_copied_cookie_is_worth_nothing_after_a_new_password(app, visitor, person):
    sign_in(visitor, person(Role.MANAGER).email, PASSWORD)
    thief = visitor.thief()
    thief.get("/account")

    form = visitor.get("/account/password").form()
    form.fill(present=PASSWORD, password="tiga kata lain sekali").send()

    thief.get("/account", status=302)
    visitor.get("/account")


def test_present_password_is_asked_before_a_new_one(visitor, person):
    sign_in(visitor, person(Role.MANAGER).email, PASSWORD)

    form = visitor.get("/account/password").form()
    page = form.fill(present="wrong password", password="tiga kata lain sekali").send(status=422)

    assert page.errors() == {"present": "This is not the one you have now."}


def test_sign_in_gives_a_fresh_secret_and_ends_the_one_planted_before(app, visitor, person):
    attacker = visitor.sign_in(person(Role.MANAGER, name="Attacker")).thief()
    victim = person(Role.MANAGER)

    data = {"who": victim.email, "password": PASSWORD, "next": ""}
    visitor.post("/sign-in", data)

    assert "Sari Wulandari" in visitor.get("/account").words
    attacker.get("/account", status=302)


def test_session_ends_by_itself(app, visitor, person):
    visitor.sign_in(person(Role.MANAGER))
    with app.app_context():
        row = db.session.query(SignIn).one()
        row.expires_at = clock.now()
        db.session.commit()

    visitor.get("/account", status=302)


def test_sign_out_everywhere_else(app, visitor, person):
    user = person(Role.MANAGER)
    other = PageClient(app).sign_in(user)
    visitor.sign_in(user)

    page = visitor.get("/account").form("Sign out everywhere else").send()

    assert page.alerts == ["Everywhere else you are signed out."]
    other.get("/account", status=302)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil",
     "/%0d%0aSet-Cookie:x", "http:evil.example", "\\\\evil.example"],
)  # fmt: skip
def test_sign_in_leads_nobody_away(app, visitor, person, address):
    user = person(Role.MANAGER)
    form = visitor.get("/sign-in", query_string={"next": address}).form()
    form.values["next"] = address

    page = form.fill(who=user.email, password=PASSWORD).send(follow=False, status=303)

    assert re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", page.response.headers["Location"])


def test_sign_in_leads_back_to_where_it_was_asked_for(visitor, person):
    user = person(Role.MANAGER)
    page = visitor.get("/k/tenun-sikka/people?page=1", follow=True)

    page = page.form().fill(who=user.email, password=PASSWORD).send()

    assert page.address == "/k/tenun-sikka/people?page=1"


# --- a forgotten password -------------------------------------------------------------------------------------------


def ask(visitor, email, **options):
    return visitor.get("/forgot").form().fill(email=email).send(**options)


def test_answer_does_not_tell_whether_an_address_has_an_account(app, visitor, person, letters):
    user = person(Role.MANAGER)

    known, unknown = ask(visitor, user.email), ask(PageClient(app), "nobody@example.org")

    assert known.words == unknown.words
    assert [to for to, _subject, _text in letters()] == [user.email]


def test_new_password_by_the_letters_link_once(app, visitor, person, letters):
    user = person(Role.MANAGER)
    thief = PageClient(app).sign_in(user)
    ask(visitor, user.email)
    link = re.search(r"http://127\.0\.0\.1:8000(/reset/\S+)", letters()[0][2])[1]

    visitor.get(link).form().fill(password="tiga kata lain sekali").send()

    thief.get("/account", status=302)
    visitor.get(link, status=404)
    sign_in(PageClient(app), user.email, "tiga kata lain sekali")


def test_link_holds_for_an_hour(app, visitor, person, letters):
    user = person(Role.MANAGER)
    with clock.at(clock.now() - timedelta(minutes=61)):
        ask(visitor, user.email)
        link = re.search(r"(/reset/\S+)", letters()[0][2])[1]

    page = visitor.get(link, status=404)

    assert page.h1 == "This link was used or is too old. Ask for a new one."


def test_only_the_hash_of_a_link_is_stored(app, visitor, person, letters):
    ask(visitor, person(Role.MANAGER).email)
    secret = re.search(r"/reset/(\S+)", letters()[0][2])[1]

    with app.app_context():
        rows = db.session.execute(db.select(Token.token_hash, Token.subject_id)).all()
    assert secret not in str(rows)


def test_letters_to_one_account_are_bounded(visitor, person, letters):
    user = person(Role.MANAGER)
    for _turn in range(5):
        ask(visitor, user.email)

    assert len(letters()) == 3


def test_host_header_does_not_reach_the_letter(visitor, person, letters):
    user = person(Role.MANAGER)
    with visitor.http.session_transaction(base_url="http://evil.example") as session:
        session["csrf_token"] = "raw"
    form = visitor.get("/forgot", base_url="http://evil.example").form().fill(email=user.email)

    visitor.http.post("/forgot", data=form.data(None), base_url="http://evil.example")

    assert "evil.example" not in letters()[0][2]


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "Use 10 to 128 characters."),
        ("x" * 129, "Use at most 128 characters."),
        ("aaaaaaaaaaaa", "This is easy to guess. Use three words that do not belong together."),
        ("password1234", "This is easy to guess. Use three words that do not belong together."),
        ("qwertyuiopas", "This is easy to guess. Use three words that do not belong together."),
        ("koperasi2026", "This is easy to guess. Use three words that do not belong together."),
        ("person-person-1", "This is easy to guess. Use three words that do not belong together."),
    ],
)
def test_weak_passwords_are_refused_with_a_way_out(app, visitor, password, sentence):
    form = visitor.get("/account/new").form()

    page = form.fill(name="Buyer", email="person@example.org", password=password).send(status=422)

    assert page.errors() == {"password": sentence}
    assert page.form().values["email"] == "person@example.org"


def test_a_language_asked_for_by_hand_wins_and_is_kept_on_the_account(app, visitor, person):
    user = person(Role.MANAGER)
    with app.app_context():
        db.session.get_one(type(user), user.id).language = "id"
        db.session.commit()

    other = PageClient(app, "id")
    other.get("/sign-in?lang=en")
    assert other.get("/sign-in").form().fill(who=user.email, password=PASSWORD).send().language == "en"
    with app.app_context():
        assert db.session.get_one(type(user), user.id).language == "en"

    # Who asked for nothing reads in her account's language, whatever the reader before her asked for.
    assert other.http.get_cookie("lang_asked") is None
    assert sign_in(PageClient(app, "id"), user.email, PASSWORD).language == "en"
