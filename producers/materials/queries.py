"""Reading suppliers, purchases and the passbook of homes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from producers.lots.models import HomeHolding
from producers.materials.models import Purchase, Supplier


def supplier_numbered(organisation_id: str, number: str) -> Supplier | None:
    """The supplier with this number."""
    return db.session.scalar(
        select(Supplier).where(Supplier.organisation_id == organisation_id, Supplier.number == number)
    )


def suppliers(organisation_id: str) -> Sequence[Supplier]:
    """A cooperative's suppliers by name."""
    query = select(Supplier).where(Supplier.organisation_id == organisation_id)
    return sorted(db.session.scalars(query), key=lambda supplier: (supplier.name.casefold(), supplier.id))


def purchase_of(organisation_id: str, purchase_id: str) -> Purchase:
    """The purchase with this id; NotFound where it is not this cooperative's."""
    purchase = db.session.get(Purchase, purchase_id)
    if purchase is None or purchase.organisation_id != organisation_id:
        raise NotFound
    return purchase


def purchases(organisation_id: str, *, limit: int, after: str | None = None) -> Sequence[Purchase]:
    """A cooperative's purchases with lot and payments, the newest first; `after` is the last id of the page before."""
    query = select(Purchase).where(Purchase.organisation_id == organisation_id)
    if after:
        query = query.where(Purchase.id < after)
    query = query.options(joinedload(Purchase.lot), selectinload(Purchase.payments))
    return db.session.scalars(query.order_by(Purchase.id.desc()).limit(limit)).all()


def passbook_of_lot(lot_id: str) -> Sequence[HomeHolding]:
    """What each home got of a lot: issued = used + returned + scrap + held."""
    query = select(HomeHolding).where(HomeHolding.lot_id == lot_id)
    return db.session.scalars(query.order_by(HomeHolding.member_id)).all()


def passbook_of_member(member_id: str, *, only_held: bool = False) -> Sequence[HomeHolding]:
    """What a home got of each lot, or only what it still holds."""
    query = select(HomeHolding).where(HomeHolding.member_id == member_id).options(joinedload(HomeHolding.lot))
    if only_held:
        query = query.where(HomeHolding.held > 0)
    return db.session.scalars(query.order_by(HomeHolding.lot_id)).all()
