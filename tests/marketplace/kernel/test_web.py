from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.test import create_environ

from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import register_organisation
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.policy import PUBLIC, allow
from marketplace.ledger.services import open_book
from tests import databases
from tests.conftest import settings

blueprint = Blueprint("probe", __name__)


@blueprint.post("/api/probe/write")
@allow(PUBLIC)
def write() -> str:
    register_organisation(slug="written", name="Written", currency="IDR")
    return "written"


@blueprint.post("/api/probe/fail")
@allow(PUBLIC)
def fail() -> str:
    register_organisation(slug="failed", name="Failed", currency="IDR")
    raise Conflict


@blueprint.post("/api/probe/break")
@allow(PUBLIC)
def break_() -> str:
    register_organisation(slug="broken", name="Broken", currency="IDR")
    raise RuntimeError("a mistake of ours")


@blueprint.post("/api/probe/twice")
@allow(PUBLIC)
def twice() -> str:
    open_book("same")
    open_book("same")
    return "unreachable"


@blueprint.get("/api/probe/named/<name>")
@allow(PUBLIC)
def named(name: str) -> str:
    return str(db.session.query(Organisation).filter_by(slug=name).count())


@blueprint.post("/probe/form")
@allow(PUBLIC)
def form() -> str:
    raise Invalid(fields={"hours": "Enter hours."})


@blueprint.get("/probe/undeclared")
def undeclared() -> str:
    return "nobody may read this"


@pytest.fixture
def client(database: databases.Database, tmp_path) -> Iterator[FlaskClient]:
    from marketplace.app import create_app

    app = create_app({**settings(database.url, tmp_path), "TESTING": False, "PROPAGATE_EXCEPTIONS": False})
    app.register_blueprint(blueprint)
    yield app.test_client()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def slugs(app: Flask) -> list[str]:
    with app.app_context():
        return [organisation.slug for organisation in db.session.query(Organisation)]


def test_an_action_commits_once_at_the_edge(client: FlaskClient):
    assert client.post("/api/probe/write").text == "written"
    assert slugs(client.application) == ["written"]


def test_a_refusal_rolls_everything_back_and_is_a_problem_document(client: FlaskClient):
    answer = client.post("/api/probe/fail")

    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "conflict"
    assert slugs(client.application) == []


def test_a_mistake_of_ours_rolls_back_and_says_nothing_of_itself(client: FlaskClient):
    answer = client.post("/api/probe/break")

    assert answer.status_code == 500
    assert "mistake" not in answer.text
    assert slugs(client.application) == []


def test_a_constraint_that_refuses_is_a_conflict(client: FlaskClient):
    assert client.post("/api/probe/twice").status_code == 409


def test_a_zero_byte_is_the_senders_mistake(client: FlaskClient):
    assert client.get("/api/probe/named/a%00b").status_code < 500


def test_a_view_without_a_rule_does_not_exist(client: FlaskClient):
    assert client.get("/probe/undeclared").status_code == 404


def test_a_form_without_its_token_is_refused(client: FlaskClient):
    answer = client.post("/probe/form", data={"hours": "7"})

    assert answer.status_code == 400
    assert "Enter hours" not in answer.text


@pytest.mark.parametrize("path", ["/readyz", "/nothing/here", "/probe/undeclared", "/.well-known/lumbung.vkey"])
def test_security_headers_stand_on_every_answer(client: FlaskClient, path: str):
    headers = client.get(path).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"]


def test_a_foreign_host_is_refused(database: databases.Database, tmp_path):
    from marketplace.app import create_app

    app = create_app({**settings(database.url, tmp_path), "TRUSTED_HOSTS": ["lumbung.example"]})

    assert app.test_client().get("/healthz", headers={"Host": "evil.example"}).status_code == 400
    assert app.test_client().get("/healthz", headers={"Host": "lumbung.example"}).status_code == 200


def test_languages_indonesian_first(client: FlaskClient):
    assert 'lang="id"' in client.get("/nothing").text
    assert 'lang="en"' in client.get("/nothing", headers={"Accept-Language": "en-GB"}).text
    answer = client.get("/nothing?lang=en")
    assert 'lang="en"' in answer.text
    assert 'lang="en"' in client.get("/nothing").text


def test_a_kept_address_is_as_flask_makes_it():
    from marketplace.app import create_app

    app = create_app({"LUMBUNG_ENV": "test", "DATABASE_URL": "sqlite:///:memory:"})
    made = [
        ("storefront.product", {"slug": "a b/ü"}),
        ("storefront.goods", {"page": 2, "q": "kopi & teh"}),
        ("storefront.goods", {"category": ["cloth", "coffee"]}),
        ("storefront.goods", {"q": "x" * 300}),
        ("storefront.goods", {"page": True}),
        ("storefront.goods", {"_anchor": "main"}),
        ("storefront.goods", {"_external": True}),
        (".goods", {}),
        ("static", {"filename": "css/base.css"}),
    ]
    for root in ("", "/shop"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            request.url_rule = next(app.url_map.iter_rules("storefront.home"))
            for endpoint, values in made * 2:
                assert app.url_for(endpoint, **values) == Flask.url_for(app, endpoint, **values), endpoint


def test_readiness_knows_the_newest_migration_as_alembic_does():
    from alembic.script import ScriptDirectory

    from marketplace.config import CHECKOUT
    from marketplace.kernel.health import _newest

    assert _newest() == set(ScriptDirectory(str(CHECKOUT / "migrations")).get_heads())


@blueprint.get("/api/probe/stream")
@allow(PUBLIC)
def stream() -> Response:
    return Response(iter(["one", "two"]))


@pytest.mark.parametrize(("path", "body"), [("/api/probe/named/x", b"0"), ("/api/probe/stream", b"onetwo")])
def test_the_server_is_handed_a_body_whole_unless_it_is_a_stream(client: FlaskClient, path: str, body: bytes):
    answer = client.application.wsgi_app(create_environ(path), lambda *_said: lambda _piece: None)

    assert isinstance(answer, list) is (body == b"0")
    assert b"".join(answer) == body
