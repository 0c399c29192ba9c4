"""Steps: what goes in comes out or is lost, cost moves on to the unit, claims survive where all inputs hold them."""

import threading

import pytest

from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from marketplace.kernel.scope import everything
from marketplace.ledger.queries import balance, book_named, entries_of
from producers.labour.services import discard, record_work, sign_off_step
from producers.lots.errors import (
    ForeignLot,
    MassMissing,
    MassNotBalanced,
    NotEnough,
    OnHold,
    PricesForAllOrNone,
    StepNotOpen,
    StepWithoutMain,
    UnlikeMass,
    YieldTooHigh,
    YieldUnreadable,
)
from producers.lots.models import Lot, Step
from producers.lots.queries import costs_of, lot_numbered, makers_of, steps_behind
from producers.lots.services import put_on_hold
from producers.lots.steps import InputLine, OutputLine, record_step
from tests.after import wait_until_somebody_waits
from tests.factories.producers import buy_yarn, make_coop, weave


@pytest.fixture
def coop(app):
    with app.app_context():
        yield make_coop("sikka")


def total(lot: Lot) -> int:
    return sum(row.amount_minor for row in costs_of(lot.id))


def take_step(coop, inputs, outputs, loss_g=0, max_yield="1"):
    return record_step(
        coop.preparer,
        coop.organisation,
        name="sorting",
        max_yield=max_yield,
        inputs=inputs,
        outputs=outputs,
        loss_g=loss_g,
    )


def numbered(coop, number: str) -> Lot:
    return lot_numbered(coop.organisation.id, number)


def test_until_it_is_signed_off_a_step_moves_nothing(coop):
    yarn = buy_yarn(coop, "Y").lot

    step = weave(coop, yarn, grams=550, pieces=5, number="K")

    assert (yarn.stock, numbered(coop, "K").stock, total(yarn)) == (1000, 0, 100_000)
    assert entries_of(step.id) == []


def test_signed_off_it_moves_goods_and_cost_and_owes_the_wage(coop):
    yarn = buy_yarn(coop, "Y").lot

    sign_off_step(coop.approver, weave(coop, yarn, grams=550, pieces=5, number="K"))

    # 550 of 1,000 g take 55,000; five pieces at 50,000 add 250,000.
    assert (yarn.stock, yarn.used, total(yarn)) == (450, 550, 45_000)
    assert (numbered(coop, "K").stock, total(numbered(coop, "K"))) == (5, 305_000)
    assert balance(book_named("sikka"), "wages_payable:A1").minor == -250_000
    assert balance(book_named("sikka"), "inventory:K").minor == 305_000
    assert list(run_all()) == []


def test_a_step_is_closed_once(coop):
    step = weave(coop, buy_yarn(coop, "Y").lot, grams=550, pieces=5, number="K")
    sign_off_step(coop.approver, step)

    with pytest.raises(StepNotOpen):
        sign_off_step(coop.approver, step)
    with pytest.raises(StepNotOpen):
        record_work(coop.preparer, step, coop.ani, kind="hour", quantity="1", hours="1", rate=coop.money(1))
    with pytest.raises(StepNotOpen):
        discard(coop.approver, step)


def test_a_discarded_step_leaves_everything_as_it_was(coop):
    yarn = buy_yarn(coop, "Y").lot
    step = weave(coop, yarn, grams=550, pieces=5, number="K")

    discard(coop.approver, step)

    assert (yarn.stock, numbered(coop, "K").stock, step.state) == (1000, 0, "discarded")
    with pytest.raises(StepNotOpen):
        sign_off_step(coop.approver, step)


def test_goods_gone_in_the_meantime_are_refused_at_sign_off(coop):
    yarn = buy_yarn(coop, "Y").lot
    first, second = (weave(coop, yarn, grams=550, pieces=5, number=number) for number in ("K1", "K2"))
    sign_off_step(coop.approver, first)

    with pytest.raises(NotEnough) as refusal:
        sign_off_step(coop.approver, second)

    assert refusal.value.params == {"number": "Y", "left": 450, "asked": 550}


def test_outputs_of_one_product_share_cost_by_quantity_the_last_takes_the_rest(coop):
    yarn = buy_yarn(coop, "Y", quantity=3, cost_minor=100).lot
    outputs = [OutputLine(1, "GRM", number=number) for number in ("A", "B", "C")]

    sign_off_step(coop.approver, take_step(coop, [InputLine(yarn, 3)], outputs))

    # 100 ÷ 3 = 33; what remains, 67 ÷ 2 = 33.5, rounds away from zero to 34; the last takes 33.
    assert [total(numbered(coop, number)) for number in "ABC"] == [33, 34, 33]


def test_joint_products_share_cost_by_the_price_list(coop):
    bean = buy_yarn(coop, "Y", quantity=100, cost_minor=9_000).lot
    outputs = [
        OutputLine(60, "GRM", number="A", list_price_minor=200),
        OutputLine(30, "GRM", number="B", list_price_minor=100),
    ]

    sign_off_step(coop.approver, take_step(coop, [InputLine(bean, 100)], outputs, loss_g=10))

    # 60 × 200 = 12,000 and 30 × 100 = 3,000: four fifths and one fifth.
    assert [total(numbered(coop, number)) for number in "AB"] == [7_200, 1_800]


def test_claims_are_what_all_main_inputs_hold(coop):
    organic = buy_yarn(coop, "O", claims=["organic", "fair_trade"]).lot
    plain = buy_yarn(coop, "P", claims=["fair_trade"]).lot
    dye = buy_yarn(coop, "D").lot
    inputs = [InputLine(organic, 100), InputLine(plain, 100), InputLine(dye, 10, role="auxiliary")]

    sign_off_step(coop.approver, take_step(coop, inputs, [OutputLine(200, "GRM", number="M")]))
    sign_off_step(
        coop.approver,
        take_step(
            coop,
            [InputLine(organic, 100), InputLine(dye, 10, role="auxiliary")],
            [OutputLine(100, "GRM", number="Q")],
        ),
    )

    assert numbered(coop, "M").claims == ["fair_trade"]
    assert numbered(coop, "Q").claims == ["fair_trade", "organic"]


def test_an_auxiliary_input_brings_cost_not_mass(coop):
    yarn, dye = buy_yarn(coop, "Y").lot, buy_yarn(coop, "D", quantity=100, cost_minor=5_000).lot
    inputs = [InputLine(yarn, 100), InputLine(dye, 10, role="auxiliary")]

    step = sign_off_step(coop.approver, take_step(coop, inputs, [OutputLine(100, "GRM", number="M")]))

    assert (step.main_in_g, step.out_g, total(numbered(coop, "M"))) == (100, 100, 10_500)


def test_makers_are_found_through_every_step(coop):
    yarn = buy_yarn(coop, "Y").lot
    sign_off_step(coop.approver, weave(coop, yarn, grams=550, pieces=5, number="K"))
    pieces = numbered(coop, "K")
    finishing = take_step(
        coop, [InputLine(pieces, 5, mass_g=500)], [OutputLine(5, "H87", mass_g=490, number="F")], loss_g=10
    )
    record_work(coop.preparer, finishing, coop.budi, kind="hour", quantity="2", hours="2", rate=coop.money(10_000))
    sign_off_step(coop.approver, finishing)

    assert makers_of(numbered(coop, "F").id) == {coop.ani.id, coop.budi.id}
    assert [step.name for step in steps_behind(numbered(coop, "F").id)] == ["weaving", "sorting"]


def test_the_same_client_key_is_the_same_step(coop):
    yarn = buy_yarn(coop, "Y").lot

    def send():
        return record_step(
            coop.preparer,
            coop.organisation,
            name="sorting",
            max_yield="1",
            inputs=[InputLine(yarn, 10)],
            outputs=[OutputLine(10, "GRM")],
            loss_g=0,
            client_key="phone-1",
        )

    assert send().id == send().id


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"loss_g": 1}, MassNotBalanced),
        ({"loss_g": -1}, MassNotBalanced),
        ({"max_yield": "0.99"}, YieldTooHigh),
        ({"max_yield": "much"}, YieldUnreadable),
        ({"max_yield": "0"}, YieldUnreadable),
        ({"max_yield": "1/0"}, YieldUnreadable),
        ({"outputs": []}, StepWithoutMain),
        ({"outputs": [OutputLine(100, "GRM", mass_g=99)]}, UnlikeMass),
        ({"outputs": [OutputLine(1, "H87")]}, MassMissing),
        ({"outputs": [OutputLine(50, "GRM", list_price_minor=2), OutputLine(50, "GRM")]}, PricesForAllOrNone),
        ({"outputs": [OutputLine(50, "GRM"), OutputLine(1, "H87", mass_g=50)]}, PricesForAllOrNone),
    ],
)
def test_what_cannot_be_is_refused(coop, arguments, error):
    yarn = buy_yarn(coop, "Y").lot
    given = {"outputs": [OutputLine(100, "GRM")], **arguments}

    with pytest.raises(error):
        take_step(coop, [InputLine(yarn, 100)], **given)


def test_a_lot_on_hold_and_a_strangers_lot_are_refused(coop):
    yarn = put_on_hold(coop.approver, buy_yarn(coop, "Y").lot)
    strangers = buy_yarn(make_coop("ende"), "Z").lot

    with pytest.raises(OnHold):
        take_step(coop, [InputLine(yarn, 100)], [OutputLine(100, "GRM")])
    with pytest.raises(ForeignLot):
        take_step(coop, [InputLine(strangers, 100)], [OutputLine(100, "GRM")])


def test_the_database_itself_refuses_goods_from_nothing(coop):
    yarn = buy_yarn(coop, "Y").lot
    yarn.stock += 1

    with pytest.raises(Exception, match="ck_lot_balanced"):
        db.session.flush()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_of_two_who_use_the_same_yarn_at_once_the_second_is_told_what_is_left(app, coop):
    yarn = buy_yarn(coop, "Y").lot
    all_of_it = yarn.stock
    first, second = (take_step(coop, [InputLine(yarn, all_of_it)], [OutputLine(all_of_it, "GRM")]) for _turn in "ab")
    db.session.commit()
    step_id, lot_id, actor, told = second.id, yarn.id, coop.approver, []

    def meanwhile() -> None:
        with app.app_context(), everything():
            try:
                sign_off_step(actor, db.session.get_one(Step, step_id))
            except Exception as error:
                told.append(type(error))
            finally:
                db.session.rollback()

    sign_off_step(actor, first)
    other = threading.Thread(target=meanwhile)
    other.start()
    wait_until_somebody_waits()
    db.session.commit()
    other.join(timeout=20)

    assert told == [NotEnough]
    assert db.session.get_one(Lot, lot_id).stock == 0
    assert list(run_all()) == []
