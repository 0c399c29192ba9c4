"""Reading parcels."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.kernel.db import db
from orders.checkout.models import Order
from orders.fulfilment.models import CarrierPayment, Parcel


def carriers_paid(order_id: str) -> set[str]:
    """The ids of the sellers who have paid the carrier of their parcel."""
    query = select(CarrierPayment.organisation_id).where(CarrierPayment.order_id == order_id)
    return set(db.session.scalars(query))


def parcels_of(organisation_id: str, states: Sequence[str], limit: int) -> Sequence[Parcel]:
    """A seller's parcels in some states with their orders, the oldest first."""
    return db.session.scalars(
        select(Parcel)
        .where(Parcel.organisation_id == organisation_id, Parcel.state.in_(states))
        .options(joinedload(Parcel.order).selectinload(Order.lines))
        .order_by(Parcel.id)
        .limit(limit)
    ).all()


def parcels_of_order(order_id: str) -> Sequence[Parcel]:
    """An order's parcels, in the order of its lines."""
    query = select(Parcel).where(Parcel.order_id == order_id).order_by(Parcel.id).options(selectinload(Parcel.order))
    return db.session.scalars(query).all()
