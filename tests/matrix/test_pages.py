"""Every page that can be asked for is judged in both languages, read by somebody who may."""

import pytest

from tests.matrix.conftest import ON_SQLITE
from tests.matrix.doors import Door, doors
from tests.matrix.knocking import Knocker
from tests.matrix.test_tenants import CLOSED, UNSIGNED

READERS = {
    "public": "visitor",
    "link": "visitor",
    "metrics token": "visitor",
    "signed in": "member",
    "operator": "operator",
}
INSIDE = ["manager", "board"]


def reader_of(door: Door) -> str:
    """Who reads a page best: the member her own, the manager what a manager may."""
    if door.roles is None:
        return READERS[door.policy]
    return "member" if door.is_personal else next(who for who in INSIDE if who in door.roles)


# What a page looks like does not hang on the engine.
@pytest.mark.parametrize("matrix", ON_SQLITE, indirect=True)
@pytest.mark.parametrize("language", ["en", "id"])
def test_every_page_keeps_the_rules_of_every_page(matrix, language):
    readers = {who: Knocker(matrix.app, matrix.world, who, language) for who in {*READERS.values(), *INSIDE}}

    for door in doors(matrix.app):
        if door.is_for_programs and door.roles is not None:
            continue  # a cookie does not open it
        if door.method == "GET" and door.rule not in UNSIGNED and door.policy not in CLOSED:
            address, _fields = door.filled(matrix.world)
            page = readers[reader_of(door)].client.read(address)
            page.response.close()
            assert page.status in {200, 202, 302, 303}, f"{door}: {page.status}"
