"""Every console page of production, pay and prices: who opens it, who is told no, to whom it is not there."""

from dataclasses import asdict
from datetime import date

import pytest

from marketplace.accounts.models import Membership, Role
from marketplace.kernel import clock
from marketplace.kernel.db import db
from tests.factories.workshop import make_workshop
from tests.producers.conftest import organisation

READ = [
    "lots", "lots/{yarn}", "lots/{cloth}", "lots/{cloth}/price", "steps/{done_step}", "steps/{open_step}", "work",
    "pay", "pay/{slip}", "pay/{slip}/print", "pay/check", "benchmarks", "listings", "records/{work}",
    "records/{purchase}", "records/{done_step}", "records/{slip}", "records/{payment}", "records/{decision}",
]  # fmt: skip
PREPARE = ["lots/bring-in", "lots/{cloth}/cost", "steps/new", "steps/{open_step}/discard", "pay/new", "pay/new/{budi}",
           "pay/{slip}/payment", "pay/{slip}/proof", "pay/{slip}/word"]  # fmt: skip
RUN = ["benchmarks/new", "lots/{cloth}/publish", "listings/{listing}/withdraw"]
SUPERVISE = ["looks"]
EVERY = READ + PREPARE + RUN
READERS = frozenset({Role.MANAGER, Role.BOOKKEEPER, Role.BOARD, Role.AUDITOR})


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.at(date(2026, 11, 23)):
        yield


@pytest.fixture
def shop(house):
    return house.make(lambda: make_workshop(organisation("weavers")))


def at(address, shop, slug="weavers"):
    return f"/k/{slug}/" + address.format(**asdict(shop))


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_manager_opens_every_page_in_both_languages(house, shop, language):
    manager = house.person(language=language)

    for address in EVERY:
        manager.get(at(address, shop))


def test_every_id_of_another_cooperative_is_as_absent_as_none(house, shop):
    foreign = house.person(on="others")

    for address in (each for each in EVERY if "{" in each):
        theirs = foreign.get(at(address, shop, "others"), status=404)
        name = address[address.index("{") + 1 : address.index("}")]
        absent = foreign.get(f"/k/others/{address}".replace("{" + name + "}", "0" * 26), status=404)
        assert theirs.words == absent.words


def test_to_a_foreign_manager_the_cooperative_does_not_exist(house, shop):
    foreign = house.person(on="others")

    for address in EVERY + SUPERVISE:
        foreign.get(at(address, shop), status=404)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_is_hers(house, shop, role):
    person = house.person(role)
    may = {
        **dict.fromkeys(READ, READERS),
        **dict.fromkeys(PREPARE, frozenset({Role.MANAGER, Role.BOOKKEEPER})),
        **dict.fromkeys(RUN, frozenset({Role.MANAGER})),
        **dict.fromkeys(SUPERVISE, frozenset({Role.BOARD, Role.AUDITOR})),
    }

    for address, roles in may.items():
        person.get(at(address, shop), status=200 if role in roles else 403)


def test_an_auditor_whose_time_is_over_finds_nothing(house, shop):
    auditor = house.person(Role.AUDITOR)
    auditor.get(at("pay/{slip}", shop))

    house.make(end_grants)

    auditor.get(at("pay/{slip}", shop), status=404)


def end_grants() -> None:
    for grant in db.session.scalars(db.select(Membership).where(Membership.role == Role.AUDITOR.value)):
        grant.ends_at = clock.now()
