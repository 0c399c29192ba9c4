"""One more of everything in a cooperative, so that every list grows: what a page asks may not grow with it."""

from datetime import timedelta
from itertools import count

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.devices import make_pairing_link, pair_device
from marketplace.accounts.invitations import invite
from marketplace.accounts.models import Role
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.payments.services import confirm_transfer
from orders.receipts.services import issue_receipt
from orders.refunds.services import refund
from orders.settlement.services import make_payout
from producers.cooperatives.models import Member
from producers.cooperatives.services import enrol_member, record_certificate
from producers.decisions.services import record_decision
from producers.deliveries.notes import start_work
from producers.fairprice.services import record_benchmark
from producers.labour.queries import work_of_step
from producers.labour.services import sign_off_step
from producers.materials.services import issue_material
from producers.publishing.services import publish_lot
from producers.wages.services import approve_payslip, pay_wage, prepare_payslip
from tests.factories.accounts import join, make_organisation, make_user
from tests.factories.producers import Coop, buy_yarn, weave
from tests.matrix.world import DAY, Premises

PIECES = 4
GRAMS = 110


class Growing:
    """A cooperative that does one more of everything at each turn; inside an application context, not committed."""

    def __init__(self, premises: Premises) -> None:
        self.premises = premises
        door, shop = premises.door, premises.shop
        ani, budi = (db.session.get_one(Member, member_id) for member_id in (shop.ani, shop.budi))
        self.coop = Coop(door.organisation, ani, budi, door.bookkeeper, door.manager)
        self.turns = count(1)

    def another(self) -> None:
        """One more of each kind that some page lists."""
        number = next(self.turns)
        self._people(number)
        self._papers(number)
        self._work(number)
        self._sales(number)

    def _people(self, number: int) -> None:
        organisation, manager = self.coop.organisation, self.premises.door.manager
        user = make_user(f"Person {number}")
        join(user, organisation, Role.MEMBER)
        enrol_member(SYSTEM, organisation, name=f"Person {number}", user_id=user.id)
        invite(manager, organisation, role=Role.BOARD, name=f"Guest {number}")
        pair_device(make_pairing_link(manager, organisation), f"Phone {number}")
        make_organisation(f"waiting-{number}", approved=False)

    def _papers(self, number: int) -> None:
        organisation = self.coop.organisation
        record_decision(SYSTEM, organisation, title=f"Decision {number}", figures={f"rate:work {number}": "50000"})
        record_certificate(
            SYSTEM, organisation, kind="organic", holder="H", issuer="I", number=f"C-{number}", valid_from=DAY,
            valid_until=DAY + timedelta(days=90),
        )  # fmt: skip
        record_benchmark(
            SYSTEM, organisation, kind="living", amount=self.coop.money(400_000_00 + number), hours=8, source="A table",
            reviewed_by="Sri", valid_from=DAY, valid_until=DAY + timedelta(days=90),
        )  # fmt: skip
        door = self.premises.door
        door.deliver(key=f"G-{number}", issued=10, good=1, paid_minor=100_00)
        start_work(door.collector, door.maria, "tenun", client_key=f"G-{number}")

    def _work(self, number: int) -> None:
        """Yarn is bought, given out and woven twice: one step waits, one is signed off, paid and put on sale."""
        coop = self.coop
        yarn = buy_yarn(coop, f"G-Y{number}", quantity=1000).lot
        issue_material(coop.preparer, yarn, coop.ani, 10)
        weave(coop, yarn, grams=GRAMS, pieces=1, number=f"G-W{number}", member=coop.budi)
        done = weave(coop, yarn, grams=GRAMS * PIECES, pieces=PIECES, number=f"G-K{number}")
        sign_off_step(coop.approver, done)
        (work,) = work_of_step(done.id)
        slip = prepare_payslip(coop.preparer, coop.organisation, coop.ani, [work.id], due_on=DAY)
        approve_payslip(coop.approver, slip)
        pay_wage(coop.preparer, slip, method="cash", proof="a signed page")
        (output,) = done.outputs
        stock = publish_lot(
            coop.approver, coop.organisation, output.lot, title=f"Cloth {number}", category="cloth",
            price=coop.money(500_000), quantity=PIECES,
        )  # fmt: skip
        self.listing_id = stock.listing_id

    def _sales(self, number: int) -> None:
        """One order stays paid, one comes back whole, one is awaited; what is owed is paid out."""
        premises = self.premises
        kept, back, _awaited = (premises.order(self.listing_id) for _order in range(3))
        for order in (kept, back):
            total = Money(order.amount_minor, order.charge_currency)
            confirm_transfer(premises.operator, order.id, total, reference=f"G-{order.number}", proof="a statement")
        issue_receipt(kept)
        refund(premises.operator, back.id, {line.id: line.quantity for line in back.lines}, goods="restocked")
        make_payout(premises.operator, self.coop.organisation, bank_rates={"USD": "16300"}, rail="bank file", proof="b")
