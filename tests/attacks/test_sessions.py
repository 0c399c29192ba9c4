"""A captured cookie and a planted one: worth nothing once the person is out, and never more than she is."""

import pytest
from structlog.testing import capture_logs

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Membership, Organisation, Role, User
from marketplace.accounts.organisations import end_role
from marketplace.accounts.sessions import COOKIE_KEY
from marketplace.accounts.views.blueprint import STEP_KEY
from marketplace.kernel.db import db
from tests.client import PageClient
from tests.factories.accounts import join, make_organisation, make_user

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
AWAY = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
]


@pytest.fixture
def made(app):
    """Two managers of one cooperative, committed; their ids."""
    with app.app_context():
        organisation = make_organisation("lepo")
        users = [make_user("Ratna"), make_user("Dewi")]
        for user in users:
            join(user, organisation, Role.MANAGER)
        db.session.commit()
        return [user.id for user in users]


def test_a_cookie_opens_nothing_of_a_cooperative_after_its_owner_was_removed(app, made, visitor):
    visitor.sign_in(User(id=made[0]))
    thief = visitor.thief()
    thief.get("/k/lepo/people")

    with app.app_context():
        end_role(SYSTEM, db.session.query(Membership).filter_by(user_id=made[0]).one())
        db.session.commit()

    for holder in (thief, visitor):
        holder.get("/k/lepo/people", status=404)
        holder.get("/account")


def test_a_cookie_from_elsewhere_is_not_ours(app, made, visitor):
    visitor.sign_in(User(id=made[0]))
    cookie = visitor.http.get_cookie(app.config["SESSION_COOKIE_NAME"]).decoded_value
    payload, stamp, signature = cookie.rsplit(".", 2)

    for forged in (f"{payload}.{stamp}.", f"{payload}.{stamp}.{signature[::-1]}", payload, "", "\u00b2", "." * 400):
        thief = PageClient(app)
        thief.http.set_cookie(app.config["SESSION_COOKIE_NAME"], forged)
        thief.get("/account", status=302)


@pytest.mark.parametrize("key", [COOKIE_KEY, STEP_KEY, "csrf_token"])
@pytest.mark.parametrize("value", [7, ["a"], {"a": 1}, "\u00b2", "", None])
def test_what_a_session_never_holds_breaks_nothing(visitor, key, value):
    with visitor.http.session_transaction() as session:
        session[key] = value

    for address in ("/account", "/sign-in", "/sign-in/second-step", "/"):
        assert visitor.http.get(address).status_code < 500


def test_another_persons_planted_browser_secret_opens_nothing(app, made, visitor):
    for name in ("browser", "phone", "basket", "lang"):
        for value in ("x" * 4_000, "\u00b2", "'; --", "../../x"):
            visitor.http.set_cookie(name, value)
            assert visitor.http.get("/").status_code == 200
            assert visitor.http.get("/basket").status_code < 500
    visitor.get("/account", status=302)


@pytest.mark.parametrize("address", AWAY)
def test_nothing_leads_away_from_the_second_step_or_its_set_up(app, made, visitor, address):
    visitor.sign_in(User(id=made[0]))

    page = visitor.get("/account/second-step", query_string={"next": address})
    assert "evil" not in page.form("present").values["next"]
    assert "javascript" not in page.form("present").values["next"]
    answer = visitor.http.get("/sign-in", query_string={"next": address})
    assert "evil" not in answer.headers["Location"]


def test_the_role_in_a_form_is_not_believed(app, made, visitor):
    with app.app_context():
        organisation = db.session.query(Organisation).one()
        bookkeeper = make_user("Ani")
        join(bookkeeper, organisation, Role.BOOKKEEPER)
        db.session.commit()
        bookkeeper_id = bookkeeper.id
    visitor.sign_in(User(id=bookkeeper_id))

    visitor.post("/account/language", {"language": "en", "is_operator": "1", "role": "manager", "id": made[0]})

    visitor.get("/operator/cooperatives", status=404)
    visitor.get("/k/lepo/people", status=403)


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND"])
def test_other_methods_do_nothing(visitor, method):
    for address in ("/", "/account", "/sign-in", "/verify"):
        answer = visitor.http.open(address, method=method)
        assert answer.status_code in {400, 405}, (address, method, answer.status_code)
        assert "Cookie" not in answer.text


def test_what_was_refused_is_logged_without_saying_of_whom(app, made, visitor):
    with app.app_context():
        board = make_user("Board")
        join(board, db.session.query(Organisation).one(), Role.BOARD)
        db.session.commit()
        board_id = board.id
    visitor.sign_in(User(id=board_id))

    with capture_logs() as lines:
        visitor.get("/k/lepo/people", status=403)
        visitor.post("/account/language", {"language": "en"}, csrf=False, status=400)

    kept = [(line["code"], line["status"]) for line in lines if line["event"] == "refused"]
    assert kept == [("not_allowed", 403), ("CSRFError", 400)]
    assert "Board" not in str(lines)
