"""Payslips from preparation to the payee's word, with what each act posts."""

import pytest

from marketplace.accounts.actor import SYSTEM
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.invariants import run_all
from marketplace.ledger.queries import balance, book_named
from producers.labour.services import record_own_cost, record_work, sign_off_step
from producers.wages.models import Payslip
from producers.wages.queries import slips_of_records, unslipped_own_costs, unslipped_work
from producers.wages.services import (
    MethodUnknown,
    NotPayable,
    NotThePayee,
    PaidOnAnotherSlip,
    PayslipEmpty,
    SamePerson,
    TopUpNotExact,
    approve_payslip,
    confirm_payment,
    contest_payment,
    file_proof,
    grant_top_up,
    pay_wage,
    prepare_payslip,
    withdraw_contest,
)
from producers.wages.states import ContestedNow, NotApproved, NothingOwed, NotPaidYet
from tests.factories.producers import buy_yarn, make_coop, weave


@pytest.fixture
def coop(app):
    with app.app_context():
        yield make_coop("sikka")


@pytest.fixture
def work(coop):
    """Five pieces at 50,000 and thread for 3,000, repaid: signed off."""
    step = weave(coop, buy_yarn(coop, "Y").lot, grams=550, pieces=5, number="K")
    record_own_cost(coop.preparer, step, coop.ani, what="thread", amount=coop.money(3_000), is_reimbursed=True)
    record_own_cost(coop.preparer, step, coop.ani, what="lamp oil", amount=coop.money(900), is_reimbursed=False)
    sign_off_step(coop.approver, step)
    records = [*unslipped_work(coop.organisation.id), *unslipped_own_costs(coop.organisation.id)]
    return [record.id for record in records]


@pytest.fixture
def slip(coop, work) -> Payslip:
    """Prepared and approved, nothing paid."""
    today = clock.today(coop.organisation.zone)
    slip = prepare_payslip(coop.preparer, coop.organisation, coop.ani, work, due_on=today)
    return approve_payslip(coop.approver, slip)


def owed(coop) -> int:
    return -balance(book_named("sikka"), "wages_payable:A1").minor


def contested() -> int:
    return balance(book_named("sikka"), "contested_payments").minor


def test_a_slip_holds_wages_and_repaid_costs_apart(slip):
    assert (slip.wages_minor, slip.own_costs_minor, slip.net_minor) == (250_000, 3_000, 253_000)
    assert slip.number == "PS-1"


def test_who_prepares_does_not_approve(coop, work):
    today = clock.today()
    slip = prepare_payslip(coop.preparer, coop.organisation, coop.ani, work, due_on=today)

    with pytest.raises(SamePerson):
        approve_payslip(coop.preparer, slip)
    with pytest.raises(NotApproved):
        pay_wage(coop.approver, slip, method="cash", proof="sheet")
    with pytest.raises(NotAllowed):
        prepare_payslip(SYSTEM, coop.organisation, coop.ani, work, due_on=today)


def test_what_cannot_stand_on_a_slip(coop, slip, work):
    today = clock.today()

    def prepare(member, records):
        return prepare_payslip(coop.preparer, coop.organisation, member, records, due_on=today)

    with pytest.raises(PaidOnAnotherSlip):
        prepare(coop.ani, work)
    with pytest.raises(NotPayable):
        prepare(coop.budi, work)
    with pytest.raises(NotPayable):
        prepare(coop.ani, ["nothing"])
    with pytest.raises(PayslipEmpty):
        prepare(coop.ani, [])


def test_own_costs_that_are_not_repaid_are_never_on_a_slip(coop, work):
    assert len(work) == 2


def test_open_work_is_not_payable(coop):
    step = weave(coop, buy_yarn(coop, "Y").lot, grams=550, pieces=5, number="K")
    record = record_work(coop.preparer, step, coop.ani, kind="hour", quantity="1", hours="1", rate=coop.money(5))

    with pytest.raises(NotPayable):
        prepare_payslip(coop.preparer, coop.organisation, coop.ani, [record.id], due_on=clock.today())


def test_paid_with_proof_and_confirmed(coop, slip, work):
    assert owed(coop) == 253_000

    pay_wage(coop.approver, slip, method="cash", proof="photo of the sheet")
    assert (slip.state, owed(coop)) == ("unconfirmed", 0)
    confirm_payment(coop.approver, slip, by=coop.ani, how="phone PIN")

    assert slip.state == "paid"
    assert slips_of_records(work) == dict.fromkeys(work, slip)
    assert list(run_all()) == []


def test_a_slip_is_paid_once(coop, slip):
    pay_wage(coop.approver, slip, method="cash", proof="sheet")

    with pytest.raises(NothingOwed):
        pay_wage(coop.approver, slip, method="bank", proof="file")
    with pytest.raises(MethodUnknown):
        pay_wage(coop.approver, slip, method="shells", proof="sheet")
    assert owed(coop) == 0


def test_proof_may_come_later(coop, slip):
    payment = pay_wage(coop.approver, slip, method="cash")
    confirm_payment(coop.approver, slip, by=coop.ani, how="phone PIN")
    assert slip.state == "unproven_confirmed"

    file_proof(coop.approver, payment, "sheet")

    assert slip.state == "paid"


def test_only_the_payee_speaks_and_only_after_a_payment(coop, slip):
    with pytest.raises(NotPaidYet):
        confirm_payment(coop.approver, slip, by=coop.ani, how="phone PIN")

    pay_wage(coop.approver, slip, method="cash", proof="sheet")

    with pytest.raises(NotThePayee):
        confirm_payment(coop.approver, slip, by=coop.budi, how="phone PIN")
    with pytest.raises(NotThePayee):
        contest_payment(coop.approver, slip, by=coop.budi, how="phone PIN")


def test_a_contest_reopens_the_whole_debt_and_a_second_payment_ends_it(coop, slip):
    pay_wage(coop.approver, slip, method="cash", proof="sheet")

    contest_payment(coop.approver, slip, by=coop.ani, how="personal link")
    assert (slip.state, owed(coop), contested()) == ("contested_unconfirmed", 253_000, 253_000)
    with pytest.raises(ContestedNow):
        contest_payment(coop.approver, slip, by=coop.ani, how="personal link")
    pay_wage(coop.approver, slip, method="bank", proof="file")

    assert (slip.state, owed(coop), contested()) == ("unconfirmed", 0, 253_000)
    assert balance(book_named("sikka"), "cash").minor == -506_000
    assert list(run_all()) == []


def test_a_withdrawal_reverses_the_contest(coop, slip):
    pay_wage(coop.approver, slip, method="cash", proof="sheet")
    confirm_payment(coop.approver, slip, by=coop.ani, how="phone PIN")
    for _turn in range(2):
        contest_payment(coop.approver, slip, by=coop.ani, how="personal link")
        withdraw_contest(coop.approver, slip, by=coop.ani, how="phone PIN")

    assert (slip.state, owed(coop), contested()) == ("paid", 0, 0)
    assert list(run_all()) == []


def test_a_contest_of_an_unpaid_slip_posts_nothing(coop, slip):
    contest_payment(coop.approver, slip, by=coop.ani, how="voice")

    assert (slip.state, owed(coop), contested()) == ("disputed", 253_000, 0)


def test_a_hand_edited_state_is_found(coop, slip):
    db.session.flush()
    slip.state = "paid"
    db.session.flush()

    assert [broken.row for broken in run_all()] == [slip.id]


def test_a_top_up_is_exactly_what_is_missing(coop, slip):
    from producers.fairprice.services import record_benchmark

    today = clock.today(coop.organisation.zone)
    record_benchmark(
        SYSTEM,
        coop.organisation,
        kind="minimum",
        amount=coop.money(320_000),
        hours=8,
        source="decree",
        reviewed_by="board",
        valid_from=today,
        valid_until=today,
    )

    # 8 hours × 40,000 = 320,000; 250,000 of wages less 900 of lamp oil were earned.
    with pytest.raises(TopUpNotExact):
        grant_top_up(coop.approver, coop.organisation, coop.ani, coop.money(70_000))
    top_up = grant_top_up(coop.approver, coop.organisation, coop.ani, coop.money(70_900))
    with pytest.raises(TopUpNotExact):
        grant_top_up(coop.approver, coop.organisation, coop.ani, coop.money(70_900))

    second = prepare_payslip(coop.preparer, coop.organisation, coop.ani, [top_up.id], due_on=today)
    assert (second.top_ups_minor, second.wages_minor, second.net_minor) == (70_900, 0, 70_900)
    assert owed(coop) == 253_000 + 70_900
    assert balance(book_named("sikka"), "expense:late_costs").minor == 70_900
