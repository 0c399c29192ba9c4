"""What a page asks of the database does not grow with what it shows: as much with fifty rows as with five.

Every address is asked, so that a new list is counted without a line here; a list asks at most three questions.
"""

import re
import sys
from collections import Counter
from contextvars import Context
from pathlib import Path

from flask import Flask

from marketplace.app import create_app
from marketplace.kernel import clock
from marketplace.kernel.db import db
from tests import databases
from tests.conftest import settings
from tests.matrix.doors import Door, doors
from tests.matrix.growing import Growing
from tests.matrix.knocking import Knocker
from tests.matrix.test_pages import INSIDE, READERS, reader_of
from tests.matrix.test_tenants import CLOSED, UNSIGNED
from tests.matrix.world import DAY, World, open_house
from tests.queries import count_queries

FEW, MANY = 5, 50
MOST = 3
AGAIN_MOST = 5
# Asked of every page, whatever it lists: who reads, in which roles, what lies in her basket, her cooperative's
# stripe, whether this look at pay is written down already.
OF_EVERY_PAGE = ("account_sign_in", "account_membership", "cart_basket_line", "catalogue_profile", "audit_look")
LISTS = {
    "/", "/cooperatives", "/products", "/account/sign-ins",
    *(f"/k/<organisation>/{name}" for name in (
        "benchmarks", "certificates", "credit-notes", "decisions", "decisions/all", "listings", "looks", "lots",
        "materials", "materials/books/<member_id>", "materials/purchases", "materials/suppliers", "members", "orders",
        "pay", "pay/new", "payouts", "people", "phones", "work",
    )),
    *(f"/operator/{name}" for name in (
        "cooperatives", "credit-notes", "fees", "money-back", "payouts", "rates", "sign-ins", "transfers",
    )),
    *(f"/s/<organisation>/{name}" for name in ("me/looks", "me/materials", "me/notes", "slips", "slips/new")),
}  # fmt: skip
TABLE = re.compile(r"\bFROM (\w+)")


def pages(app: Flask) -> list[Door]:
    return [
        door
        for door in doors(app)
        if door.method == "GET" and door.rule not in UNSIGNED and door.policy not in CLOSED and "pdf" not in door.rule
    ]


def most_of(door: Door) -> int:
    return MOST if door.rule in LISTS else sys.maxsize


def own_questions(statements: list[str]) -> list[str]:
    """The questions of the page itself: each one that every page asks is taken off once."""
    own = list(statements)
    for table in OF_EVERY_PAGE:
        shared = [it for it in own if (found := TABLE.search(it)) and found[1] == table]
        if shared:
            own.remove(shared[0])
    return own


def repeated(counted: dict[str, list[str]]) -> dict[str, list[str]]:
    """The questions that one page asks again and again: a loop that a bound hides from fifty rows."""
    return {
        door: again
        for door, statements in counted.items()
        if (again := [it for it, times in Counter(statements).items() if times > AGAIN_MOST])
    }


def asked(app: Flask, world: World) -> dict[str, list[str]]:
    """The questions of each page by its address, asked a second time: the first may write down a look."""

    def ask() -> dict[str, list[str]]:
        found = {}
        with clock.at(DAY):
            readers = {who: Knocker(app, world, who) for who in {*READERS.values(), *INSIDE}}
            for door in pages(app):
                reader = readers[reader_of(door)]
                reader.knock(door)
                with count_queries(app) as statements:
                    assert reader.knock(door).status < 400, door
                found[str(door)] = list(statements)
        return found

    # A request has nothing of the context in which the rows are made.
    return Context().run(ask)


def test_every_list_is_an_address():
    known = {door.rule for door in pages(create_app({"LUMBUNG_ENV": "test", "DATABASE_URL": "sqlite:///:memory:"}))}

    assert known >= LISTS


def test_a_page_asks_as_much_of_fifty_rows_as_of_five(tmp_path: Path):
    database = databases.fresh("sqlite")
    app = create_app(settings(database.url, tmp_path))
    with app.app_context():
        world, own = open_house()
        growing = Growing(own)
        counted = []
        for rows in (FEW, MANY - FEW):
            for _row in range(rows):
                growing.another()
            db.session.commit()
            counted.append(asked(app, world))
        db.session.remove()
        db.engine.dispose()
    database.drop()

    few, many = counted
    much = {
        str(door): own_questions(many[str(door)])
        for door in pages(app)
        if len(own_questions(many[str(door)])) > most_of(door)
    }
    assert much == {}
    assert repeated(many) == {}
    grown = {door: f"{len(few[door])} → {len(many[door])}" for door in few if len(many[door]) != len(few[door])}
    assert grown == {}
