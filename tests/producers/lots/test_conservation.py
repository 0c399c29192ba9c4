"""Whatever a cooperative does with its lots, nothing is lost, nothing is made, nothing goes below zero."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from marketplace.app import create_app
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from marketplace.ledger.queries import balances, book_named
from producers.labour.services import record_work, sign_off_step
from producers.lots import selling
from producers.lots.models import HomeHolding, Lot
from producers.lots.queries import costs_of
from producers.lots.services import return_from_sale
from producers.lots.steps import InputLine, OutputLine, record_step
from producers.materials.services import issue_material, record_stock_loss, return_material
from tests import databases
from tests.conftest import CHECKOUT
from tests.conftest import settings as app_settings
from tests.factories.producers import buy_yarn, make_coop

shares = st.integers(1, 100)
amounts = st.integers(0, 100_000)


class Barn(RuleBasedStateMachine):
    """One cooperative; quantities are drawn as a share of what is there, so that most acts are possible."""

    engine = ""

    @initialize()
    def open(self) -> None:
        self.database = databases.fresh(self.engine)
        self.app = create_app(app_settings(self.database.url, CHECKOUT / "var"))
        self.context = self.app.app_context()
        self.context.push()
        self.coop = make_coop("barn")
        self.bought = self.paid_work = self.number = 0
        self.sold: list[tuple[Lot, int, list]] = []
        self.with_buyers = self.written_off = 0

    def teardown(self) -> None:
        if hasattr(self, "context"):
            db.session.rollback()
            db.session.remove()
            db.engine.dispose()
            self.context.pop()
            self.database.drop()

    @property
    def lots(self) -> list[Lot]:
        return [lot for lot in db.session.query(Lot).order_by(Lot.id) if lot.stock]

    @property
    def homes(self) -> list[HomeHolding]:
        return [home for home in db.session.query(HomeHolding).order_by(HomeHolding.lot_id) if home.held]

    def pick(self, things: list, place: int):
        return things[place % len(things)]

    @rule(quantity=st.integers(1, 5_000), cost=amounts, organic=st.booleans())
    def buy(self, quantity, cost, organic) -> None:
        self.number += 1
        claims = ["organic"] if organic else []
        buy_yarn(self.coop, f"Y{self.number}", quantity=quantity, cost_minor=cost, claims=claims)
        self.bought += cost

    @precondition(lambda self: self.lots)
    @rule(place=st.integers(0, 9), share=shares)
    def issue(self, place, share) -> None:
        lot = self.pick(self.lots, place)
        issue_material(self.coop.preparer, lot, self.coop.ani, max(1, lot.stock * share // 100))

    @precondition(lambda self: self.homes)
    @rule(place=st.integers(0, 9), share=shares)
    def bring_back(self, place, share) -> None:
        home = self.pick(self.homes, place)
        return_material(self.coop.preparer, home.lot, self.coop.ani, max(1, home.held * share // 100))

    @precondition(lambda self: self.homes)
    @rule(place=st.integers(0, 9), share=shares)
    def lose_at_home(self, place, share) -> None:
        home = self.pick(self.homes, place)
        lost = record_stock_loss(
            self.coop.preparer, home.lot, max(1, home.held * share // 100), cause="moths", member=self.coop.ani
        )
        self.written_off += lost.minor

    @precondition(lambda self: self.lots)
    @rule(first=st.integers(0, 9), second=st.integers(0, 9), share=shares, loss=st.integers(0, 30), wage=amounts)
    def work(self, first, second, share, loss, wage) -> None:
        """Two lots (or one twice) merged and split in two, with some loss and some work."""
        inputs = [self.pick(self.lots, first)]
        if self.pick(self.lots, second) is not inputs[0]:
            inputs.append(self.pick(self.lots, second))
        lines = [InputLine(lot, max(1, lot.stock * share // 100)) for lot in inputs]
        total = sum(line.quantity for line in lines)
        loss_g = min(total - 1, total * loss // 100)
        larger = (total - loss_g + 1) // 2
        parts = [part for part in (larger, total - loss_g - larger) if part]
        step = record_step(
            self.coop.preparer,
            self.coop.organisation,
            name="mixing",
            max_yield="1",
            inputs=lines,
            outputs=[OutputLine(part, "GRM") for part in parts],
            loss_g=loss_g,
        )
        record_work(
            self.coop.preparer,
            step,
            self.coop.ani,
            kind="hour",
            quantity="1",
            hours="1",
            rate=self.coop.money(wage),
        )
        sign_off_step(self.coop.approver, step)
        self.paid_work += wage

    @precondition(lambda self: self.lots)
    @rule(place=st.integers(0, 9), share=shares)
    def sell(self, place, share) -> None:
        lot = self.pick(self.lots, place)
        quantity = max(1, lot.stock * share // 100)
        line = f"O{len(self.sold)}"
        costs = selling.sell([(line, lot.id, quantity)])[line].costs
        self.sold.append((lot, quantity, costs))
        self.with_buyers += sum(row.amount_minor for row in costs)

    @precondition(lambda self: self.sold)
    @rule(restocked=st.booleans())
    def send_back(self, restocked) -> None:
        lot, quantity, costs = self.sold.pop()
        return_from_sale(lot.id, quantity, costs, restocked=restocked, source="refund")
        if restocked:
            self.with_buyers -= sum(row.amount_minor for row in costs)

    @invariant()
    def counters_and_costs_are_what_moved(self) -> None:
        if hasattr(self, "context"):
            assert list(run_all()) == []

    @invariant()
    def every_unit_of_cost_has_a_place(self) -> None:
        if not hasattr(self, "context"):
            return
        in_lots = sum(row.amount_minor for lot in db.session.query(Lot) for row in costs_of(lot.id))
        assert in_lots + self.written_off + self.with_buyers == self.bought + self.paid_work

    @invariant()
    def an_empty_lot_costs_nothing(self) -> None:
        if hasattr(self, "context"):
            assert all(not costs_of(lot.id) for lot in db.session.query(Lot) if not lot.remaining)

    @invariant()
    def the_books_hold_what_lots_hold_and_what_buyers_have(self) -> None:
        """Sales are posted by the floor above; here what buyers have still stands in the inventory."""
        if not hasattr(self, "context"):
            return
        inventory = sum(amount.minor for code, amount in balances(book_named("barn")) if code.startswith("inventory:"))
        in_lots = sum(row.amount_minor for lot in db.session.query(Lot) for row in costs_of(lot.id))
        assert inventory == in_lots + self.with_buyers


@pytest.mark.parametrize("engine", databases.ENGINES)
def test_nothing_is_lost_and_nothing_is_made(engine: str) -> None:
    few = settings(max_examples=15 if engine == "sqlite" else 3, stateful_step_count=20, deadline=None)

    run_state_machine_as_test(type(f"On{engine.title()}", (Barn,), {"engine": engine}), settings=few)
