"""The API: tokens that end, writes that repeat harmlessly, problem documents, and a description that is true."""

from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from marketplace.accounts.models import Membership, Role
from marketplace.api import idempotency
from marketplace.api.models import ApiAnswer, ApiToken
from marketplace.cli import cli
from marketplace.kernel import clock, scope
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from producers.cooperatives.services import enrol_member
from producers.deliveries.models import DeliverySlip
from tests.conftest import IN_CI
from tests.factories.accounts import make_organisation, make_person
from tests.producers.conftest import House, organisation

AT = "/api/v1/organisations/weavers"


class Program:
    """A program with a token."""

    def __init__(self, house: House, role: Role, *, write: bool = True, on: str = "weavers") -> None:
        with house.app.app_context():
            user = make_person(role, organisation=organisation(on))
            db.session.commit()
            email = user.email or ""
            self.user_id = user.id
        options = ["--write"] if write else []
        runner = house.app.test_cli_runner()
        printed = runner.invoke(cli, ["token", "create", email, on, "--name", "till", *options], catch_exceptions=False)
        self.id, self.secret = printed.output.split()
        self.http = house.app.test_client()

    def ask(self, method: str, path: str, status: int, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        answer = self.http.open(f"{AT}{path}", method=method, headers=headers, **options)
        assert answer.status_code == status, answer.text
        return answer.json

    def get(self, path: str, status: int = 200) -> Any:
        return self.ask("GET", path, status)

    def post(self, path: str, body: Any, key: str = "k-1", status: int = 201) -> Any:
        return self.ask("POST", path, status, json=body, headers={"Idempotency-Key": key})


@pytest.fixture
def manager(house: House) -> Program:
    return Program(house, Role.MANAGER)


@pytest.fixture
def supplier_id(house: House) -> str:
    from producers.materials.services import register_supplier

    return str(house.do(register_supplier, name="Desa Sutra"))


def yarn(supplier_id: str, **changed: Any) -> dict[str, Any]:
    bought = {"supplier_id": supplier_id, "name": "Raw silk", "quantity": 6000, "unit": "GRM", "cost_minor": 1_230_000}
    return bought | {"origin": "Chonnabot", "bought_on": "2026-03-02"} | changed


def test_a_purchase_is_recorded_once_however_often_it_is_sent(house, manager, supplier_id):
    first = manager.post("/purchases", yarn(supplier_id))
    again = manager.post("/purchases", yarn(supplier_id))
    house.make(lambda: db.session.execute(db.delete(ApiAnswer)))
    forgotten = manager.post("/purchases", yarn(supplier_id))

    assert first == again == forgotten
    assert manager.get("/purchases")["total"] == 1
    lots = manager.get("/lots?state=left")["items"]
    assert [(lot["id"], lot["stock"], lot["unit"]) for lot in lots] == [(first["lot_id"], 6000, "GRM")]
    costs = manager.get(f"/lots/{first['lot_id']}")["costs"]
    assert costs == [{"purpose": "materials", "source_id": first["id"], "amount_minor": 1_230_000}]
    assert manager.get("/suppliers")["items"][0]["id"] == supplier_id


def test_a_key_stands_for_one_request(manager, supplier_id):
    manager.post("/purchases", yarn(supplier_id))

    other = manager.post("/purchases", yarn(supplier_id, quantity=1), status=422)
    keyless = manager.ask("POST", "/purchases", 400, json=yarn(supplier_id))

    elsewhere = manager.post("/deliveries", yarn(supplier_id), status=422)

    assert other["code"] == elsewhere["code"] == "idempotency_key_used"
    assert manager.get("/purchases")["total"] == 1
    assert manager.get("/purchases")["items"][0]["quantity"] == 6000
    assert keyless["code"] == "idempotency_key_needed"


def test_a_refused_write_keeps_no_answer_and_may_be_mended(manager, supplier_id):
    refused = manager.post("/purchases", yarn(supplier_id, quantity=0, colour="red"), status=422)
    foreign = manager.post("/purchases", yarn("0" * 26), status=422)

    assert set(refused["errors"]) == {"quantity", "colour"}
    assert set(foreign["errors"]) == {"supplier_id"}
    assert manager.post("/purchases", yarn(supplier_id))["quantity"] == 6000


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"7", b"{", b'{"quantity": NaN}', b'{"quantity": 1.5}', b"\xff\xfe", b'{"name": "\\ud800"}'],
)
def test_what_is_no_json_object_is_refused(manager, body):
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}

    told = manager.http.post(
        f"{AT}/purchases", data=body, headers={**headers, "Authorization": f"Bearer {manager.secret}"}
    )

    assert told.status_code in {400, 422}
    assert told.mimetype == "application/problem+json"


def test_a_body_without_end_is_no_error_of_ours(manager):
    deep = b"[" * 200_000
    told = manager.http.post(
        f"{AT}/purchases",
        data=deep,
        headers={
            "Authorization": f"Bearer {manager.secret}",
            "Idempotency-Key": "k",
            "Content-Type": "application/json",
        },
    )

    assert told.status_code == 400


def test_a_collector_records_a_slip_and_sees_her_own(house):
    collector, other = Program(house, Role.COLLECTOR), Program(house, Role.COLLECTOR)
    member_id = house.do(enrol_member, name="Ani")
    slip = {"member_id": member_id, "paid_minor": 50_000}

    made = collector.post("/deliveries", slip)

    assert made["number"] == "1"
    assert collector.post("/deliveries", slip)["id"] == made["id"]
    assert [each["id"] for each in collector.get("/deliveries")["items"]] == [made["id"]]
    assert other.get("/deliveries")["total"] == 0
    collector.post("/deliveries", {"member_id": "0" * 26, "paid_minor": 1}, key="k-2", status=404)
    with house.app.app_context(), scope.everything():
        assert db.session.query(DeliverySlip).count() == 1
        assert list(run_all()) == []


def test_a_token_ends_with_its_time_its_word_its_role_and_its_cooperative(house, manager):
    reader = Program(house, Role.BOOKKEEPER, write=False)
    reader.get("/lots")
    reader.post("/purchases", {}, status=403)
    stranger = Program(house, Role.MANAGER, on="others")
    assert stranger.get("/lots", 404)["code"] == "not_found"
    manager.ask("GET", "/lots", 401, headers={"Authorization": "Bearer lumbung_nothing"})
    Program(house, Role.COLLECTOR).get("/lots", 403)

    with clock.at(clock.now() + timedelta(days=400)):
        reader.get("/lots", 401)
    house.app.test_cli_runner().invoke(cli, ["token", "revoke", reader.id])
    reader.get("/lots", 401)

    def leaves() -> None:
        roles = db.select(Membership).where(Membership.user_id == manager.user_id)
        db.session.scalars(roles).one().ends_at = clock.now()

    house.make(leaves)
    manager.get("/lots", 404)


def test_secrets_are_not_stored_and_old_answers_are_forgotten(house, manager, supplier_id):
    manager.post("/purchases", yarn(supplier_id))

    with house.app.app_context():
        assert db.session.query(ApiToken).filter(ApiToken.token_hash.contains(manager.secret)).count() == 0
        with clock.at(clock.now() + timedelta(days=31)):
            idempotency.forget_old()
        assert db.session.query(ApiAnswer).count() == 0
        db.session.rollback()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nobody@example.org", "weavers", "--name", "x"], "nothing at this address"),
        (["operator@example.org", "weavers", "--name", "x"], "no role"),
    ],
)
def test_a_token_is_for_somebody_with_a_role(house, arguments, sentence):
    def outsider() -> None:
        make_person(organisation=make_organisation("elsewhere")).email = "operator@example.org"

    house.make(outsider)

    told = house.app.test_cli_runner().invoke(cli, ["token", "create", *arguments])

    assert sentence in str(told.exception)


# --- the description, tried -----------------------------------------------------------------------------------------

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_api_is_as_described_whatever_is_sent(house, manager, supplier_id):
    house.do(enrol_member, name="Ani")
    manager.post("/purchases", yarn(supplier_id), key="first")
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", house.app)
    keys = iter(range(10**6))
    tried = []

    @settings(
        max_examples=100 if not IN_CI else 25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    def run(case: Any) -> None:
        case.path_parameters = {**(case.path_parameters or {}), "organisation": "weavers"}
        case.headers = {"Authorization": f"Bearer {manager.secret}", "Idempotency-Key": f"try-{next(keys)}"}
        case.call_and_validate(checks=CHECKS)

    for found in described.get_all_operations():
        operation = found.ok()
        if operation.path.endswith("openapi.json"):
            continue
        tried.append(operation.label)
        given(case=operation.as_strategy())(run)()

    assert len(tried) >= 9
    with house.app.app_context(), scope.everything():
        assert list(run_all()) == []
