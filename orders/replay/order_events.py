"""The events from the sale on, each played through the service that a person would use."""

from typing import Any

from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.models import Organisation
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.cart.services import add_to_basket, open_basket
from orders.cart.wishes import Wish
from orders.checkout.models import Order
from orders.checkout.services import Buyer, place_order
from orders.checkout.terms import record_rate, set_delivery_price
from orders.fulfilment.services import pay_carrier
from orders.payments.services import record_payment
from orders.receipts.services import issue_receipt
from orders.refunds.services import refund
from orders.replay.receipt_outcome import keep_issued, keep_live
from orders.replay.world import Event, Handler, UnknownName, World
from orders.settlement.fees import report_fee
from orders.settlement.models import Payout
from orders.settlement.services import confirm_payout, make_payout

BUYER = Buyer(name="A buyer of the replay", email="buyer@replay.invalid", language="en")


def order_paid(world: World, event: Event) -> None:
    """A basket becomes an order under the event's rates and delivery prices, and is paid by card."""
    for currency, rate in event.get("rates", {}).items():
        record_rate(
            SYSTEM,
            charge_currency=event["currency"],
            currency=currency,
            rate=rate,
            source=event.get("rate_note") or "replay",
            observed_on=clock.today(),
        )
    basket, _secret = open_basket()
    for line in event["lines"]:
        _wish(world, basket, line)
    order = place_order(
        SYSTEM,
        basket,
        BUYER,
        charge_currency=event["currency"],
        method="card",
        id=event["order"],
        number=event["order"],
    )
    total = Money(order.amount_minor, order.charge_currency)
    record_payment(order.id, total, method="card", reference=f"replay:{event['id']}", source=event["id"])
    issue_receipt(order)
    keep_issued(world, event["id"], order)


def _wish(world: World, basket: Wish, line: dict[str, Any]) -> None:
    """An item goes into the basket; a parcel's price becomes its cooperative's."""
    if line["kind"] == "item":
        add_to_basket(basket, line["listing"], line["quantity"])
        return
    seller = world.organisation(line["coop"])
    price = Money(line["amount_minor"], seller.currency)
    set_delivery_price(SYSTEM, seller, reach="abroad", price=price, title=line["title"])


def carrier_paid(world: World, event: Event) -> None:
    """A seller pays its carrier."""
    seller = world.organisation(event["coop"])
    amount = Money(event["amount_minor"], seller.currency)
    pay_carrier(SYSTEM, seller, _order(event), amount, proof="replay", id=event["id"])


def fee_reported(world: World, event: Event) -> None:
    """The provider reports its real fee."""
    order = _order(event)
    fee = Money(event["fee_minor"], order.charge_currency)
    report_fee(SYSTEM, order.id, fee, source=event.get("source") or "replay", id=event["id"])
    keep_issued(world, event["id"], order)


def payout(world: World, event: Event) -> None:
    """The platform pays a seller all it is owed, at the bank's rate."""
    rates = {world.platform.currency: event["bank_rate"]} if "bank_rate" in event else {}
    seller = world.organisation(event["coop"])
    make_payout(SYSTEM, seller, bank_rates=rates, rail=event.get("rail") or "replay", id=event["id"])


def payout_confirmed(world: World, event: Event) -> None:
    """The seller confirms the payout on its way."""
    waiting = _payout_on_its_way(world.organisation(event["coop"]))
    confirm_payout(SYSTEM, waiting, how="replay", source=event["id"])


def show_receipt(world: World, event: Event) -> None:
    """Somebody looks at the receipt: the live view of that day."""
    keep_live(world, event["id"], _order(event))


def refunded(world: World, event: Event) -> None:
    """Pieces of a line come back."""
    order = _order(event)
    refund(SYSTEM, order.id, {event["line"]: event["quantity"]}, goods=event["goods"], id=event["id"])
    keep_issued(world, event["id"], order)


def _order(event: Event) -> Order:
    order = db.session.get(Order, event["order"])
    if order is None:
        raise UnknownName(name=event["order"])
    return order


def _payout_on_its_way(seller: Organisation) -> Payout:
    waiting = db.session.scalar(
        select(Payout)
        .where(Payout.organisation_id == seller.id, Payout.confirmed_at.is_(None))
        .order_by(Payout.made_at)
        .limit(1)
    )
    if waiting is None:
        raise UnknownName(name=f"payout of {seller.slug}")
    return waiting


HANDLERS: dict[str, Handler] = {
    "order_paid": order_paid,
    "carrier_paid": carrier_paid,
    "fee_reported": fee_reported,
    "payout": payout,
    "payout_confirmed": payout_confirmed,
    "show_receipt": show_receipt,
    "refund": refunded,
}
