"""The only writer of purchases, supplier payments and the passbook of homes."""

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import money
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import credit, debit, post
from producers.cooperatives.models import Certificate, Member
from producers.cooperatives.numbers import free_number
from producers.fairprice.pricing import CostRow
from producers.lots import keeping
from producers.lots.errors import ForeignLot
from producers.lots.keeping import Cause
from producers.lots.models import Lot, Movement
from producers.lots.services import inventory_of, open_lot
from producers.materials.models import Purchase, PurchaseClaim, Supplier, SupplierPayment
from producers.materials.queries import supplier_numbered


class SupplierNumberTaken(Conflict):
    """Two suppliers of one cooperative cannot share a number."""

    code = "supplier_number_taken"
    message = _l("Number %(number)s already belongs to a supplier. Choose another one.")


class CertificateOutOfDate(Invalid):
    """A claim is backed by a certificate of its kind, in date on the day."""

    code = "certificate_out_of_date"
    message = _l("No certificate in date backs the claim %(claim)s. File the new certificate, or leave the claim out.")


class CostNegative(Invalid):
    """A purchase costs nothing or more."""

    code = "purchase_cost_negative"
    message = _l("The cost must be zero or more. Enter what the supplier asks.")


class PaidInFull(Conflict):
    """Nothing is owed on the purchase, or less than is to be paid."""

    code = "purchase_paid_in_full"
    message = _l("Only %(left)s is still owed for this purchase. Enter that or less.")


def register_supplier(
    actor: Actor, organisation: Organisation, *, name: str, number: str | None = None, district: str | None = None
) -> Supplier:
    """A new supplier; without a number it gets the next free one. Refuses a number that is taken."""
    if number is None:
        number = free_number(organisation.id, "S", lambda it: supplier_numbered(organisation.id, it) is not None)
    elif supplier_numbered(organisation.id, number):
        raise SupplierNumberTaken(number=number)
    supplier = Supplier(organisation_id=organisation.id, number=number, name=name, district=district)
    db.session.add(supplier)
    db.session.flush()
    return supplier


def buy_material(
    actor: Actor,
    organisation: Organisation,
    *,
    supplier: Supplier,
    name: str,
    quantity: int,
    unit: str,
    cost: Money,
    claims: Mapping[str, Certificate] | None = None,
    number: str | None = None,
    purpose: str = "materials",
    origin: str = "",
    note: str = "",
    bought_on: date | None = None,
    due_on: date | None = None,
    document_sha256: str | None = None,
    client_key: str | None = None,
    id: str | None = None,
) -> Purchase:
    """Buy material as a new lot, owed to the supplier. `claims` names the certificate behind each claim.

    Refuses a claim whose certificate is of another kind or out of date on the day, and a cost below zero.
    """
    known = client_key and db.session.scalar(
        select(Purchase).where(Purchase.organisation_id == organisation.id, Purchase.client_key == client_key)
    )
    if known:
        return known
    _refuse_purchase(organisation, supplier, cost)
    on = bought_on or clock.today(organisation.zone)
    _refuse_claims(organisation, claims or {}, on)
    lot = open_lot(organisation, name=name, unit=unit, number=number, made_on=on, claims=list(claims or {}))
    purchase = Purchase(
        id=id or ids.new_id(),
        organisation_id=organisation.id,
        supplier_id=supplier.id,
        lot_id=lot.id,
        purpose=purpose,
        quantity=quantity,
        cost_minor=cost.minor,
        origin=origin,
        note=note,
        bought_on=on,
        due_on=due_on,
        document_sha256=document_sha256,
        client_key=client_key,
        claims=[PurchaseClaim(claim=claim, certificate_id=paper.id) for claim, paper in (claims or {}).items()],
    )
    rows = [CostRow(purpose, purchase.id, cost.minor)] if cost else []
    keeping.receive(lot, quantity, rows, Cause(purchase.id, on))
    db.session.add(purchase)
    db.session.flush()
    sides = [debit(inventory_of(lot), cost), credit(f"payable:{supplier.number}", cost)]
    post(_book(organisation), purchase.id, sides, on=on)
    return purchase


def pay_supplier(
    actor: Actor,
    purchase: Purchase,
    *,
    method: str,
    amount: Money | None = None,
    payee_document: str | None = None,
    paid_on: date | None = None,
    id: str | None = None,
) -> SupplierPayment:
    """Pay what is owed for a purchase, or a part of it; refuses more than is owed."""
    db.session.refresh(purchase, with_for_update={"of": Purchase})
    owed = purchase.cost_minor - sum(payment.amount_minor for payment in purchase.payments)
    amount = amount or Money(owed, purchase.organisation.currency)
    if amount.minor <= 0 or amount.minor > owed:
        raise PaidInFull(left=money(owed, amount.currency))
    on = paid_on or clock.today(purchase.organisation.zone)
    payment = SupplierPayment(
        id=id or ids.new_id(),
        organisation_id=purchase.organisation_id,
        purchase_id=purchase.id,
        amount_minor=amount.minor,
        method=method,
        paid_on=on,
        payee_document=payee_document,
    )
    db.session.add(payment)
    purchase.payments.append(payment)
    db.session.flush()
    sides = [debit(f"payable:{purchase.supplier.number}", amount), credit("cash", amount)]
    post(_book(purchase.organisation), payment.id, sides, on=on)
    return payment


def file_payee_document(actor: Actor, payment: SupplierPayment, document: str) -> SupplierPayment:
    """File the supplier's own receipt for a payment made before: from then on the purchase reads paid (rule 11)."""
    payment.payee_document = document
    db.session.flush()
    return payment


def issue_material(
    actor: Actor, lot: Lot, member: Member, quantity: int, *, id: str | None = None, client_key: str | None = None
) -> Movement:
    """Give material out to a member's home; the cost stays with the lot. Refuses more than lies free in the store."""
    return _between_home_and_store(lot, member, quantity, id, client_key, out=True)


def return_material(
    actor: Actor, lot: Lot, member: Member, quantity: int, *, id: str | None = None, client_key: str | None = None
) -> Movement:
    """Take material back from a member's home; refuses more than the home holds."""
    return _between_home_and_store(lot, member, quantity, id, client_key, out=False)


def record_stock_loss(
    actor: Actor,
    lot: Lot,
    quantity: int,
    *,
    cause: str,
    member: Member | None = None,
    photo_sha256: str | None = None,
    id: str | None = None,
) -> Money:
    """Write off goods lost outside a step: the cooperative's expense, never a member's (rule 5). Gives what they cost.

    Refuses more than lies in the store or at the member's home.
    """
    lot = keeping.lock([lot.id])[lot.id]
    _refuse_foreign(lot, member)
    on = clock.today(lot.organisation.zone)
    fact = id or ids.new_id()
    rows = keeping.draw(lot, quantity, "lost", Cause(fact, on, cause, photo_sha256), member)
    cost = Money(sum(row.amount_minor for row in rows), lot.organisation.currency)
    sides = [debit("expense:abnormal_loss", cost), credit(inventory_of(lot), cost)]
    post(_book(lot.organisation), fact, sides, on=on)
    return cost


def _refuse_purchase(organisation: Organisation, supplier: Supplier, cost: Money) -> None:
    if supplier.organisation_id != organisation.id:
        raise NotFound
    if cost.minor < 0:
        raise CostNegative


def _refuse_claims(organisation: Organisation, claims: Mapping[str, Certificate], on: date) -> None:
    for claim, certificate in claims.items():
        in_date = certificate.valid_from <= on <= certificate.valid_until
        if certificate.kind != claim or certificate.organisation_id != organisation.id or not in_date:
            raise CertificateOutOfDate(claim=claim)


def _between_home_and_store(
    lot: Lot, member: Member, quantity: int, id: str | None, client_key: str | None, *, out: bool
) -> Movement:
    known = keeping.earlier(lot.organisation_id, client_key)
    if known:
        return known
    lot = keeping.lock([lot.id])[lot.id]
    _refuse_foreign(lot, member)
    cause = Cause(id or ids.new_id(), clock.today(lot.organisation.zone), client_key=client_key)
    move = keeping.carry_home if out else keeping.bring_back
    return move(lot, quantity, cause, member)


def _refuse_foreign(lot: Lot, member: Member | None) -> None:
    if member is not None and member.organisation_id != lot.organisation_id:
        raise ForeignLot(number=lot.number)


def _book(organisation: Organisation) -> Book:
    return db.session.get_one(Book, organisation.book_id)
