"""How each event of the producers' floor is played: one service call, with the event's id as the record's."""

from datetime import timedelta
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.replay.world import Event, Handler, UnknownName, World, day
from producers.cooperatives.models import Certificate
from producers.cooperatives.services import record_certificate, record_opening_cash
from producers.labour.services import record_own_cost, record_work, sign_off_step
from producers.lots.models import Step
from producers.lots.services import bring_in
from producers.lots.steps import InputLine, OutputLine, record_step
from producers.materials.models import Purchase
from producers.materials.queries import supplier_numbered
from producers.materials.services import (
    buy_material,
    issue_material,
    pay_supplier,
    record_stock_loss,
    register_supplier,
    return_material,
)
from producers.publishing.services import publish_lot
from producers.wages.models import Payslip, WagePayment
from producers.wages.queries import payslip_numbered
from producers.wages.services import (
    approve_payslip,
    confirm_payment,
    contest_payment,
    file_proof,
    grant_top_up,
    pay_wage,
    prepare_payslip,
    withdraw_contest,
)

CERTIFICATE_DAYS = 365
PAYEE_DOCUMENT = "the supplier's own receipt"
CATEGORY = "cloth"


def opening_cash(world: World, event: Event) -> None:
    """A book begins with cash."""
    organisation = world.organisation(event["book"])
    amount = Money(event["amount_minor"], organisation.currency)
    record_opening_cash(world.preparer, organisation, amount, id=event["id"])


def purchase(world: World, event: Event) -> None:
    """Material is bought on credit; each claim is backed by a certificate in date."""
    coop = world.organisation(event["coop"])
    supplier = supplier_numbered(coop.id, event["supplier"]) or register_supplier(
        world.preparer, coop, name=event["supplier"], number=event["supplier"]
    )
    buy_material(
        world.preparer,
        coop,
        supplier=supplier,
        name=_name(event),
        number=event["lot"],
        quantity=event["quantity"],
        unit=event["unit"],
        cost=Money(event["cost_minor"], coop.currency),
        purpose=event.get("purpose", "materials"),
        claims={claim: _certificate(world, coop, claim, event["supplier"]) for claim in event.get("claims", [])},
        note=event.get("note", ""),
        due_on=day(event["due"]) if "due" in event else None,
        id=event["id"],
    )


def supplier_paid(world: World, event: Event) -> None:
    """A purchase is paid in full, with or without the supplier's own receipt."""
    bought = db.session.get(Purchase, event["purchase"])
    if bought is None:
        raise UnknownName(name=event["purchase"])
    document = PAYEE_DOCUMENT if event.get("payee_document") else None
    pay_supplier(world.approver, bought, method=event.get("method", "cash"), payee_document=document, id=event["id"])


def issue(world: World, event: Event) -> None:
    """Material goes to a home."""
    lot, member = world.lot(event["lot"]), world.member(event["member"])
    issue_material(world.preparer, lot, member, event["quantity"], id=event["id"])


def bring_back(world: World, event: Event) -> None:
    """Material comes back from a home."""
    lot, member = world.lot(event["lot"]), world.member(event["member"])
    return_material(world.preparer, lot, member, event["quantity"], id=event["id"])


def stock_loss(world: World, event: Event) -> None:
    """Goods are lost outside a step."""
    member = world.member(event["member"]) if event.get("member") else None
    lot = world.lot(event["lot"])
    record_stock_loss(
        world.preparer, lot, event["quantity"], cause=event.get("cause", ""), member=member, id=event["id"]
    )


def step(world: World, event: Event) -> None:
    """A step is recorded with its labour, and signed off at once by the approver."""
    coop = world.organisation(event["coop"])
    inputs = [
        InputLine(
            lot=world.lot(line["lot"], coop),
            quantity=line["quantity"],
            role=line.get("role", "main"),
            mass_g=line.get("mass_g"),
            member=world.member(line["member"]) if line.get("member") else None,
        )
        for line in event["inputs"]
    ]
    outputs = [
        OutputLine(
            line["quantity"],
            line["unit"],
            mass_g=line.get("mass_g"),
            number=line["lot"],
            list_price_minor=line.get("list_price_minor"),
        )
        for line in event["outputs"]
    ]
    recorded = record_step(
        world.preparer,
        coop,
        name=event["name"],
        max_yield=event["max_yield"],
        inputs=inputs,
        outputs=outputs,
        loss_g=event["loss_g"],
        id=event["id"],
    )
    _labour(world, coop, recorded, event)
    sign_off_step(world.approver, recorded)


def payslip(world: World, event: Event) -> None:
    """A slip is prepared by one person and approved by another."""
    member = world.member(event["member"])
    slip = prepare_payslip(
        world.preparer,
        member.organisation,
        member,
        event["items"],
        due_on=day(event["due"]),
        number=event["payslip"],
        id=event["id"],
    )
    approve_payslip(world.approver, slip)


def wage_paid(world: World, event: Event) -> None:
    """A slip is paid, with proof or without."""
    pay_wage(
        world.approver, _slip(world, event), method=event["method"], proof=event.get("proof") or None, id=event["id"]
    )


def wage_proof(world: World, event: Event) -> None:
    """The proof of a slip's last payment is filed after it."""
    payments: list[WagePayment] = _slip(world, event).payments
    if not payments:
        raise UnknownName(name=event["payslip"])
    file_proof(world.approver, payments[-1], event["proof"])


def wage_confirmed(world: World, event: Event) -> None:
    """The payee says that she has the money."""
    confirm_payment(world.approver, _slip(world, event), by=world.member(event["by"]), how=event.get("how", ""))


def wage_contested(world: World, event: Event) -> None:
    """The payee says that it is not so."""
    slip, by = _slip(world, event), world.member(event["by"])
    contest_payment(world.approver, slip, by=by, how=event.get("how", ""), id=event["id"])


def wage_contest_withdrawn(world: World, event: Event) -> None:
    """The payee takes her contest back."""
    slip, by = _slip(world, event), world.member(event["by"])
    withdraw_contest(world.approver, slip, by=by, how=event.get("how", ""), id=event["id"])


def opening_stock(world: World, event: Event) -> None:
    """Goods are brought in with typed-in figures."""
    coop = world.organisation(event["coop"])
    bring_in(
        world.preparer,
        coop,
        name=_name(event),
        number=event["lot"],
        quantity=event["quantity"],
        unit=event["unit"],
        costs=event["cost_minor"],
        claims=sorted(event.get("claims", [])),
        note=event.get("note", ""),
        id=event["id"],
    )


def publish(world: World, event: Event) -> None:
    """A lot is listed, under the title by which it is later sold."""
    lot = world.lot(event["lot"])
    coop = lot.organisation
    publish_lot(
        world.approver,
        coop,
        lot,
        title=event.get("title") or _title(world, event["listing"]),
        category=event.get("category", CATEGORY),
        price=Money(event["price_minor"], coop.currency),
        quantity=event["quantity"],
        id=event["listing"],
    )


def top_up(world: World, event: Event) -> None:
    """A member's pay is lifted to the minimum."""
    member = world.member(event["member"])
    amount = Money(event["amount_minor"], member.organisation.currency)
    grant_top_up(world.approver, member.organisation, member, amount, id=event["id"])


HANDLERS: dict[str, Handler] = {
    "opening_cash": opening_cash,
    "purchase": purchase,
    "supplier_paid": supplier_paid,
    "issue": issue,
    "return": bring_back,
    "stock_loss": stock_loss,
    "step": step,
    "payslip": payslip,
    "wage_paid": wage_paid,
    "wage_proof": wage_proof,
    "wage_confirmed": wage_confirmed,
    "wage_contested": wage_contested,
    "wage_contest_withdrawn": wage_contest_withdrawn,
    "opening_stock": opening_stock,
    "publish": publish,
    "top_up": top_up,
}


def _labour(world: World, coop: Organisation, recorded: Step, event: Event) -> None:
    for line in event.get("labour", []):
        record_work(
            world.preparer,
            recorded,
            world.member(line["member"]),
            kind=line["kind"],
            quantity=line["quantity"],
            per=line.get("per", ""),
            rate=Money(line["rate_minor"], coop.currency),
            hours=line["hours"],
            note=line.get("note", ""),
            id=line["id"],
        )
    for line in event.get("own_costs", []):
        record_own_cost(
            world.preparer,
            recorded,
            world.member(line["member"]),
            what=line["what"],
            amount=Money(line["amount_minor"], coop.currency),
            is_reimbursed=line["reimbursed"],
            id=line["id"],
        )


def _certificate(world: World, coop: Organisation, claim: str, holder: str) -> Certificate:
    today = clock.today(coop.zone)
    return record_certificate(
        world.preparer,
        coop,
        kind=claim,
        holder=holder,
        issuer="replay",
        number=f"{claim}-{holder}",
        valid_from=today,
        valid_until=today + timedelta(days=CERTIFICATE_DAYS),
    )


def _slip(world: World, event: Event) -> Payslip:
    for coop in world.cooperatives.values():
        if slip := payslip_numbered(coop.id, event["payslip"]):
            return slip
    raise UnknownName(name=event["payslip"])


def _name(event: Event) -> str:
    """What the goods are: the first words of the note, or the lot's own number."""
    note: str = event.get("note", "")
    return note.partition(";")[0].partition(":")[0].strip() or event["lot"]


def _title(world: World, listing: str) -> str:
    lines: list[dict[str, Any]] = [line for event in world.events for line in event.get("lines", [])]
    titles = [line["title"] for line in lines if line.get("listing") == listing and line.get("title")]
    return str(titles[0]) if titles else listing
