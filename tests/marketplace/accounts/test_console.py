"""The console's navigation: what a part hangs there is seen by whom it lets in."""

import pytest
from flask import Flask, render_template_string

from marketplace.accounts import console
from marketplace.accounts.models import Role
from marketplace.accounts.policy import RUNS, RoleIn
from marketplace.kernel.policy import allow
from tests.client import PageClient
from tests.factories.accounts import make_organisation, make_person

PAGE = """{% extends "layouts/console.html" %}{% block heading %}Looms{% endblock %}"""
EVERYBODY = RoleIn(frozenset(Role))

pytestmark = pytest.mark.own_app


@pytest.fixture
def looms(app: Flask) -> Flask:
    @allow(EVERYBODY)
    def page(organisation: str, loom: str = "") -> str:
        return render_template_string(PAGE)

    app.add_url_rule("/k/<organisation>/looms", "looms", page)
    app.add_url_rule("/k/<organisation>/looms/<loom>", "loom", page)
    app.add_url_rule("/k/<organisation>/vault", "vault", allow(RoleIn(RUNS))(lambda organisation: "gold"))
    console.add_entry(app, "Vault", "vault", order=92)
    console.add_entry(app, "Looms", "looms", order=91)
    return app


def visit(app: Flask, address: str, role: Role):
    visitor = PageClient(app)
    with app.app_context():
        visitor.sign_in(make_person(role, organisation=make_organisation("weavers")))
    return visitor.get(address)


def entries(page) -> list[str]:
    return [link.text for link in page.find("nav", class_="console-nav").iter("a")]


def test_entries_stand_in_order(looms: Flask):
    page = visit(looms, "/k/weavers/looms", Role.MANAGER)

    assert [entry for entry in entries(page) if entry in {"Looms", "Vault"}] == ["Looms", "Vault"]


def test_an_entry_that_would_be_refused_is_not_shown(looms: Flask):
    page = visit(looms, "/k/weavers/looms", Role.AUDITOR)

    assert "Looms" in entries(page)
    assert "Vault" not in entries(page)


@pytest.mark.parametrize("address", ["/k/weavers/looms", "/k/weavers/looms/3"])
def test_the_entry_of_a_page_or_of_one_below_it_is_current(looms: Flask, address: str):
    page = visit(looms, address, Role.MANAGER)

    assert [link.text for link in page.find_all("a", aria_current="page")] == ["Looms"]
