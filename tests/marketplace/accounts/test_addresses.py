"""E-mail addresses: shown to be one's own by a link, once, for three days; changed only with the password."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from marketplace.accounts import letters as letters_written
from marketplace.accounts.models import NewAddress, Role, User
from marketplace.kernel import clock, outbox
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.marketplace.accounts.test_joining import register

PASSWORD = "kapas nila soga"


def link_in(letters, to):
    found = [re.search(r"(/confirm/\S+)", text) for reader, _subject, text in letters() if reader == to]
    return [match[1] for match in found if match][-1]


def open_account(visitor, email="buyer@example.org"):
    form = visitor.get("/account/new").form()
    page = form.fill(name="Buyer", email=email, password=PASSWORD).send()
    page.form().fill(who=email, password=PASSWORD).send()


def confirmed(app, email):
    with app.app_context():
        return db.session.scalar(db.select(User.email_confirmed_at).where(User.email == email)) is not None


def test_a_new_account_confirms_its_address_once(app, visitor, letters):
    open_account(visitor)
    assert "You have not yet shown that this e-mail address is yours." in visitor.get("/account").words
    link = link_in(letters, "buyer@example.org")

    page = PageClient(app).get(link)
    assert not confirmed(app, "buyer@example.org")  # a reader that follows every link confirms nothing
    page.form().send()

    assert confirmed(app, "buyer@example.org")
    assert "not yet shown" not in visitor.get("/account").words
    visitor.get(link, status=404)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_link_ends_after_three_days_and_is_sent_again_at_most_thrice_an_hour(app, visitor, letters):
    open_account(visitor)
    link = link_in(letters, "buyer@example.org")
    with clock.at(clock.now() + timedelta(days=3, minutes=1)):
        PageClient(app).get(link, status=404)
    for _turn in range(3):
        visitor.get("/account").form("Send the letter again").send()

    visitor.post("/account/email/letter", status=429)
    visitor.get(link_in(letters, "buyer@example.org"))


def test_a_cooperative_is_approved_once_its_contact_is_reached(app, visitor, person, letters):
    register(visitor).send()
    operator = PageClient(app).sign_in(person(operator=True))
    waiting = operator.get("/operator/cooperatives")

    page = waiting.form("Approve").send(status=409)
    assert page.alerts == ["The contact has not opened the link in her letter yet. Approve after that."]

    visitor.get(link_in(letters, "alfonsa@example.org")).form().send()
    assert waiting.form("Approve").send().alerts == ["Tenun Lepo Lorun is public now."]


def test_another_address_counts_once_its_link_is_opened_and_the_old_one_is_told(app, visitor, person, letters):
    user = person(Role.MANAGER)
    visitor.sign_in(user)
    page = visitor.get("/account/email").form().fill(email="new@example.org", present="wrong").send(status=422)
    assert page.errors() == {"present": "This is not the one you have now."}
    page = visitor.get("/account/email").form().fill(email="New@example.org", present=PASSWORD).send()
    assert page.alerts == ["A letter is on its way to the new address. It counts once you open the link in it."]

    link = link_in(letters, "new@example.org")
    assert (user.email, "Your e-mail address is to change") in [(to, subject) for to, subject, _text in letters()]
    assert user.email in visitor.get("/account").words
    PageClient(app).get(link).form().send()

    assert "new@example.org" in visitor.get("/account").words
    assert confirmed(app, "new@example.org")
    assert (user.email, "Your e-mail address is changed") in [(to, subject) for to, subject, _text in letters()]
    PageClient(app).get(link, status=404)
    with app.app_context():
        assert db.session.query(NewAddress).count() == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whether_an_address_is_taken_is_not_told(app, visitor, person, letters):
    user, other = person(Role.MANAGER), person(Role.MANAGER)
    visitor.sign_in(user)

    page = visitor.get("/account/email").form().fill(email=other.email, present=PASSWORD).send()

    assert page.alerts == ["A letter is on its way to the new address. It counts once you open the link in it."]
    assert letters() == []
    page = visitor.get("/account/email").form().fill(email=user.email, present=PASSWORD).send(status=422)
    assert page.errors() == {"email": "This is the address you have now."}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_address_taken_in_the_meantime_is_not_given_twice(app, visitor, person, letters):
    user = person(Role.MANAGER)
    visitor.sign_in(user)
    visitor.get("/account/email").form().fill(email="late@example.org", present=PASSWORD).send()
    link = link_in(letters, "late@example.org")
    open_account(PageClient(app), "late@example.org")

    PageClient(app).get(link).form().send(status=404)

    assert user.email in visitor.get("/account").words


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_signs_in_by_phone_alone_has_no_address_to_change(app, visitor, person):
    user = person(Role.MEMBER, pin=True)
    with app.app_context():
        db.session.get_one(User, user.id).email = None
        db.session.commit()
    visitor.sign_in(user)

    visitor.get("/account/email", status=404)
    PageClient(app).get("/confirm/nothing", status=404)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_while_a_mail_server_thinks_others_write(app, visitor, monkeypatch):
    open_account(visitor)
    thought = []

    def send_slowly(letter):
        with ThreadPoolExecutor(1) as another:
            another.submit(open_account, PageClient(app), f"buyer{len(thought)}@example.org").result(timeout=4)
        thought.append(letter.subject)

    monkeypatch.setattr(letters_written, "send", send_slowly)
    with app.app_context():
        assert outbox.deliver_due(1) == 1

    assert thought == ["Confirm your e-mail address"]
