"""Money paid at the door is an advance: the next payslip counts it, once."""

import pytest

from marketplace.kernel.db import db
from marketplace.ledger.models import Book
from marketplace.ledger.queries import balance
from producers.deliveries.advances import advances_open, pay_payslip, to_hand_over
from producers.deliveries.answers import confirm_money, contest_money, withdraw_contest
from producers.deliveries.checks import check
from producers.deliveries.errors import (
    AnsweredAlready,
    ContestStands,
    CountedAlready,
    NoContest,
    NoMoneyOnSlip,
    NotHerSlip,
)
from producers.labour.queries import work_of_step
from producers.phone.queries import lines_of, owed_to
from producers.wages.states import NothingOwed
from tests.factories.door import RATE

ADVANCE = 10_000_000
WAGE = 3 * RATE


def account(door, code):
    book = db.session.get_one(Book, door.organisation.book_id)
    return balance(book, code).minor


def delivered_payslip(door, **entered):
    slip = door.deliver(**entered)
    door.weigh(slip)
    (work,) = work_of_step(slip.step_id)
    return slip, door.payslip([work.id])


def test_the_wage_is_owed_from_sign_off_less_the_advance(door):
    slip = door.deliver()
    before = owed_to(door.maria).minor

    door.weigh(slip)

    assert (before, owed_to(door.maria).minor) == (-ADVANCE, WAGE - ADVANCE)
    assert sum(line.minor for line in lines_of(door.maria)) == WAGE - ADVANCE


def test_a_payslip_counts_the_advance_and_hands_over_the_rest(door):
    slip, payslip = delivered_payslip(door)
    cash = account(door, "cash")
    assert to_hand_over(payslip).minor == WAGE - ADVANCE

    payment = pay_payslip(door.manager, payslip, method="cash", proof="receipt")

    assert payment.amount_minor == WAGE
    assert account(door, "cash") == cash - (WAGE - ADVANCE)
    assert (
        account(door, f"wages_payable:{door.maria.number}") == account(door, f"wages_advanced:{door.maria.number}") == 0
    )
    assert (payslip.state, slip.unused_minor, advances_open(door.maria.id)) == ("unconfirmed", 0, [])
    assert sum(line.minor for line in lines_of(door.maria)) == owed_to(door.maria).minor == 0
    assert list(check()) == []


def test_an_advance_above_the_net_waits_for_the_next_payslip(door):
    slip, payslip = delivered_payslip(door, paid_minor=WAGE + 5)

    pay_payslip(door.manager, payslip, method="cash", proof="receipt")

    assert slip.unused_minor == 5
    assert owed_to(door.maria).minor == -5
    assert list(check()) == []


def test_a_payslip_paid_twice_is_refused_and_uses_nothing(door):
    slip, payslip = delivered_payslip(door, paid_minor=WAGE + 5)
    pay_payslip(door.manager, payslip, method="cash", proof="receipt")

    with pytest.raises(NothingOwed):
        pay_payslip(door.manager, payslip, method="cash", proof="receipt")

    assert slip.unused_minor == 5


def test_contested_money_counts_for_nothing_until_withdrawn(door):
    slip, payslip = delivered_payslip(door)

    contest_money(door.collector, slip, by=door.maria, how="phone_pin")

    assert (owed_to(door.maria).minor, to_hand_over(payslip).minor) == (WAGE, WAGE)
    assert account(door, "contested_payments") == ADVANCE
    assert sum(line.minor for line in lines_of(door.maria)) == WAGE
    withdraw_contest(door.collector, slip, by=door.maria, how="phone_pin")
    assert (owed_to(door.maria).minor, account(door, "contested_payments")) == (WAGE - ADVANCE, 0)
    assert slip.money_state == "unconfirmed"
    assert list(check()) == []


def test_who_else_may_not_speak_for_her(door):
    slip = door.deliver()

    with pytest.raises(NotHerSlip):
        confirm_money(door.collector, slip, by=door.yuliana, how="phone_pin")


def test_her_word_is_given_once(door):
    slip = door.deliver()
    confirm_money(door.collector, slip, by=door.maria, how="phone_pin")

    with pytest.raises(AnsweredAlready):
        confirm_money(door.collector, slip, by=door.maria, how="phone_pin")
    with pytest.raises(NoContest):
        withdraw_contest(door.collector, slip, by=door.maria, how="phone_pin")
    contest_money(door.collector, slip, by=door.maria, how="phone_pin")
    with pytest.raises(ContestStands):
        confirm_money(door.collector, slip, by=door.maria, how="phone_pin")
    with pytest.raises(ContestStands):
        contest_money(door.collector, slip, by=door.maria, how="phone_pin")


def test_counted_money_is_contested_on_its_payslip(door):
    slip, payslip = delivered_payslip(door)
    pay_payslip(door.manager, payslip, method="cash", proof="receipt")

    with pytest.raises(CountedAlready):
        contest_money(door.collector, slip, by=door.maria, how="phone_pin")


def test_a_slip_without_money_has_nothing_to_confirm(door):
    slip = door.deliver(paid_minor=0)

    with pytest.raises(NoMoneyOnSlip):
        confirm_money(door.collector, slip, by=door.maria, how="phone_pin")
