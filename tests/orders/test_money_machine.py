"""Orders, payments, fee reports, payouts, refunds and the passing of time in any order: money and pieces are neither
made nor lost, and no piece is promised to two."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from marketplace.accounts.actor import SYSTEM
from marketplace.catalogue.listings import withdraw_stock
from marketplace.catalogue.models import Stock
from marketplace.catalogue.stock import SoldOut
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.invariants import run_all
from marketplace.kernel.money import Money
from orders.checkout.models import Order
from orders.checkout.services import cancel_order, expire_due_orders, expire_order
from orders.checkout.states import PaidAlready
from orders.checkout.terms import record_rate
from orders.payments.services import record_payment
from orders.receipts.services import issue_receipt
from orders.refunds.services import TooManyPieces, refund
from orders.settlement.fees import report_fee
from orders.settlement.services import NothingOwed, make_payout
from producers.lots.services import bring_in
from tests import conftest, databases
from tests.orders.books import assert_sound, minor
from tests.orders.shop import SALE_DAY, SCARVES, add_stock, open_shop

ANY = st.integers(0, 9)
BANK_RATES = {"silk": "34.98", "batik": "16300"}


class Machine(RuleBasedStateMachine):
    """Every example has a database of its own, on the engine of the subclass."""

    engine = ""

    def __init__(self) -> None:
        super().__init__()
        from marketplace.app import create_app

        self.folder = TemporaryDirectory()
        self.database = databases.fresh(self.engine)
        self.app = create_app(conftest.settings(self.database.url, Path(self.folder.name)))
        self.contexts = [self.app.app_context(), clock.at(SALE_DAY)]
        for context in self.contexts:
            context.__enter__()
        self.shop = open_shop()
        more = bring_in(SYSTEM, self.shop.silk, name="scarves", quantity=5, unit="H87", number="SC-2", costs=SCARVES)
        add_stock(self.shop.scarf, more, 4)
        db.session.refresh(self.shop.scarf)
        self.shop.lots["SC-2"] = more
        self.orders: list[Order] = []

    def teardown(self) -> None:
        db.session.remove()
        db.engine.dispose()
        for context in reversed(self.contexts):
            context.__exit__(None, None, None)
        self.database.drop()
        self.folder.cleanup()

    def some(self, pick: int) -> Order:
        return self.orders[pick % len(self.orders)]

    def stocks(self) -> list[Stock]:
        return [*self.shop.scarf.stocks, *self.shop.runner.stocks]

    @rule(scarves=st.integers(0, 8), runners=st.integers(0, 4), card=st.booleans())
    def place(self, scarves: int, runners: int, card: bool) -> None:
        pieces = {name: n for name, n in (("scarf", scarves), ("runner", runners)) if n}
        goods = {"scarf": self.shop.scarf, "runner": self.shop.runner}
        left = {name: sum(stock.available for stock in listing.stocks) for name, listing in goods.items()}
        if not pieces:
            return
        try:
            self.orders.append(self.shop.order(pieces, method="card" if card else "transfer"))
        except SoldOut:
            assert any(n > left[name] for name, n in pieces.items())

    @precondition(lambda self: self.orders)
    @rule(pick=ANY, attempt=st.integers(1, 2))
    def pay(self, pick: int, attempt: int) -> None:
        order = self.some(pick)
        amount = Money(order.amount_minor, order.charge_currency)
        record_payment(order.id, amount, method=order.method, reference=f"{order.id}/{attempt}")

    @precondition(lambda self: self.orders)
    @rule(pick=ANY, cancel=st.booleans())
    def end(self, pick: int, cancel: bool) -> None:
        order = self.some(pick)
        try:
            ended = cancel_order(order.id) if cancel else expire_order(order.id)
            assert ended.state != "placed"
        except PaidAlready:
            assert order.state == "paid"

    @rule(minutes=st.sampled_from([20, 31, 60 * 24 * 2, 60 * 24 * 3 + 1]))
    def let_time_pass(self, minutes: int) -> None:
        """Whoever's time is over lets go of her pieces, and nobody else."""
        for order in self.orders:
            if order.state == "paid":
                issue_receipt(order)  # `work` has done so by then, or `verify` says that it has not
        clock.advance(timedelta(minutes=minutes))
        due = {order.id for order in self.orders if order.state == "placed" and order.hold_ends_at <= clock.now()}
        assert set(expire_due_orders()) == due
        for currency, rate in (("THB", "35.1250"), ("IDR", "16285.50")):
            known = {"charge_currency": "USD", "currency": currency, "rate": rate, "source": "a test"}
            record_rate(SYSTEM, observed_on=clock.today(), **known)

    @rule(pick=ANY)
    def take_off_sale(self, pick: int) -> None:
        """What is free leaves the shop; what is held or sold stays where it is."""
        stocks = self.stocks()
        stock = stocks[pick % len(stocks)]
        before, free = (stock.reserved, stock.sold), stock.available
        assert withdraw_stock(SYSTEM, stock.id) == free
        assert (stock.reserved, stock.sold, stock.available) == (*before, 0)

    @precondition(lambda self: any(order.state == "paid" for order in self.orders))
    @rule(pick=ANY, fee=st.integers(0, 3000))
    def report(self, pick: int, fee: int) -> None:
        paid = [order for order in self.orders if order.state == "paid"]
        report_fee(SYSTEM, paid[pick % len(paid)].id, Money(fee, "USD"), source="a report")

    @precondition(lambda self: any(order.state == "paid" for order in self.orders))
    @rule(pick=ANY, place=ANY, quantity=st.integers(1, 4), restocked=st.booleans())
    def give_back(self, pick: int, place: int, quantity: int, restocked: bool) -> None:
        paid = [order for order in self.orders if order.state == "paid"]
        order = paid[pick % len(paid)]
        line = order.lines[place % len(order.lines)]
        left = line.remaining_quantity
        try:
            refund(
                SYSTEM,
                order.id,
                {line.id: quantity},
                goods="restocked" if restocked else "scrapped",
                seller_at_fault=True,
            )
        except TooManyPieces:
            assert quantity > left

    @rule(silk=st.booleans())
    def pay_out(self, silk: bool) -> None:
        seller = self.shop.silk if silk else self.shop.batik
        try:
            make_payout(SYSTEM, seller, bank_rates={"USD": BANK_RATES[seller.slug]}, rail="bank file")
        except NothingOwed:
            assert minor(seller.slug, "receivable:platform") <= 0

    @invariant()
    def the_books_are_sound(self) -> None:
        assert_sound()
        assert list(run_all()) == []

    @invariant()
    def nobody_s_wage_moves(self) -> None:
        assert [minor(book, "wages_payable:M1") for book in ("silk", "batik")] == [0, 0]

    @invariant()
    def pieces_are_where_they_were_counted(self) -> None:
        lots = {lot.id: lot for lot in self.shop.lots.values()}
        for stock in self.stocks():
            lot = lots[stock.lot_id]
            held = sum(
                line.quantity
                for order in self.orders
                if order.state == "placed"
                for line in order.lines
                if line.stock_id == stock.id
            )
            in_shop = stock.available + held + stock.withdrawn
            assert stock.available >= 0
            assert (stock.reserved, stock.sold) == (held, lot.sold)
            assert lot.stock == in_shop + (lot.quantity_in - stock.listed)
            assert lot.quantity_in + lot.returned - lot.lost - lot.sold == lot.stock

    @invariant()
    def nobody_is_promised_what_another_holds(self) -> None:
        for stock in self.stocks():
            promised = sum(
                line.quantity
                for order in self.orders
                if order.state in ("placed", "paid")
                for line in order.lines
                if line.stock_id == stock.id
            )
            assert promised <= stock.listed + stock.returned


def machine(engine: str) -> type[RuleBasedStateMachine]:
    """The machine on one engine."""
    return type(f"On{engine.title()}", (Machine,), {"engine": engine})


@pytest.mark.parametrize("engine", databases.ENGINES)
def test_money_and_pieces_are_neither_made_nor_lost(engine: str) -> None:
    few = settings(
        max_examples=10 if engine == "sqlite" else 3,
        stateful_step_count=16,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(machine(engine), settings=few)
