"""A slip says what changed hands, posts its money once, and has a number for life."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.ledger.models import Book
from marketplace.ledger.queries import balance
from producers.deliveries.checks import check
from producers.deliveries.errors import MaterialNotChosen, RateNotDecided, SlipEmpty, WorkNotChosen
from producers.deliveries.services import draft_slip, record_slip
from producers.lots.errors import NotEnough
from producers.materials.queries import passbook_of_member
from tests.factories.door import RATE, make_door


def cash_and_advance(door):
    book = db.session.get_one(Book, door.organisation.book_id)
    return balance(book, "cash").minor, balance(book, f"wages_advanced:{door.maria.number}").minor


def test_a_slip_moves_yarn_and_money_and_names_the_wage(door):
    before, _none = cash_and_advance(door)

    slip = door.deliver()

    assert (slip.name, slip.wage_minor, slip.made_by) == ("NS-000001", 3 * RATE, door.collector.user_id)
    assert cash_and_advance(door) == (before - 10_000_000, 10_000_000)
    assert [(home.issued, home.held) for home in passbook_of_member(door.maria.id)] == [(600, 600)]
    assert slip.rate_decision_id is not None
    assert slip.money_state == "unconfirmed"
    assert list(check()) == []


def test_the_same_tap_twice_is_one_slip(door):
    first = door.deliver(key="tap")

    second = door.deliver(key="tap", good=9)

    assert second.id == first.id
    assert passbook_of_member(door.maria.id)[0].issued == 600
    assert cash_and_advance(door)[1] == 10_000_000


def test_numbers_have_no_gap_also_after_a_refusal(door):
    door.deliver(key="a")
    with pytest.raises(NotEnough):
        door.deliver(key="b", issued=99_999)
    slip = door.deliver(key="c", member=door.yuliana)

    assert slip.number == 2
    assert list(check()) == []


def test_each_cooperative_counts_its_own(door):
    door.deliver()

    assert make_door("other").deliver().number == 1


@pytest.mark.parametrize(
    ("entered", "refusal"),
    [
        ({"lot_id": "", "issued": 0, "good": 0, "paid_minor": 0}, SlipEmpty),
        ({"lot_id": ""}, MaterialNotChosen),
        ({"rate_key": ""}, WorkNotChosen),
        ({"rate_key": "batik"}, RateNotDecided),
        ({"issued": 6_001}, NotEnough),
    ],
)
def test_what_cannot_be_is_refused(door, entered, refusal):
    with pytest.raises(refusal):
        door.deliver(**entered)

    assert cash_and_advance(door)[1] == 0


def test_a_draft_shows_the_sums_and_writes_nothing(door):
    draft = draft_slip(door.organisation, door.maria.id, {"rate_key": "tenun", "good": 4, "to_repair": 1})

    assert (draft.wage.minor, draft.rate_key, draft.to_repair) == (4 * RATE, "tenun", 1)
    assert [*db.session.new, *db.session.dirty] == []


def test_a_foreign_member_and_lot_are_not_there(door):
    other = make_door("other")

    with pytest.raises(NotFound):
        door.deliver(member=other.maria)
    with pytest.raises(NotFound):
        door.deliver(lot_id=other.yarn.id)


def test_a_slip_is_made_by_a_person(door):
    with pytest.raises(NotAllowed):
        record_slip(SYSTEM, door.organisation, door.maria.id, {"paid_minor": 1}, client_key="k")


@pytest.mark.parametrize("column", ["good", "rate_minor", "paid_minor", "issued_quantity", "number", "to_repair"])
def test_the_database_refuses_to_change_a_slip(door, column):
    door.deliver()
    db.session.commit()

    with pytest.raises(DatabaseError, match=r"append-only|check|CHECK"):
        db.session.execute(text(f"UPDATE delivery_slip SET {column} = {column} + 1"))
    db.session.rollback()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("UPDATE delivery_slip SET paid_minor = paid_minor + 1", "money is not"),
        ("UPDATE delivery_slip SET issued_quantity = issued_quantity + 1", "material is not"),
        ("UPDATE delivery_slip SET number = 7", "numbered from 7"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_verify_names_an_edit_by_hand(door, edit, said):
    door.deliver()
    db.session.commit()
    db.session.execute(text("DROP TRIGGER delivery_slip_no_update"))

    db.session.execute(text(edit))

    assert any(said in broken.detail for broken in check())
