"""A year at the looms: material bought and given out, prepared, made into pieces, paid for and put on sale."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from marketplace.config import HOURLY_PAY_PEOPLE_MIN
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money, round_half_away
from orders.demo.places import Goods
from orders.demo.world import DAYS, Coop, World
from producers.cooperatives.models import Member
from producers.deliveries.services import rates_today, record_slip
from producers.deliveries.weighing import weigh_slip
from producers.fairprice.sheet import cost_sheet
from producers.labour.models import OwnCost, WorkRecord
from producers.labour.services import record_own_cost, record_work, sign_off_step
from producers.lots.models import Lot, Step
from producers.lots.steps import InputLine, OutputLine, record_step
from producers.materials.models import Purchase
from producers.materials.services import buy_material, issue_material, pay_supplier, return_material
from producers.publishing.hourly import publish_hourly
from producers.publishing.services import publish_lot
from producers.wages.hourly import wage_check
from producers.wages.models import Payslip
from producers.wages.queries import top_ups_of
from producers.wages.services import (
    approve_payslip,
    confirm_payment,
    contest_payment,
    grant_top_up,
    pay_wage,
    prepare_payslip,
    withdraw_contest,
)

CYCLES = 5
CYCLE_DAYS = 62
PIECES = (4, 9)
TOGETHER_CYCLE = 1
"""In this cycle the members of a cooperative that is large enough make one lot together."""
PIECES_TOGETHER_EACH = 2
PUBLISHED_AFTER_DAYS = 10
PROOF = "foto lembar tanda terima (contoh)"


def plan(world: World, coop: Coop, position: int) -> None:
    """Put a cooperative's cycles on the timeline: each prepares one lot of material for two makers."""
    for cycle in range(CYCLES):
        start = DAYS - 18 - cycle * CYCLE_DAYS - position * 5
        world.on(start, lambda cycle=cycle: Cycle(world, coop, cycle).buy())  # type: ignore[misc]


class Cycle:
    """From one purchase to two listings."""

    def __init__(self, world: World, coop: Coop, number: int) -> None:
        self.world, self.coop, self.number = world, coop, number
        self.craft = coop.place.craft
        makers = coop.members[:]
        world.random.shuffle(makers)
        self.preparer, self.makers = makers[0], (makers[1], makers[2])
        self.pieces = [world.random.randint(*PIECES) for _maker in self.makers]
        self.is_together = number == TOGETHER_CYCLE and len(coop.members) >= HOURLY_PAY_PEOPLE_MIN
        if self.is_together:
            self.pieces[0] = PIECES_TOGETHER_EACH * len(coop.members)
        self.records: dict[str, list[WorkRecord | OwnCost]] = {}

    def buy(self) -> None:
        """Material comes in on credit, with its certificate in some cycles, and is paid for or not."""
        needed_g = sum(self.pieces) * self.craft.piece_g
        quantity = needed_g * 5 // 4 // 100 * 100 + 500
        price = Money.parse(self.craft.price_per_kg, self.coop.place.currency).times(Decimal(quantity) / 1000)
        certified = self.number % 2 == 0 and self.coop.certificate.valid_until > clock.today()
        bought = buy_material(
            self.coop.bookkeeper,
            self.coop.organisation,
            supplier=self.coop.supplier,
            name=self.craft.material,
            quantity=quantity,
            unit="GRM",
            cost=price,
            purpose=self.craft.purpose,
            origin=self.coop.place.origin,
            claims={"organic": self.coop.certificate} if certified else {},
            due_on=clock.today() + timedelta(days=30),
        )
        self.raw = db.session.get_one(Lot, bought.lot_id)
        if self.number < CYCLES - 1:
            self.world.in_days(9, lambda: _pay(self.coop, bought))
        self.world.in_days(1, self.hand_out)

    def hand_out(self) -> None:
        """The material goes to the home where it is prepared."""
        self.given_g = self.raw.stock * 19 // 20
        issue_material(self.coop.bookkeeper, self.raw, self.preparer, self.given_g)
        self.world.in_days(4, self.prepare)

    def prepare(self) -> None:
        """One member prepares the material at home and brings back what is left over."""
        used, left = self.given_g - 60, 60
        out = used * 24 // 25
        step = self._record(
            self.craft.prepare,
            InputLine(self.raw, used, mass_g=used, member=self.preparer),
            OutputLine(out, "GRM", mass_g=out, name=f"{self.craft.material} siap pakai"),
            "0.98",
        )
        hundreds = str(Decimal(out) / 100)
        hours = str(Decimal(out) / 250)
        rate_key = self.craft.prepare.lower()
        self._work(step, self.preparer, quantity=hundreds, per="100 g", hours=hours, rate_key=rate_key)
        sign_off_step(self.coop.manager, step)
        return_material(self.coop.bookkeeper, self.raw, self.preparer, left)
        self.ready = step.outputs[0].lot
        self.world.in_days(2, self.hand_to_makers)

    def hand_to_makers(self) -> None:
        """Each maker gets what her pieces take, and a little more."""
        for maker, pieces in zip(self.makers, self.pieces, strict=True):
            issue_material(self.coop.bookkeeper, self.ready, maker, self._taken_g(pieces) + 20)
        for turn in range(len(self.makers)):
            self.world.in_days(9 + 3 * turn, lambda turn=turn: self.make(turn))  # type: ignore[misc]

    def make(self, turn: int) -> None:
        """A maker finishes her pieces at home; a few lots get an own cost that is paid back, or is not."""
        maker, pieces, craft = self.makers[turn], self.pieces[turn], self.craft
        taken = self._taken_g(pieces)
        out_g = pieces * craft.piece_g
        goods = self.coop.place.goods[(self.number + turn) % len(self.coop.place.goods)]
        step = self._record(
            craft.make,
            InputLine(self.ready, taken, mass_g=taken, member=maker),
            OutputLine(pieces, "H87", mass_g=out_g, name=goods.title),
            f"1/{craft.piece_g}",
        )
        hands = self.coop.members if self.is_together and turn == 0 else [maker]
        for hand in hands:
            own = pieces // len(hands)
            hours = str(Decimal(craft.piece_hours) * own)
            self._work(step, hand, quantity=str(own), per="helai", hours=hours, rate_key=craft.make.lower())
        amount = Money.parse(craft.own_cost, self.coop.place.currency)
        repaid = self.world.random.random() < 0.8
        cost = record_own_cost(
            self.coop.bookkeeper, step, maker, what=craft.own_cost_for, amount=amount, is_reimbursed=repaid
        )
        if repaid:
            self.records[maker.id].append(cost)
        sign_off_step(self.coop.manager, step)
        finished = step.outputs[0].lot
        if len(hands) > 1:
            publish_hourly(self.coop.manager, self.coop.organisation)
        # Most makers have their pay by then, so the shop shows it paid.
        self.world.in_days(PUBLISHED_AFTER_DAYS, lambda: publish(self.coop, finished, goods))
        if turn == len(self.makers) - 1:
            self.world.in_days(2, self.pay)

    def pay(self) -> None:
        """A slip for everybody who worked; the payee's word comes a few days later, or does not."""
        if self.number == CYCLES - 1:
            self.world.on(2, self.deliver)
        people = {member.id: member for member in self.coop.members}
        for member_id, records in self.records.items():
            slip = prepare_payslip(
                self.coop.bookkeeper,
                self.coop.organisation,
                people[member_id],
                [record.id for record in records],
                due_on=clock.today() + timedelta(days=10),
            )
            approve_payslip(self.coop.manager, slip)
            self._settle(slip, people[member_id])
            if self.number == 2:
                _lift(self.coop, people[member_id])

    def deliver(self) -> None:
        """Two days ago at the doors, as far as the material reached: one piece in, half its wage paid at once.

        The first is weighed and waits for sign-off, the others wait for the scales.
        """
        coop, craft, rate_key = self.coop, self.craft, self.craft.make.lower()
        half_minor = int(Fraction(rates_today(coop.organisation)[rate_key].value)) // 2
        slips = []
        for maker in self.makers:
            entered = {"lot_id": self.ready.id, "issued": self._taken_g(1), "rate_key": rate_key, "good": 1}
            if self.ready.stock >= self._taken_g(1):
                entered |= {"paid_minor": half_minor}
                slips.append(
                    record_slip(coop.bookkeeper, coop.organisation, maker.id, entered, client_key=f"demo-{maker.id}")
                )
        for slip in slips[:1]:
            scales = {"lot_id": self.ready.id, "used_g": self._taken_g(1), "good": 1, "mass_g": craft.piece_g}
            weigh_slip(coop.bookkeeper, slip, scales | {"least_g": craft.piece_g, "hours": craft.piece_hours})

    def _settle(self, slip: Payslip, member: Member) -> None:
        chance = self.world.random.random()
        if self.number == CYCLES - 1 and chance < 0.35:
            return
        method = "cash" if chance < 0.6 else "bank"
        self.world.in_days(2, lambda: _pay_slip(self.coop, slip, method))
        if chance < 0.7:
            self.world.in_days(4, lambda: _confirm(self.coop, slip, member))
        elif chance < 0.82:
            self.world.in_days(5, lambda: _contest(self.coop, slip, member))
            if chance < 0.77:
                self.world.in_days(14, lambda: _withdraw(self.coop, slip, member))

    def _record(self, name: str, taken: InputLine, made: OutputLine, max_yield: str) -> Step:
        lost = (taken.mass_g or 0) - (made.mass_g or 0)
        return record_step(
            self.coop.bookkeeper,
            self.coop.organisation,
            name=name,
            craft=name,
            max_yield=max_yield,
            inputs=[taken],
            outputs=[made],
            loss_g=lost,
        )

    def _work(self, step: Step, member: Member, *, quantity: str, per: str, hours: str, rate_key: str) -> None:
        record = record_work(
            self.coop.bookkeeper,
            step,
            member,
            kind="piece",
            quantity=quantity,
            per=per,
            hours=hours,
            rate_key=rate_key,
        )
        self.records.setdefault(member.id, []).append(record)

    def _taken_g(self, pieces: int) -> int:
        return round_half_away(Decimal(pieces * self.craft.piece_g) * Decimal("1.06"))


def publish(coop: Coop, lot: Lot, goods: Goods) -> None:
    """Put a finished lot on sale a fifth above its floor, with its drawn picture."""
    picture = next(coop.pictures)
    place = coop.place
    floor = cost_sheet(lot, clock.today(place.zone)).floor
    price = _nice(floor.times("1.2"), Money.parse(place.round_to, place.currency))
    stock = publish_lot(
        coop.manager,
        coop.organisation,
        lot,
        title=f"{goods.title}, {picture.colour}" if place.category != "coffee" else goods.title,
        category=place.category,
        price=price,
        quantity=lot.stock,
        description=goods.description,
        photos=[picture.file] if picture.file else [],
    )
    coop.listings.append(stock.listing)


def _nice(price: Money, step: Money) -> Money:
    """The price rounded up to a step that people there use."""
    return Money(-(-price.minor // step.minor) * step.minor, price.currency)


def _lift(coop: Coop, member: Member) -> None:
    """Owe a member what lifts her to the minimum wage, where anything is missing."""
    missing = wage_check(member).top_up_minor - sum(each.amount_minor for each in top_ups_of(member.id))
    if missing > 0:
        grant_top_up(coop.manager, coop.organisation, member, Money(missing, coop.place.currency))


def _pay(coop: Coop, bought: Purchase) -> None:
    pay_supplier(coop.manager, bought, method="bank", payee_document="kuitansi pemasok (contoh)")


def _pay_slip(coop: Coop, slip: Payslip, method: str) -> None:
    pay_wage(coop.manager, slip, method=method, proof=PROOF)


def _confirm(coop: Coop, slip: Payslip, member: Member) -> None:
    confirm_payment(coop.bookkeeper, slip, by=member, how="PIN")


def _contest(coop: Coop, slip: Payslip, member: Member) -> None:
    contest_payment(coop.bookkeeper, slip, by=member, how="tautan pribadi")


def _withdraw(coop: Coop, slip: Payslip, member: Member) -> None:
    withdraw_contest(coop.bookkeeper, slip, by=member, how="tautan pribadi")
