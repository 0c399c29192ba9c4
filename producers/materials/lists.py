"""What the console lists of material: stock, purchases, debts to suppliers, and the book of a home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, noload

from marketplace.config import CHOICES_MAX
from marketplace.kernel.db import db
from marketplace.kernel.paging import Page, paged, paged_by_name
from marketplace.kernel.personal import by_name
from producers.cooperatives.models import Certificate, Member
from producers.lots.models import HomeHolding, Lot, Movement
from producers.materials.models import Purchase, Supplier, SupplierPayment

PAID = func.coalesce(
    select(func.sum(SupplierPayment.amount_minor))
    .where(SupplierPayment.purchase_id == Purchase.id)
    .correlate(Purchase)
    .scalar_subquery(),
    0,
)


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase and how much of it is paid."""

    purchase: Purchase
    paid_minor: int

    @property
    def owed_minor(self) -> int:
        """What the supplier still gets."""
        return self.purchase.cost_minor - self.paid_minor


@dataclass(frozen=True, slots=True)
class BookLine:
    """One movement in a home's book, and how much the home held after it."""

    movement: Movement
    change: int
    held: int


@dataclass(frozen=True, slots=True)
class Out:
    """A lot of which some is at homes."""

    lot: Lot
    homes: int
    issued: int


def stock(organisation_id: str, number: int, *, everything: bool = False) -> Page[Lot]:
    """A page of lots bought as material with something left, or of all ever bought, the newest first."""
    query = (
        select(Lot)
        .join(Purchase, Purchase.lot_id == Lot.id)
        .where(Purchase.organisation_id == organisation_id)
        .options(noload(Lot.organisation))
    )
    if not everything:
        query = query.where(Lot.stock + Lot.held > 0)
    return paged(query.order_by(Lot.id.desc()), number)


def bought(organisation_id: str, number: int) -> Page[Bought]:
    """A page of purchases with lot and supplier, the newest first."""
    page = paged(_purchases(organisation_id).order_by(Purchase.bought_on.desc(), Purchase.id.desc()), number)
    return Page([Bought(purchase, int(paid)) for purchase, paid in page.items], page.number, page.total, page.size)


def unpaid(organisation_id: str) -> list[Bought]:
    """Purchases on which money is owed, the earliest due first."""
    query = _purchases(organisation_id).where(Purchase.cost_minor > PAID)
    rows = db.session.execute(query.order_by(Purchase.due_on, Purchase.id)).unique()
    return [Bought(purchase, int(paid)) for purchase, paid in rows]


def without_receipt(organisation_id: str) -> tuple[int, date | None, str | None]:
    """How many payments lack the supplier's own receipt, since when, and the purchase that waits longest."""
    query = select(SupplierPayment.paid_on, SupplierPayment.purchase_id).where(
        SupplierPayment.organisation_id == organisation_id, SupplierPayment.payee_document.is_(None)
    )
    rows = db.session.execute(query.order_by(SupplierPayment.paid_on, SupplierPayment.id)).all()
    return len(rows), rows[0][0] if rows else None, rows[0][1] if rows else None


def listed_suppliers(organisation_id: str, number: int) -> Page[Supplier]:
    """A page of suppliers by name."""
    named = select(Supplier.id, Supplier.name).where(Supplier.organisation_id == organisation_id)
    return paged_by_name(select(Supplier), Supplier.id, by_name(named), number)


def supplier_of(organisation_id: str, supplier_id: str) -> Supplier | None:
    """The cooperative's supplier with this id."""
    supplier = db.session.get(Supplier, supplier_id)
    return supplier if supplier and supplier.organisation_id == organisation_id else None


def certificates_on(organisation_id: str, on: date) -> Sequence[Certificate]:
    """The certificates that are in date on a day."""
    query = select(Certificate).where(
        Certificate.organisation_id == organisation_id, Certificate.valid_from <= on, Certificate.valid_until >= on
    )
    return db.session.scalars(query.order_by(Certificate.kind, Certificate.holder)).all()


def lots_to_move(organisation_id: str, *, at_homes: bool = False) -> Sequence[Lot]:
    """Lots to choose from: with something in the store, or with something at homes; the newest first."""
    query = select(Lot).where(Lot.organisation_id == organisation_id, (Lot.held if at_homes else Lot.stock) > 0)
    return db.session.scalars(query.options(noload(Lot.organisation)).order_by(Lot.id.desc()).limit(CHOICES_MAX)).all()


def lots_anywhere(organisation_id: str) -> Sequence[Lot]:
    """Lots of which something is left in the store or at homes, the newest first."""
    query = select(Lot).where(Lot.organisation_id == organisation_id, Lot.stock + Lot.held > 0)
    return db.session.scalars(query.options(noload(Lot.organisation)).order_by(Lot.id.desc()).limit(CHOICES_MAX)).all()


def people(organisation_id: str, on: date) -> Sequence[Member]:
    """The members of a day to choose from, by name."""
    query = select(Member).where(
        Member.organisation_id == organisation_id, or_(Member.left_on.is_(None), Member.left_on >= on)
    )
    rows = db.session.scalars(query.options(noload(Member.organisation)))
    return sorted(rows, key=lambda member: (member.name.casefold(), member.id))[:CHOICES_MAX]


def holdings_of(member_id: str) -> Sequence[HomeHolding]:
    """What a home got of each lot, what it still holds first."""
    query = select(HomeHolding).where(HomeHolding.member_id == member_id)
    query = query.options(joinedload(HomeHolding.lot).noload(Lot.organisation))
    return db.session.scalars(query.order_by((HomeHolding.held > 0).desc(), HomeHolding.lot_id.desc())).all()


def homes_of(lot_id: str) -> Sequence[tuple[HomeHolding, Member]]:
    """Which homes got of a lot, by name."""
    query = select(HomeHolding, Member).join(Member, Member.id == HomeHolding.member_id)
    query = query.where(HomeHolding.lot_id == lot_id).options(noload(Member.organisation))
    rows = db.session.execute(query).tuples()
    return sorted(rows, key=lambda row: (row[1].name.casefold(), row[1].id))


def book(lot_id: str, member_id: str) -> list[BookLine]:
    """Every movement of a lot to and from a home with what was held after it, the newest first."""
    query = select(Movement).where(Movement.lot_id == lot_id, Movement.member_id == member_id)
    lines: list[BookLine] = []
    held = 0
    for movement in db.session.scalars(query.order_by(Movement.at, Movement.id)):
        change = movement.quantity if movement.kind == "issued" else -movement.quantity
        held += change
        lines.append(BookLine(movement, change, held))
    return lines[::-1]


def lots_out(organisation_id: str) -> list[Out]:
    """Lots with something at homes: at how many, and how much was given out in all."""
    query = (
        select(Lot, func.count(HomeHolding.member_id).filter(HomeHolding.held > 0), func.sum(HomeHolding.issued))
        .join(HomeHolding, HomeHolding.lot_id == Lot.id)
        .where(Lot.organisation_id == organisation_id, Lot.held > 0)
        .group_by(Lot.id)
        .options(noload(Lot.organisation))
        .order_by(Lot.id)
    )
    return [Out(lot, homes, int(issued)) for lot, homes, issued in db.session.execute(query)]


def _purchases(organisation_id: str) -> Select[tuple[Purchase, int]]:
    return (
        select(Purchase, PAID.label("paid"))
        .where(Purchase.organisation_id == organisation_id)
        .options(noload(Purchase.organisation), joinedload(Purchase.lot).noload(Lot.organisation))
    )
