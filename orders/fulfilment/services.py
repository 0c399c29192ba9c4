"""Services on parcels."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import PREPARES
from marketplace.kernel import clock, ids, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.kernel.journal.recorder import insert_rows
from marketplace.kernel.money import Money
from marketplace.ledger.services import credit, debit
from orders.checkout.models import Order
from orders.checkout.posting import post_in
from orders.fulfilment.models import CarrierPayment, Parcel


class SentAlready(Conflict):
    """A parcel that has left cannot be packed again."""

    code = "parcel_sent"
    message = _l("This parcel has been sent already.")


# (state, wish) → state; None where nothing has to change.
STEPS: dict[tuple[str, str], str | None] = {
    ("open", "pack"): "packed",
    ("open", "send"): "sent",
    ("packed", "pack"): None,
    ("packed", "send"): "sent",
    ("sent", "send"): None,
}


def open_parcels(order_id: str, seller_ids: Iterable[str]) -> None:
    """One parcel to pack for each seller of a paid order."""
    insert_rows(
        Parcel, [{"id": ids.new_id(), "order_id": order_id, "organisation_id": seller_id} for seller_id in seller_ids]
    )


def mark_packed(actor: Actor, parcel: Parcel) -> Parcel:
    """The parcel is packed; refuses one that is sent, and others than the seller."""
    _step(actor, parcel, "pack")
    return parcel


def mark_sent(actor: Actor, parcel: Parcel, *, carrier: str, tracking: str = "") -> Parcel:
    """The parcel is with its carrier; saying so twice changes nothing. Refuses others than the seller."""
    if _step(actor, parcel, "send"):
        parcel.carrier, parcel.tracking = carrier, tracking
        db.session.flush()
        outbox.publish("parcel.sent", {"parcel_id": parcel.id})
    return parcel


def pay_carrier(
    actor: Actor, organisation: Organisation, order: Order, amount: Money, *, proof: str = "", id: str | None = None
) -> CarrierPayment:
    """Note what the carrier was paid: the receipt's delivery row reads paid.

    Repeating an id gives the payment there is. Refuses others than the seller, a seller that is not in the order, a
    foreign currency, nothing or less.
    """
    _refuse_stranger(actor, organisation.id)
    if organisation.id not in {line.organisation_id for line in order.lines}:
        raise NotFound
    db.session.refresh(order, with_for_update=True)
    if id and (noted := db.session.get(CarrierPayment, id)):
        if (noted.organisation_id, noted.order_id) != (organisation.id, order.id):
            raise NotFound
        return noted
    if amount.currency != organisation.currency or amount.minor <= 0:
        raise Invalid(fields={"amount": _("Enter a price above zero in %(currency)s.", currency=organisation.currency)})
    payment = CarrierPayment(
        order_id=order.id,
        organisation_id=organisation.id,
        currency=amount.currency,
        amount_minor=amount.minor,
        proof=proof,
        paid_at=clock.now(),
        paid_by=actor.user_id,
    )
    if id:
        payment.id = id
    db.session.add(payment)
    db.session.flush()
    post_in(organisation, payment.id, [debit("expense:shipping", amount), credit("cash", amount)])
    return payment


def _step(actor: Actor, parcel: Parcel, wish: str) -> bool:
    _refuse_stranger(actor, parcel.organisation_id)
    db.session.refresh(parcel, with_for_update={"of": Parcel})
    if (parcel.state, wish) not in STEPS:
        raise SentAlready
    state = STEPS[parcel.state, wish]
    if state is None:
        return False
    moment = clock.now()
    parcel.packed_at = parcel.packed_at or moment
    if state == "sent":
        parcel.sent_at = moment
    parcel.state = state
    db.session.flush()
    return True


def _refuse_stranger(actor: Actor, organisation_id: str) -> None:
    own = actor.organisation_id == organisation_id and actor.roles & PREPARES
    if not (own or actor.is_system):
        raise NotAllowed


def parcel_of(order_id: str, organisation_id: str) -> Parcel:
    """A seller's parcel of an order; NotFound where there is none."""
    query = select(Parcel).where(Parcel.order_id == order_id, Parcel.organisation_id == organisation_id)
    parcel = db.session.scalar(query)
    if parcel is None:
        raise NotFound
    return parcel
