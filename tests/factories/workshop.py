"""A cooperative in the middle of its month: yarn bought, cloth woven and waiting, slips in several states, a lot in
the shop; for pages that show all of it. Inside an application context, not committed."""

from dataclasses import dataclass

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Organisation, Role
from marketplace.kernel import clock
from marketplace.kernel.money import Money
from producers.cooperatives.services import enrol_member
from producers.decisions.services import record_decision
from producers.fairprice.services import record_benchmark
from producers.labour.queries import work_of_step
from producers.labour.services import record_own_cost, sign_off_step
from producers.lots.queries import step_that_made
from producers.materials.services import issue_material
from producers.publishing.services import publish_lot
from producers.wages.services import approve_payslip, pay_wage, prepare_payslip
from tests.factories.accounts import join, make_user
from tests.factories.producers import Coop, buy_yarn, make_platform, weave, woven_lot


@dataclass
class Workshop:
    """The ids a test asks for by name."""

    organisation: str
    ani: str
    budi: str
    yarn: str
    cloth: str
    purchase: str
    done_step: str
    open_step: str
    work: str
    slip: str
    payment: str
    prepared: str
    listing: str
    decision: str
    preparer: str
    approver: str


def make_workshop(organisation: Organisation) -> Workshop:
    """A month of work in a cooperative of two."""
    make_platform()
    today = clock.today(organisation.zone)
    figures = {"tax": "0", "overhead_on_labour": "0.20", "premium": "0.05", "reserve": "0", "rate:weaving": "50000"}
    decision = record_decision(SYSTEM, organisation, title="First decisions", figures=figures)
    for kind, minor in (("minimum", 1_000_00), ("living", 400_000_00)):
        record_benchmark(
            SYSTEM, organisation, kind=kind, amount=Money(minor, organisation.currency), hours=8, source="A table",
            reviewed_by="Sri", valid_from=today, valid_until=today.replace(year=today.year + 1),
        )  # fmt: skip
    coop = Coop(
        organisation,
        enrol_member(SYSTEM, organisation, name="Ani", number="A1"),
        enrol_member(SYSTEM, organisation, name="Budi", number="B1"),
        join(make_user("Rina"), organisation, Role.BOOKKEEPER),
        join(make_user("Dewi"), organisation, Role.MANAGER),
    )
    purchase = buy_yarn(coop, "Y-1", quantity=2000)
    issue_material(coop.preparer, purchase.lot, coop.budi, 300)
    waiting = weave(coop, purchase.lot, grams=330, pieces=3, number="K-2", member=coop.budi)
    record_own_cost(coop.preparer, waiting, coop.budi, what="thread", amount=coop.money(2500), is_reimbursed=False)
    cloth = woven_lot(coop, "K-1")
    done = step_that_made(cloth.id)
    assert done is not None
    (work,) = work_of_step(done.id)
    slip = prepare_payslip(coop.preparer, organisation, coop.ani, [work.id], due_on=today)
    approve_payslip(coop.approver, slip)
    payment = pay_wage(coop.preparer, slip, method="cash", proof="signed page")
    other = weave(coop, purchase.lot, grams=110, pieces=1, number="K-3", member=coop.budi)
    sign_off_step(coop.approver, other)
    (further,) = work_of_step(other.id)
    prepared = prepare_payslip(coop.preparer, organisation, coop.budi, [further.id], due_on=today)
    stock = publish_lot(
        coop.approver, organisation, cloth, title="Ikat cloth", category="cloth", price=coop.money(500_000), quantity=2
    )
    return Workshop(
        organisation=organisation.id, ani=coop.ani.id, budi=coop.budi.id, yarn=purchase.lot.id, cloth=cloth.id,
        purchase=purchase.id, done_step=done.id, open_step=waiting.id, work=work.id, slip=slip.id, payment=payment.id,
        prepared=prepared.id, listing=stock.listing_id, decision=decision.id,
        preparer=coop.preparer.user_id or "", approver=coop.approver.user_id or "",
    )  # fmt: skip
