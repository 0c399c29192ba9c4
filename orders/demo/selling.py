"""A year at the shop: orders from many countries, parcels, real fees, payouts, goods that come back."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM
from marketplace.catalogue.models import Listing
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.cart.services import add_to_basket, open_basket
from orders.checkout.models import Order
from orders.checkout.services import Buyer, expire_due_orders, place_order
from orders.checkout.terms import record_rate
from orders.demo.places import BUYERS
from orders.demo.world import Coop, World
from orders.fulfilment.services import mark_packed, mark_sent, parcel_of, pay_carrier
from orders.payments.models import MoneyBack
from orders.payments.services import confirm_transfer, record_payment, settle_money_back
from orders.receipts.services import issue_receipt
from orders.refunds.services import refund
from orders.settlement.fees import report_fee
from orders.settlement.models import Payout
from orders.settlement.services import NothingOwed, confirm_payout, make_payout

FIRST_ORDER_DAYS_AGO = 290
RATE_DAYS = 5
PAYOUT_EVERY_DAYS = 40
CHARGE = "USD"
SOURCE = "Bank contoh, kurs tengah"


def plan(world: World, orders: int) -> None:
    """Put the year's orders, payouts and rates on the timeline; the last two orders are not paid."""
    for number in range(orders):
        days_ago = FIRST_ORDER_DAYS_AGO - number * (FIRST_ORDER_DAYS_AGO - 1) // (orders - 1)
        world.on(days_ago, lambda number=number: Purchase(world, number, orders).place())  # type: ignore[misc]
    for days_ago in range(FIRST_ORDER_DAYS_AGO, 3, -PAYOUT_EVERY_DAYS):
        for coop in world.coops:
            world.on(days_ago, lambda coop=coop: pay_out(world, coop))  # type: ignore[misc]
    world.on(0, lambda: keep_rates_fresh(world))
    world.on(0, expire)


def expire() -> None:
    """Orders whose time is over let their pieces go."""
    expire_due_orders()


def keep_rates_fresh(world: World) -> None:
    """The operator types every rate that is older than a few days."""
    today = clock.today()
    for coop in world.coops:
        currency = coop.place.currency
        read_on = world.rates_on.get(currency)
        if currency == CHARGE or (read_on and today - read_on < timedelta(RATE_DAYS)):
            continue
        drift = Decimal(world.random.randint(-100, 100)) / 10_000
        rate = (Decimal(coop.place.usd_rate) * (1 + drift)).quantize(Decimal("0.0001"))
        record_rate(
            world.operator, charge_currency=CHARGE, currency=currency, rate=str(rate), source=SOURCE, observed_on=today
        )
        world.rates_on[currency] = today


class Purchase:
    """One order from basket to parcel, and what comes back of it."""

    def __init__(self, world: World, number: int, of: int) -> None:
        self.world, self.number = world, number
        self.stays_unpaid = number >= of - 2
        self.method = "transfer" if number % 5 in {1, 3} or self.stays_unpaid else "card"

    def place(self) -> None:
        """A buyer fills a basket, now and then from two cooperatives, and orders."""
        keep_rates_fresh(self.world)
        wanted = self._choose()
        if not wanted:
            return
        name, country, address = self.world.random.choice(BUYERS)
        basket, _secret = open_basket()
        for listing, quantity in wanted:
            add_to_basket(basket, listing.id, quantity)
        buyer = Buyer(
            name=name,
            email=f"buyer{self.number}@buyers.example",
            address=address,
            country=country,
            language="id" if country == "ID" else "en",
        )
        order = place_order(SYSTEM, basket, buyer, charge_currency=CHARGE, method=self.method)
        self.order_id, self.country = order.id, country
        if not self.stays_unpaid:
            self.world.in_days(0 if self.method == "card" else 1, self.pay)

    def pay(self) -> None:
        """The money comes: by card at once, or a transfer that the operator confirms."""
        order = self._order()
        total = Money(order.amount_minor, order.charge_currency)
        reference = f"demo-{self.number:04d}"
        if self.method == "card":
            record_payment(order.id, total, method="card", reference=reference)
            self.world.in_days(2, self.report_fee)
        else:
            confirm_transfer(self.world.operator, order.id, total, reference=reference, proof="rekening koran (contoh)")
        issue_receipt(order)  # on its own day; what waits in the outbox meets it later
        self.world.in_days(2, self.pack)
        self.world.in_days(4, self.send)
        if self.number % 9 == 4:
            self.world.in_days(16, self.give_back)

    def report_fee(self) -> None:
        """The provider reports what it really kept."""
        order = self._order()
        fee = Money(order.amount_minor, order.charge_currency).times("0.034") + Money(30, order.charge_currency)
        report_fee(SYSTEM, order.id, fee, source="laporan saldo (contoh)")

    def pack(self) -> None:
        """Each seller packs its parcel."""
        for coop in self._sellers():
            mark_packed(coop.manager, parcel_of(self.order_id, coop.organisation.id))

    def send(self) -> None:
        """Each parcel goes to its carrier, who is paid a little later."""
        for coop in self._sellers():
            mark_sent(coop.manager, parcel_of(self.order_id, coop.organisation.id), carrier="Pos (contoh)")
        self.world.in_days(6, self.pay_carriers)

    def pay_carriers(self) -> None:
        """Carriers cost a little less than the flat price."""
        order = self._order()
        for coop in self._sellers():
            home = self.country == coop.place.country
            price = Money.parse(coop.place.home_parcel if home else coop.place.abroad_parcel, coop.place.currency)
            pay_carrier(coop.manager, coop.organisation, order, price.times("0.95"), proof="resi (contoh)")

    def give_back(self) -> None:
        """One piece, or everything, comes back: sound or spoiled."""
        order = self._order()
        items = [line for line in order.lines if line.kind == "item"]
        whole = self.number % 2 == 0
        pieces = {line.id: line.quantity for line in order.lines} if whole else {items[0].id: 1}
        goods = "scrapped" if self.number % 4 == 1 else "restocked"
        refund(self.world.operator, order.id, pieces, goods=goods, reason="Ukuran tidak cocok")
        waiting = select(MoneyBack).where(MoneyBack.order_id == order.id, MoneyBack.state == "due")
        for owed in db.session.scalars(waiting):
            settle_money_back(self.world.operator, owed.id, proof="bukti transfer (contoh)")

    def _order(self) -> Order:
        return db.session.get_one(Order, self.order_id)

    def _sellers(self) -> list[Coop]:
        sellers = {line.organisation_id for line in self._order().lines}
        return [coop for coop in self.world.coops if coop.organisation.id in sellers]

    def _choose(self) -> list[tuple[Listing, int]]:
        coops = [coop for coop in self.world.coops if coop.listings]
        chosen = self.world.random.sample(coops, min(len(coops), 2 if self.number % 3 == 0 else 1))
        wanted = []
        for coop in chosen:
            left = {listing.id: sum(stock.available for stock in listing.stocks) for listing in coop.listings}
            in_stock = [listing for listing in coop.listings if left[listing.id] > 1]
            if in_stock:
                listing = self.world.random.choice(in_stock)
                wanted.append((listing, min(left[listing.id] - 1, self.world.random.choice((1, 1, 1, 2, 3)))))
        return wanted


def pay_out(world: World, coop: Coop) -> None:
    """The platform pays a cooperative what it is owed; the cooperative confirms a day later."""
    rates = {} if coop.place.currency == CHARGE else {CHARGE: coop.place.usd_rate}
    try:
        payout = make_payout(world.operator, coop.organisation, bank_rates=rates, rail="berkas bank", proof="contoh")
    except NothingOwed:
        return
    world.in_days(1, lambda: _confirm(coop, payout))


def _confirm(coop: Coop, payout: Payout) -> None:
    confirm_payout(coop.manager, payout, how="rekening koran (contoh)")
