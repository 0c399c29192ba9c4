import re
from datetime import timedelta

import pytest

from marketplace.accounts.actor import Actor
from marketplace.accounts.invitations import InvitationOver, accept_invitation, invite
from marketplace.accounts.models import Membership, Organisation, Role, User
from marketplace.accounts.organisations import LastManager, end_role, grant_role
from marketplace.accounts.policy import current_roles
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid, NotAllowed
from marketplace.kernel.journal.models import Event
from tests.client import PageClient
from tests.factories.accounts import join, make_organisation, make_user

PASSWORD = "kapas nila soga"
PIN = "729416"
PEOPLE = "/k/tenun-sikka/people"


def make_invitation(manager, **answers):
    return manager.get(f"{PEOPLE}/invite").form().fill(**answers).send()


def link_on(page):
    return re.search(r"http://127\.0\.0\.1:8000(/\S+)", page.find("input", id="f-link").get("value"))[1]


@pytest.fixture
def manager(visitor, person):
    return visitor.sign_in(person(Role.MANAGER, name="Ratna"))


def test_member_without_email_takes_the_role_with_a_pin(app, manager):
    link = link_on(make_invitation(manager, name="Sari", role="member"))
    guest = PageClient(app)

    guest.get(link).form().fill(pin=PIN, pin_again=PIN, phone="0812 3456 7890").send(follow=False, status=303)

    assert "Tenun Sikka: Member" in guest.get("/account").words
    assert "Sari" in manager.get(PEOPLE).words
    guest.get(link, status=404)


def test_bookkeeper_is_written_to_and_takes_the_role_with_a_password(app, manager, letters):
    make_invitation(manager, name="Dewi", role="bookkeeper", email="dewi@example.org")
    to, subject, text = letters()[0]
    link = re.search(r"http://127\.0\.0\.1:8000(/invitation/\S+)", text)[1]
    guest = PageClient(app)

    form = guest.get(link).form()
    assert form.values["email"] == "dewi@example.org"
    form.fill(password=PASSWORD).send(follow=False, status=303)

    assert (to, subject) == ("dewi@example.org", "Invitation from Tenun Sikka")
    assert "Tenun Sikka: Bookkeeper" in guest.get("/account").words


def test_who_has_an_account_takes_the_role_with_it(app, manager, person):
    link = link_on(make_invitation(manager, name="Made", role="board"))
    known = person(name="Made Dewa")
    guest = PageClient(app)

    page = guest.get(guest.get(link).link("I have an account already"))
    page = page.form().fill(who=known.email, password=PASSWORD).send()
    page.form("Accept as Made Dewa").send(follow=False, status=303)

    assert "Tenun Sikka: Supervisory board" in guest.get("/account").words


def test_invitation_ends_after_fourteen_days(app, manager):
    link = link_on(make_invitation(manager, name="Sari", role="member"))

    with clock.at(clock.now() + timedelta(days=14, minutes=1)):
        PageClient(app).get(link, status=404)


def test_withdrawn_invitation_opens_nothing(app, manager):
    link = link_on(make_invitation(manager, name="Sari", role="member"))

    manager.get(PEOPLE).form("Withdraw").send()

    PageClient(app).get(link, status=404)


def test_invitation_of_somebody_who_manages_no_more_opens_nothing(app, cooperative, person):
    first, second, guest = person(Role.MANAGER), person(Role.MANAGER), person()
    with app.app_context():
        organisation = db.session.get_one(Organisation, cooperative.id)
        actor = Actor(first.id, organisation.id, frozenset({Role.MANAGER}))
        _offer, secret = invite(actor, organisation, role=Role.MANAGER, name="Friend")
        membership = db.session.query(Membership).filter_by(user_id=first.id).one()
        end_role(Actor(second.id, organisation.id, frozenset({Role.MANAGER})), membership)

        with pytest.raises(InvitationOver):
            accept_invitation(secret, db.session.get_one(User, guest.id))


@pytest.mark.parametrize("days", ["", "91"])
def test_auditor_looks_for_a_limited_time_only(manager, days):
    form = manager.get(f"{PEOPLE}/invite").form().fill(name="Audit", role="auditor", email="a@example.org", days=days)

    page = form.send(status=422)

    assert "days" in page.errors()
    assert page.form().values["name"] == "Audit"


def test_auditors_role_ends_by_itself(app, manager, cooperative, person):
    auditor = person(name="Audit")
    link = link_on(make_invitation(manager, name="Audit", role="auditor", days="30"))
    guest = PageClient(app).sign_in(auditor)
    guest.get(link).form().send(follow=False, status=303)

    with app.app_context():
        assert current_roles(auditor.id, cooperative.slug)[1] == {Role.AUDITOR}
        with clock.at(clock.now() + timedelta(days=30, minutes=1)):
            assert current_roles(auditor.id, cooperative.slug) == (None, frozenset())


def test_nobody_is_made_auditor_without_an_end(app, cooperative, person):
    user = person()
    with app.app_context():
        organisation = db.session.get_one(Organisation, cooperative.id)
        actor = Actor("x", organisation.id, frozenset({Role.MANAGER}))

        with pytest.raises(Invalid):
            grant_role(actor, db.session.get_one(User, user.id), organisation, Role.AUDITOR)


def test_captured_session_opens_nothing_after_the_role_is_ended(app, manager, person):
    colleague = PageClient(app).sign_in(person(Role.MANAGER, name="Wayan"))
    colleague.get(PEOPLE)
    rows = [row for row in manager.get(PEOPLE).find_all("a") if "Wayan" in "".join(row.itertext())]

    manager.get(rows[0].get("href")).form().send()

    colleague.get(PEOPLE, status=404)
    colleague.get("/account")


def test_last_manager_stays(manager):
    page = manager.get(PEOPLE).follow("End")

    page = page.form().send(status=409)

    assert page.alerts == ["A cooperative needs a manager. Give somebody else that role first."]


def test_last_manager_stays_also_among_two_roles_of_hers(app, cooperative, person):
    user = person(Role.MANAGER, Role.MEMBER)
    with app.app_context():
        membership = db.session.query(Membership).filter_by(user_id=user.id, role="manager").one()

        with pytest.raises(LastManager):
            end_role(Actor(user.id, cooperative.id, frozenset({Role.MANAGER})), membership)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MANAGER])
def test_only_a_manager_gives_and_ends_roles(app, cooperative, person, role):
    user = person()
    with app.app_context():
        organisation = db.session.get_one(Organisation, cooperative.id)
        actor = Actor(user.id, organisation.id, frozenset({role}))
        granted = join(db.session.get_one(User, user.id), organisation, Role.MEMBER)
        membership = db.session.query(Membership).filter_by(user_id=granted.user_id).one()

        for attempt in (
            lambda: grant_role(actor, db.session.get_one(User, user.id), organisation, Role.MANAGER),
            lambda: invite(actor, organisation, role=Role.MANAGER, name="Friend"),
            lambda: end_role(actor, membership),
        ):
            with pytest.raises(NotAllowed):
                attempt()


def test_manager_of_another_cooperative_is_nobody_here(app, cooperative, person):
    user = person()
    with app.app_context():
        other = make_organisation("other")
        organisation = db.session.get_one(Organisation, cooperative.id)
        actor = Actor(user.id, other.id, frozenset({Role.MANAGER}))

        with pytest.raises(NotAllowed):
            grant_role(actor, db.session.get_one(User, user.id), organisation, Role.MANAGER)


def test_journal_holds_no_name_of_the_invited(app, manager):
    make_invitation(manager, name="Nyoman Rahasia", role="member", email="rahasia@example.org")

    with app.app_context():
        leaves = " ".join(db.session.scalars(db.select(Event.leaf)))
    assert "account_invitation" in leaves
    assert "rahasia" not in leaves.lower()


def test_two_names_never_reach_the_operators_page_unescaped(app, person):
    operator = PageClient(app).sign_in(person(operator=True))
    with app.app_context():
        organisation = make_organisation("x", name="<script>alert(1)</script>", approved=False)
        join(make_user("<img src=x onerror=alert(1)>"), organisation, Role.MANAGER)
        db.session.commit()

    page = operator.get("/operator/cooperatives")

    assert "<script>alert(1)</script>" in page.words


# --- shared phones --------------------------------------------------------------------------------------------------


@pytest.fixture
def phone(app, manager):
    phone = PageClient(app)
    page = manager.get("/k/tenun-sikka/phones").form("Pair a phone").send()
    phone.get(link_on(page)).form().fill(label="Weaving house").send()
    return phone


def test_names_show_on_a_paired_phone_alone(app, phone, manager, person):
    person(Role.MEMBER, name="Ibu Sari", pin=True)
    person(Role.MEMBER, name="Ibu Tanpa Pin")
    person(Role.MANAGER, name="Ibu Ratna", pin=True)

    tiles = phone.get("/s/tenun-sikka/sign-in")

    assert "Ibu Sari" in tiles.words
    assert "Tanpa Pin" not in tiles.words
    assert "Ratna" not in tiles.words
    manager.get("/s/tenun-sikka/sign-in", status=404)
    PageClient(app).get("/s/tenun-sikka/sign-in", status=404)


def test_member_taps_her_name_and_types_her_pin(phone, person):
    person(Role.MEMBER, name="Ibu Sari", pin=True)

    page = phone.get("/sign-in", follow=True).follow("Ibu Sari")
    page.form().fill(pin=PIN).send(follow=False, status=303)

    assert "Ibu Sari" in phone.get("/account").words


def test_wrong_pin_is_said_and_bounded(phone, person):
    person(Role.MEMBER, name="Ibu Sari", pin=True)
    page = phone.get("/s/tenun-sikka/sign-in").follow("Ibu Sari")
    for _turn in range(5):
        page = page.form().fill(pin="111222").send(status=422)

    page = page.form().fill(pin=PIN).send(status=429)

    assert page.h1 == "Ibu Sari"


def test_session_on_a_shared_phone_is_short(app, phone, person):
    person(Role.MEMBER, name="Ibu Sari", pin=True)
    phone.get("/s/tenun-sikka/sign-in").follow("Ibu Sari").form().fill(pin=PIN).send(follow=False, status=303)

    with clock.at(clock.now() + timedelta(minutes=61)):
        phone.get("/account", status=302)


def test_tile_of_a_person_from_elsewhere_is_not_there(app, phone):
    with app.app_context():
        stranger = make_user("Stranger")
        join(stranger, make_organisation("other"), Role.MEMBER)
        db.session.commit()
        address = f"/s/tenun-sikka/sign-in/{stranger.id}"

    phone.get(address, status=404)
    phone.post(address, {"pin": PIN}, status=404)


def test_phone_taken_off_shows_nothing(phone, manager):
    manager.get("/k/tenun-sikka/phones").form("Take off").send()

    phone.get("/s/tenun-sikka/sign-in", status=404)


def test_pairing_link_works_once_and_for_half_an_hour(app, manager):
    page = manager.get("/k/tenun-sikka/phones").form("Pair a phone").send()
    with clock.at(clock.now() + timedelta(minutes=31)):
        PageClient(app).get(link_on(page), status=404)
    PageClient(app).get(link_on(page)).form().fill(label="One").send()

    PageClient(app).get(link_on(page), status=404)


def test_pin_runs_no_cooperative(app, phone, person):
    user = person(Role.MANAGER, Role.MEMBER, name="Ibu Ratna Dua", pin=True)
    phone.get("/s/tenun-sikka/sign-in").follow("Ibu Ratna Dua").form().fill(pin=PIN).send(follow=False, status=303)

    phone.get(PEOPLE, status=403)
    PageClient(app).sign_in(user).get(PEOPLE)


# --- a new PIN ------------------------------------------------------------------------------------------------------


def test_member_chooses_a_new_pin_by_the_managers_link(app, manager, person):
    user = person(Role.MEMBER, name="Ibu Sari", pin=True)
    held = PageClient(app).sign_in(user)
    link = link_on(manager.get(PEOPLE).form("Ibu Sari").send())
    guest = PageClient(app)

    page = guest.get(link).form().fill(pin="123456", pin_again="123456").send(status=422)
    assert page.errors() == {"pin": "This PIN is easy to guess. Choose another one."}
    page = page.form().fill(pin="835207", pin_again="835208").send(status=422)
    assert page.errors() == {"pin_again": "This is not the same PIN. Type it again."}
    page.form().fill(pin="835207", pin_again="835207").send(follow=False, status=303)

    assert "Ibu Sari" in guest.get("/account").words
    held.get("/account", status=302)


@pytest.mark.parametrize("also", [Role.MANAGER, Role.BOOKKEEPER, Role.BOARD])
def test_manager_cannot_come_into_another_role_by_a_pin_link(manager, person, also):
    user = person(Role.MEMBER, also, name="Ibu Lain", pin=True)

    manager.post(f"{PEOPLE}/{user.id}/pin", status=409)


def test_manager_cannot_come_into_another_cooperative_by_a_pin_link(app, manager, person):
    user = person(Role.MEMBER, name="Ibu Lain", pin=True)
    with app.app_context():
        join(db.session.get_one(User, user.id), make_organisation("other"), Role.MEMBER)
        db.session.commit()

    manager.post(f"{PEOPLE}/{user.id}/pin", status=409)


def test_pin_link_for_a_stranger_is_not_made(manager, person):
    manager.post(f"{PEOPLE}/{person().id}/pin", status=404)


def test_pin_is_changed_with_the_one_she_has(app, person):
    user = person(Role.MEMBER, name="Ibu Sari", pin=True)
    sari = PageClient(app).sign_in(user)
    form = sari.get("/account/pin").form()

    page = form.fill(present="111222", pin="835207", pin_again="835207").send(status=422)
    assert page.errors() == {"present": "This is not the one you have now."}
    page = page.form().fill(present=PIN, pin="835207", pin_again="835207").send()

    assert page.alerts == ["Your PIN is changed. Everywhere else you are signed out."]
