"""A wrong slip is made void by a second person; everything it moved moves back to the unit, or it is refused."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Role
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from marketplace.kernel.scope import everything
from marketplace.ledger.models import Book, Entry
from marketplace.ledger.queries import balance
from producers.deliveries import queries
from producers.deliveries.advances import advances_open, pay_payslip
from producers.deliveries.answers import confirm_money, contest_money
from producers.deliveries.errors import SlipVoided
from producers.deliveries.models import DeliverySlip, SlipVoid, WorkNote
from producers.deliveries.notes import finish_work, start_work
from producers.deliveries.voiding import (
    MaterialGone,
    MoneyCounted,
    ReasonMissing,
    SlipSignedOff,
    SlipWeighed,
    VoidedByMaker,
    void_slip,
)
from producers.labour.queries import work_of_step
from producers.labour.services import discard
from producers.materials.queries import passbook_of_member
from producers.materials.services import return_material
from producers.phone.queries import lines_of, owed_to
from tests.after import wait_until_somebody_waits
from tests.factories.door import make_staff

REASON = "Another member's yarn"


def books(door) -> tuple[int, int, int, int, int]:
    """Cash, advance and contested money, yarn in the store and at Maria's home."""
    book = db.session.get_one(Book, door.organisation.book_id)
    accounts = ("cash", f"wages_advanced:{door.maria.number}", "contested_payments")
    money = [balance(book, account).minor for account in accounts]
    db.session.refresh(door.yarn)
    return (*money, door.yarn.stock, sum(home.held for home in passbook_of_member(door.maria.id)))


def sums(slips) -> int:
    return queries.totals(slips).paid_minor


def pay_of(door) -> int:
    return sum(line.minor for line in lines_of(door.maria))


@pytest.mark.parametrize("word", [None, confirm_money, contest_money])
def test_everything_moves_back_to_the_unit_and_the_number_stays(door, word):
    before = books(door)
    slip = door.deliver()
    if word:
        word(SYSTEM, slip, by=door.maria, how="paper")

    void = void_slip(door.bookkeeper, slip, reason=REASON)

    assert books(door) == before
    assert (slip.void, slip.money_state, slip.unused_minor) == (void, "void", 0)
    assert owed_to(door.maria).minor == pay_of(door) == 0
    assert (sums([slip]), queries.totals([slip]).count) == (0, 1)
    assert queries.of_day_and_unweighed(door.organisation.id, slip.made_on) == ([slip], [])
    assert advances_open(door.maria.id) == []
    assert queries.last_slip(door.maria.id) is None
    assert door.deliver(key="K-2").number == 2
    assert list(run_all()) == []


def test_nothing_more_happens_to_a_void_slip(door):
    slip = door.deliver()
    void_slip(door.bookkeeper, slip, reason=REASON)

    for act in (
        lambda: void_slip(door.bookkeeper, slip, reason=REASON),
        lambda: confirm_money(SYSTEM, slip, by=door.maria, how="paper"),
        lambda: contest_money(SYSTEM, slip, by=door.maria, how="paper"),
        lambda: door.weigh(slip),
    ):
        with pytest.raises(SlipVoided):
            act()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_of_two_who_void_it_at_once_the_second_is_told_that_it_is_void(app, door):
    slip, actor = door.deliver(), door.bookkeeper
    db.session.commit()
    told: list[Exception] = []

    def second() -> None:
        with app.app_context(), everything():
            try:
                void_slip(actor, db.session.get_one(DeliverySlip, slip_id), reason=REASON)
            except Exception as error:
                told.append(error)
            finally:
                db.session.rollback()

    slip_id = slip.id
    void_slip(door.manager, slip, reason=REASON)
    other = threading.Thread(target=second)
    other.start()
    wait_until_somebody_waits()
    db.session.commit()
    other.join(timeout=20)

    assert [type(error) for error in told] == [SlipVoided]
    assert db.session.query(SlipVoid).count() == 1
    assert list(run_all()) == []


def test_who_made_it_voids_it_alone_only_where_nothing_moved(door):
    moved = door.deliver()
    pieces = door.deliver(key="K-2", issued=0, lot_id="", paid_minor=0)

    for actor in (door.collector, SYSTEM):
        with pytest.raises(VoidedByMaker):
            void_slip(actor, moved, reason=REASON)
    with pytest.raises(ReasonMissing):
        void_slip(door.bookkeeper, moved, reason="  ")
    void_slip(door.collector, pieces, reason=REASON)

    assert db.session.query(Entry).filter(Entry.source == pieces.void.id).count() == 0
    assert list(run_all()) == []


def test_weighed_pieces_are_discarded_first_and_her_hours_are_free_again(door):
    note = start_work(SYSTEM, door.maria, "tenun", client_key="N-1")
    finish_work(SYSTEM, note, door.maria, pieces=3, hours=30)
    slip = door.deliver(issued=0, lot_id="")
    door.deliver(key="K-2")
    step = door.weigh_only(slip)
    with pytest.raises(SlipWeighed):
        void_slip(door.manager, slip, reason=REASON)

    discard(door.manager, step)
    void_slip(door.manager, slip, reason=REASON)

    assert db.session.get_one(WorkNote, note.id).slip_id is None
    assert list(run_all()) == []


def test_what_has_gone_further_is_put_right_where_it_is_now(door):
    other = Actor(make_staff(door.organisation, Role.MANAGER, "Rosa").id, door.organisation.id)
    money = door.deliver(key="K-0", issued=0, lot_id="", good=0, rate_key="")
    slip = door.deliver()
    return_material(door.bookkeeper, door.yarn, door.maria, 40)
    with pytest.raises(MaterialGone) as refusal:
        void_slip(other, slip, reason=REASON)
    assert refusal.value.params["left"] == 560
    door.weigh(slip)
    with pytest.raises(SlipSignedOff):
        void_slip(other, slip, reason=REASON)
    payslip = door.payslip([record.id for record in work_of_step(slip.step_id)])
    pay_payslip(door.manager, payslip, method="cash")
    with pytest.raises(MoneyCounted) as counted:
        void_slip(other, money, reason=REASON)
    assert payslip.number in counted.value.sentence
    assert list(run_all()) == []


def test_the_database_holds_the_second_person_and_keeps_the_row(door):
    slip = door.deliver()
    void = void_slip(door.bookkeeper, slip, reason=REASON)

    for statement in (
        "UPDATE delivery_slip_void SET voided_by = made_by",
        "UPDATE delivery_slip_void SET reason = ''",
        "DELETE FROM delivery_slip_void",
        "INSERT INTO delivery_slip_void SELECT 'V', organisation_id, 'S', reason, moved, made_by, made_by, voided_on,"
        " voided_at FROM delivery_slip_void",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement))
    assert void.moved


def test_verify_names_a_void_whose_goods_or_money_did_not_come_back(door):
    slip = door.deliver()
    now = slip.made_at
    db.session.add(
        SlipVoid(
            organisation_id=slip.organisation_id, slip_id=slip.id, reason=REASON, moved=False, made_by=slip.made_by,
            voided_by=slip.made_by, voided_on=now.date(), voided_at=now,
        )
    )  # fmt: skip
    db.session.flush()

    assert [it.detail for it in run_all() if it.table == "delivery_slip_void"] == [
        "material that went out is not what came back",
        "an entry of the slip is not reversed",
        "no second person made it void",
    ]
