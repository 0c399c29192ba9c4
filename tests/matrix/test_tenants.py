"""Every address × every reader × what is hers, another's, nobody's: the table is made of `lumbung routes --json`.

Another's is as absent as nobody's: same status, same page. A new address needs an example in doors.py, no test.
"""

from collections.abc import Callable, Iterable, Iterator

import pytest

from marketplace.accounts.models import Role
from tests.matrix.conftest import Matrix
from tests.matrix.doors import Door, doors, hidden_example, known_roles, missing
from tests.matrix.knocking import ADMITTED, Knocker, Told

ROLES = [role.value for role in Role]
OUTSIDERS = ["expired grant", "revoked membership", "operator", "buyer"]
# What a door says to whoever may pass: a page, a file that waits, a way on, a form to fill in, or not now.
OPEN = frozenset({ADMITTED, 200, 202, 302, 303, 409, 422})
UNSIGNED = {"/webhooks/stripe": {400}, "/metrics": {404}}
# What opens to a program that bears a token of the settings; to people it does not exist.
CLOSED = {"metrics token"}
# Whoever takes out of her own basket what never lay in it has it as she wants it.
OWN_BASKET = "/basket/lines/"
# Addresses of cooperatives that never were.
NOWHERE = {
    "GET": Door("GET", "/k/never/", "", {}, {}),
    "POST": Door("POST", "/k/never/work", "", {}, {}),
    "JSON": Door("GET", "/cooperatives/never.json", "", {}, {}),
}

Fault = tuple[str, int]


def knocker(matrix: Matrix, who: str) -> Knocker:
    return Knocker(matrix.app, matrix.world, who)


def inside(matrix: Matrix) -> list[Door]:
    """The doors of a cooperative."""
    return [door for door in doors(matrix.app) if door.roles is not None]


def outside(matrix: Matrix, *policies: str) -> list[Door]:
    """The doors that ask for no role."""
    return [door for door in doors(matrix.app) if door.policy in policies]


def faults(said: Iterable[tuple[Door, str, Told]], holds: Callable[[Door, Told], bool]) -> list[Fault]:
    """The doors, and what was tried at them, where something else was said than what holds."""
    return [(f"{door} {tried}".strip(), told.status) for door, tried, told in said if not holds(door, told)]


def shows_a_page(door: Door) -> bool:
    return door.method == "GET" and not door.rule.endswith(".json") and not door.is_for_programs


def absences(reader: Knocker) -> Callable[[Door], Told]:
    """What she is told where nothing is, when she asks for it in the same way."""
    told: dict[Door, Told] = {}

    def absent(door: Door) -> Told:
        is_page = shows_a_page(door) or (door.method == "POST" and not door.is_for_programs)
        nowhere = NOWHERE[door.method if is_page else "JSON"]
        if nowhere not in told:
            told[nowhere] = reader.knock(nowhere)
        return told[nowhere]

    return absent


def test_every_blank_has_an_example(matrix):
    assert missing(matrix.app) == []


def test_every_policy_is_one_that_is_tried_here(matrix):
    for door in doors(matrix.app):
        roles = door.roles
        assert door.policy in {"public", "link", "signed in", "operator", *CLOSED} or roles, door
        assert (roles or set()) <= known_roles(), door
    assert {door.method for door in inside(matrix)} == {"GET", "POST"}


@pytest.mark.parametrize("who", ROLES)
def test_own_cooperative_opens_to_the_roles_declared_and_tells_others_so(matrix, who):
    reader = knocker(matrix, who)
    absent = absences(reader)

    def holds(door: Door, told: Told) -> bool:
        if who not in (door.roles or ()):
            return told.status == 403
        if door.is_personal and who != "member":
            return told == absent(door)
        return told.status in OPEN

    assert faults(((door, "", reader.knock(door)) for door in inside(matrix)), holds) == []


@pytest.mark.parametrize("who", [*ROLES, *OUTSIDERS])
def test_another_cooperative_is_as_absent_as_one_that_never_was(matrix, who):
    reader = knocker(matrix, who)
    absent = absences(reader)
    there = "own" if who in OUTSIDERS else "other"

    said = ((door, there, reader.knock(door, organisation=there)) for door in inside(matrix))

    assert faults(said, lambda door, told: told == absent(door)) == []


@pytest.mark.parametrize("who", ROLES)
def test_anothers_object_is_as_absent_as_none(matrix, who):
    reader = knocker(matrix, who)
    absent = absences(reader)

    def tried() -> Iterator[tuple[Door, str, Told]]:
        for door in inside(matrix):
            for name in door.objects:
                for whose in ("other", "absent"):
                    yield door, f"{name} {whose}", reader.knock(door, **{name: whose})

    def holds(door: Door, told: Told) -> bool:
        return told == absent(door) if who in (door.roles or ()) else told.status == 403

    assert faults(tried(), holds) == []


@pytest.mark.parametrize("who", ["buyer", "manager"])
def test_what_never_was_is_the_same_everywhere(matrix, who):
    reader = knocker(matrix, who)
    absent = absences(reader)

    said = ((door, "absent", reader.knock(door, organisation="absent")) for door in inside(matrix))

    assert faults(said, lambda door, told: told == absent(door) and told.status == 404) == []


def test_a_visitor_is_asked_to_sign_in(matrix):
    visitor = knocker(matrix, "visitor")
    closed = [*inside(matrix), *outside(matrix, "signed in", "operator")]

    said = ((door, "", visitor.knock(door)) for door in closed)

    assert faults(said, lambda door, told: told.status == (302 if shows_a_page(door) else 401)) == []


@pytest.mark.parametrize("who", ["operator", "manager", "buyer"])
def test_the_operators_desk_is_the_operators_alone(matrix, who):
    reader = knocker(matrix, who)
    absent = absences(reader)

    def tried() -> Iterator[tuple[Door, str, Told]]:
        for door in outside(matrix, "operator"):
            yield door, "", reader.knock(door)
            for name in door.objects:
                yield door, f"{name} absent", reader.knock(door, **{name: "absent"})

    def holds(door: Door, told: Told) -> bool:
        return told == absent(door) or (who == "operator" and told.status in OPEN)

    said = list(tried())
    assert faults(said, holds) == []
    if who == "operator":
        assert faults([one for one in said if not one[1]], lambda _door, told: told.status in OPEN) == []
        assert faults([one for one in said if one[1]], lambda _door, told: told.status == 404) == []


@pytest.mark.parametrize("who", ["visitor", "manager", "operator"])
def test_what_is_for_programs_does_not_exist_for_people(matrix, who):
    reader = knocker(matrix, who)

    said = [(door, "", reader.knock(door)) for door in outside(matrix, *CLOSED)]

    assert said
    assert faults(said, lambda _door, told: told.status == 404) == []


@pytest.mark.parametrize("who", ["visitor", "member"])
def test_what_is_public_or_behind_a_secret_opens_and_a_guess_finds_nothing(matrix, who):
    reader = knocker(matrix, who)
    own = outside(matrix, "public", "link", *(["signed in"] if who == "member" else []))

    said = ((door, "", reader.knock(door)) for door in own)
    guessed = (
        (door, f"{name} absent", reader.knock(door, **{name: "absent"}))
        for door in own
        for name in door.blanks
        if not door.rule.startswith(OWN_BASKET)
    )

    assert faults(said, lambda door, told: told.status in OPEN | UNSIGNED.get(door.rule, set())) == []
    assert faults(guessed, lambda _door, told: told.status == 404) == []


def test_what_is_not_published_is_as_absent_as_nothing(matrix):
    visitor = knocker(matrix, "visitor")

    def tried() -> Iterator[tuple[Door, str, Told]]:
        for door in outside(matrix, "public", "link"):
            for name in door.blanks:
                if hidden_example(door, name):
                    absent = visitor.knock(door, **{name: "absent"})
                    hidden = visitor.knock(door, **{name: "hidden"})
                    yield door, f"{name} hidden", Told(404, "", "") if hidden == absent else hidden

    said = list(tried())
    assert len(said) >= 5
    assert faults(said, lambda _door, told: told.status == 404) == []
