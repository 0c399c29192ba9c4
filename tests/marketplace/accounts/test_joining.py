import pytest

from marketplace.accounts.models import Membership, Organisation, Role, User
from marketplace.accounts.organisations import PlatformMissing, platform
from marketplace.accounts.registration import free_slug
from marketplace.kernel import clock
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.factories.accounts import make_organisation

PASSWORD = "kapas nila soga"
COOPERATIVE = {"cooperative": "Tenun Lepo Lorun", "country": "ID", "district": "Sikka", "currency": "IDR"}


def register(visitor, **answers):
    form = visitor.get("/register").form()
    answers = {**COOPERATIVE, "name": "Alfonsa", "email": "alfonsa@example.org", "password": PASSWORD, **answers}
    return form.fill(**{name: answer for name, answer in answers.items() if name in COOPERATIVE or answer is not None})


def test_registered_cooperative_waits_for_the_operator(app, visitor, person):
    page = register(visitor).send()
    assert page.h1 == "Sign in"
    operator = PageClient(app).sign_in(person(operator=True))

    with app.app_context():
        db.session.query(User).filter(User.email == "alfonsa@example.org").one().email_confirmed_at = clock.now()
        db.session.commit()

    waiting = operator.get("/operator/cooperatives")
    assert all(word in waiting.words for word in ("Tenun Lepo Lorun", "Sikka", "Alfonsa", "alfonsa@example.org"))
    page = waiting.form("Approve").send()

    assert page.alerts == ["Tenun Lepo Lorun is public now."]
    with app.app_context():
        organisation = db.session.query(Organisation).filter_by(slug="tenun-lepo-lorun").one()
        assert organisation.approved_at is not None
        assert organisation.zone == "Asia/Jakarta"


def test_contact_signs_in_as_first_manager(visitor):
    register(visitor).send()

    page = visitor.get("/sign-in").form().fill(who="alfonsa@example.org", password=PASSWORD).send()

    assert page.address.startswith("/k/tenun-lepo-lorun/")
    visitor.get("/k/tenun-lepo-lorun/people")


def test_registration_does_not_tell_who_has_an_account_and_changes_nothing(app, visitor, person):
    known = person()

    first, second = register(visitor).send(), register(PageClient(app), email=known.email, name="Thief").send()

    assert first.words == second.words
    with app.app_context():
        kept = db.session.get_one(User, known.id)
        assert (kept.name, kept.password_hash) == (known.name, known.password_hash)
        assert db.session.query(Membership).filter_by(user_id=known.id).count() == 0


def test_who_is_signed_in_registers_as_herself(app, visitor, person):
    visitor.sign_in(person())

    page = visitor.get("/register").form().fill(**COOPERATIVE).send()

    assert page.address == "/k/tenun-lepo-lorun/people"
    assert "Sari Wulandari Manager" in page.words


def test_refused_registration_keeps_what_was_entered(visitor):
    page = register(visitor, email="nobody").send(status=422)

    assert page.errors() == {"email": "Enter an e-mail address, for example name@example.org."}
    assert page.form().values["cooperative"] == "Tenun Lepo Lorun"
    assert page.form().values["country"] == "ID"


def test_refusal_is_in_indonesian_for_who_reads_it(app):
    visitor = PageClient(app, "id")

    page = visitor.get("/register").form().send(status=422)

    assert page.errors()["cooperative"] == "Isi bagian ini."


def test_crowd_from_one_address_waits(monkeypatch, visitor):
    monkeypatch.setattr("marketplace.accounts.registration.REGISTRATIONS_ADDRESS_MAX", 2)
    for number in range(2):
        register(visitor, email=f"person-{number}@example.net").send()

    register(visitor, email="person-3@example.net").send(status=429)


def test_buyer_opens_an_account(visitor):
    form = visitor.get("/account/new").form()
    page = form.fill(name="Buyer", email="Buyer@Example.org", password=PASSWORD).send()

    page.form().fill(who="buyer@example.org", password=PASSWORD).send()

    assert "buyer@example.org" in visitor.get("/account").words


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Tenun Lepo Lorun", "tenun-lepo-lorun"),
        ("  ¡Café & Co.! ", "cafe-co"),
        ("สหกรณ์", "cooperative"),
        ("Platform", "platform-2"),
        ("Taken", "taken-2"),
        ("x" * 80, "x" * 50),
    ],
)
def test_address_is_made_from_the_name(app, name, slug):
    with app.app_context():
        make_organisation("taken")

        assert free_slug(name) == slug


def test_operators_page_is_not_there_for_others(app, visitor, person):
    visitor.sign_in(person(Role.MANAGER))

    visitor.get("/operator/cooperatives", status=404)
    visitor.post("/operator/cooperatives/x/approve", status=404)


def test_operator_is_made_from_the_command_line(app, visitor):
    result = app.test_cli_runner().invoke(args=["operator", "Op@Example.org"])
    link = result.output.strip().removeprefix("http://127.0.0.1:8000")

    page = visitor.get(link).form().fill(password="tiga kata lain sekali").send()

    assert page.h1 == "Yang menunggu Anda"
    with app.app_context():
        assert platform().kind == "platform"


def test_before_the_platform_is_set_up_the_refusal_says_how(app):
    with app.app_context(), pytest.raises(PlatformMissing, match="lumbung operator"):
        platform()


def test_language_is_kept_with_the_account(app, visitor, person):
    visitor.sign_in(person())

    page = visitor.get("/account").form("Save language").fill(language="id").send()

    assert page.tree.get("lang") == "id"
