"""Reading parcels."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.plain import run
from orders.checkout.models import Order
from orders.fulfilment.models import CarrierPayment, Parcel


def carriers_paid(order_id: str) -> set[str]:
    """The ids of the sellers who have paid the carrier of their parcel."""
    return set(run(_carriers_paid(), {"order_id": order_id}).scalars())


@cache
def _carriers_paid() -> Select[tuple[str]]:
    return select(CarrierPayment.organisation_id).where(CarrierPayment.order_id == bindparam("order_id"))


def parcels_of(organisation_id: str, states: Sequence[str], limit: int) -> Sequence[Parcel]:
    """A seller's parcels in some states with their orders, the oldest first."""
    return db.session.scalars(
        select(Parcel)
        .where(Parcel.organisation_id == organisation_id, Parcel.state.in_(states))
        .options(joinedload(Parcel.order).selectinload(Order.lines))
        .order_by(Parcel.id)
        .limit(limit)
    ).all()


def parcels_shown(order_id: str) -> Sequence[Row[Any]]:
    """What an order's page tells of its parcels: seller, zone, state, carrier; in the order of its lines."""
    return run(_shown(), {"order_id": order_id}).all()


@cache
def _shown() -> Select[Any]:
    told = (Parcel.state, Parcel.sent_at, Parcel.carrier, Parcel.tracking, Organisation.name, Organisation.zone)
    query = select(*told).join(Organisation, Organisation.id == Parcel.organisation_id)
    return query.where(Parcel.order_id == bindparam("order_id")).order_by(Parcel.id)


def parcels_newest_first(organisation_id: str, state: str | None = None) -> Select[tuple[Parcel]]:
    """A seller's parcels with their orders, of one state or of all; those to do first come first."""
    query = select(Parcel).where(Parcel.organisation_id == organisation_id).options(joinedload(Parcel.order))
    if state:
        return query.where(Parcel.state == state).order_by(Parcel.id)
    return query.order_by(Parcel.id.desc())


def parcel_numbered(organisation_id: str, number: str) -> Parcel:
    """A seller's parcel by the number of its order, with the order's lines; NotFound where it is none of its own."""
    query = select(Parcel).join(Order).where(Parcel.organisation_id == organisation_id, Order.number == number)
    parcel = db.session.scalar(query.options(joinedload(Parcel.order).selectinload(Order.lines)))
    if parcel is None:
        raise NotFound
    return parcel


def parcels_waiting(organisation_id: str) -> dict[str, tuple[int, datetime]]:
    """How many parcels a seller has to pack and to send, each with the moment its oldest order was paid."""
    query = (
        select(Parcel.state, func.count(Parcel.id), func.min(Order.paid_at))
        .join(Order, Order.id == Parcel.order_id)
        .where(Parcel.organisation_id == organisation_id, Parcel.state.in_(("open", "packed")))
        .group_by(Parcel.state)
    )
    return {state: (count, since) for state, count, since in db.session.execute(query)}


def carrier_payments(order_id: str, organisation_id: str) -> Sequence[CarrierPayment]:
    """What a seller has paid its carrier for an order."""
    query = select(CarrierPayment).where(
        CarrierPayment.order_id == order_id, CarrierPayment.organisation_id == organisation_id
    )
    return db.session.scalars(query.order_by(CarrierPayment.id)).all()
