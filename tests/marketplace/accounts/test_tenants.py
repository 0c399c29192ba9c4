"""Every route of every part × every role × own, foreign and absent cooperative."""

from dataclasses import dataclass

import pytest
from flask import Flask

from marketplace.accounts.models import Role, User
from marketplace.accounts.policy import RoleIn
from marketplace.kernel.db import db
from marketplace.kernel.policy import rule_of
from tests.client import PageClient
from tests.factories.accounts import join, make_organisation, make_user


@dataclass(frozen=True)
class Door:
    """One method of one address of a cooperative, its other blanks filled with an id that no row has."""

    method: str
    rule: str
    endpoint: str
    roles: frozenset[Role]

    def address(self, app: Flask, slug: str) -> str:
        adapter = app.url_map.bind("localhost")
        rule = next(rule for rule in app.url_map.iter_rules(self.endpoint) if rule.rule == self.rule)
        blanks = {name: 999 if "int" in repr(rule._converters[name]).lower() else "absent" for name in rule.arguments}
        return adapter.build(self.endpoint, {**blanks, "organisation": slug}, method=self.method)


def doors(app: Flask) -> list[Door]:
    found = []
    for rule in app.url_map.iter_rules():
        policy = rule_of(app, rule.endpoint)
        if isinstance(policy, RoleIn):
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            found += [Door(method, rule.rule, rule.endpoint, policy.roles) for method in sorted(methods)]
    return found


@pytest.fixture
def people(app: Flask) -> dict[Role | None, User]:
    with app.app_context():
        own, foreign = make_organisation("own"), make_organisation("foreign")
        stranger = make_user("Stranger")
        join(stranger, foreign, Role.MANAGER)
        made: dict[Role | None, User] = {None: stranger}
        for role in Role:
            made[role] = make_user(role.value)
            join(made[role], own, role)
        db.session.commit()
        for user in made.values():
            db.session.refresh(user)
        db.session.expunge_all()
    return made


def knock(client: PageClient, door: Door, slug: str, token: str) -> int:
    address = door.address(client.app, slug)
    data = {} if door.method == "GET" else {"csrf_token": token}
    return client.http.open(address, method=door.method, data=data).status_code


def test_there_are_doors_of_every_kind(app):
    assert len(doors(app)) > 10
    assert {door.method for door in doors(app)} >= {"GET", "POST"}


@pytest.mark.parametrize("role", Role)
def test_own_cooperative_opens_to_the_roles_declared_and_tells_others_so(app, people, role):
    client = PageClient(app).sign_in(people[role])
    token = client.csrf_token()

    answers = {door: knock(client, door, "own", token) for door in doors(app)}

    wrong = {door: status for door, status in answers.items() if (status == 403) == (role in door.roles)}
    assert wrong == {}
    assert {door: status for door, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize("slug", ["own", "absent"])
def test_another_cooperative_is_as_absent_as_one_that_never_was(app, people, slug):
    client = PageClient(app).sign_in(people[None])
    token = client.csrf_token()

    answers = {door: knock(client, door, slug, token) for door in doors(app)}

    assert {door: status for door, status in answers.items() if status != 404} == {}


def test_body_for_another_cooperative_is_that_of_an_absent_one(app, people):
    client = PageClient(app).sign_in(people[None])

    for door in doors(app):
        if door.method == "GET":
            foreign, absent = (client.get(door.address(app, slug), status=404).words for slug in ("own", "absent"))
            assert foreign == absent


def test_nobody_is_let_in_unseen(app, people):
    client = PageClient(app)
    token = client.csrf_token()

    answers = {door: knock(client, door, "own", token) for door in doors(app)}

    assert {d: s for d, s in answers.items() if s != (302 if d.method == "GET" else 401)} == {}
