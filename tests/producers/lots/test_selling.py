"""What several lines of one order take out of lots, at once."""

from collections.abc import Iterator

import pytest
from flask import Flask

from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from producers.labour.services import record_work, sign_off_step
from producers.lots.models import Lot
from producers.lots.queries import costs_of
from producers.lots.selling import sell
from producers.lots.steps import InputLine, OutputLine, record_step
from tests.factories.producers import buy_yarn, make_coop


@pytest.fixture(autouse=True)
def here(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_two_lots_that_carry_the_same_cost_each_give_their_part() -> None:
    coop = make_coop("shares")
    yarn = buy_yarn(coop, "Y1", quantity=1_000, cost_minor=9_000).lot
    step = record_step(
        coop.preparer,
        coop.organisation,
        name="dyeing",
        max_yield="1",
        inputs=[InputLine(yarn, 1_000)],
        outputs=[OutputLine(600, "GRM"), OutputLine(400, "GRM")],
        loss_g=0,
    )
    record_work(coop.preparer, step, coop.ani, kind="hour", quantity="1", hours="1", rate=coop.money(5_000))
    sign_off_step(coop.approver, step)
    first, second = db.session.query(Lot).filter(Lot.id != yarn.id).order_by(Lot.id)
    before = {lot.id: sum(row.amount_minor for row in costs_of(lot.id)) for lot in (first, second)}
    db.session.commit()

    sold = sell([("O-1", first.id, 300), ("O-2", second.id, 100)])
    db.session.commit()

    for line, lot in (("O-1", first), ("O-2", second)):
        taken = sum(row.amount_minor for row in sold[line].costs)
        assert taken > 0
        assert sum(row.amount_minor for row in costs_of(lot.id)) == before[lot.id] - taken
    assert list(run_all()) == []
