"""Services on orders: quote, place, cancel, let expire. Paying one is in `sale`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, Select, bindparam, inspect, select

from marketplace.accounts.actor import Actor
from marketplace.catalogue import frozen
from marketplace.catalogue import stock as shelf
from marketplace.config import CARD_HOLD_MINUTES, ORDERS_EXPIRED_PER_RUN_MAX, TRANSFER_HOLD_DAYS
from marketplace.kernel import clock, ids, memo, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, LumbungError, NotFound
from marketplace.kernel.journal.recorder import digest_columns, insert_new_object, insert_rows
from marketplace.kernel.money import Money
from marketplace.kernel.plain import run
from marketplace.kernel.together import together
from orders.cart.queries import goods_of
from orders.cart.services import empty_basket
from orders.cart.wishes import Good, Seller, Stocked, Wanted, Wish
from orders.checkout import states, totals
from orders.checkout.models import Order, OrderLine
from orders.checkout.terms import (
    CurrencyNotOffered,
    Parcel,
    Rate,
    charge_currencies,
    delivery_price,
    expected_fee,
    fresh_rate,
)

HOLDS = {"card": timedelta(minutes=CARD_HOLD_MINUTES), "transfer": timedelta(days=TRANSFER_HOLD_DAYS)}


class BasketEmpty(Conflict):
    """There is nothing to order."""

    code = "basket_empty"
    message = _l("Your basket is empty.")


class PriceChanged(Conflict):
    """What the buyer agreed to is no longer what it costs."""

    code = "price_changed"
    message = _l("A price or an exchange rate has changed. Look at the new sum, then order again.")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys and where it goes; all but the country is personal."""

    name: str
    email: str
    address: str = ""
    country: str | None = None
    user_id: str | None = None
    language: str = "id"


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line to be: pieces of one lot or a parcel, in the seller's currency and as charged."""

    kind: str
    title: str
    organisation: Seller
    stock: Stocked | None
    quantity: int
    origin: Money
    charge: Money
    rate: str
    rate_id: str | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket costs now; `fee_estimate` is inside the total, not on top; `rates` are those it reckons with."""

    lines: list[QuotedLine]
    total: Money
    fee_estimate: Money
    rates: list[Rate]


def quote(basket: Wish, *, country: str | None, charge_currency: str, method: str) -> Quote:
    """What the basket costs now, line by line.

    Refuses an empty basket, more pieces than are left, a seller that does not deliver there, an exchange rate
    older than RATE_AGE_DAYS_MAX and a currency that is not offered.
    """
    wanted = goods_of(basket)
    if not wanted:
        raise BasketEmpty
    picked = [(line.listing, stock, quantity) for line in wanted for stock, quantity in _pick(line)]
    if charge_currency not in charge_currencies({listing.currency for listing, _stock, _quantity in picked}):
        raise CurrencyNotOffered(currency=charge_currency)
    rates = _Rates(charge_currency)
    lines = [_item(listing, stock, quantity, rates) for listing, stock, quantity in picked]
    sellers = {line.organisation.id: line.organisation for line in lines}
    lines += [_parcel(seller, delivery_price(seller, country), rates) for seller in sellers.values()]
    charges = [line.charge.minor for line in lines]
    fee = expected_fee(charges, charge_currency, method)
    return Quote(lines, Money(sum(charges), charge_currency), Money(fee, charge_currency), rates.used())


def place_order(
    actor: Actor,
    basket: Wish,
    buyer: Buyer,
    *,
    charge_currency: str,
    method: str,
    agreed: Money | None = None,
    client_key: str | None = None,
    id: str | None = None,
    number: str | None = None,
    prepare: Callable[[Order], object] | None = None,
) -> Order:
    """Turn a basket into an order that holds its pieces until a visible end; `prepare` adds to it before it does.

    The same `client_key` again gives the same order. Refuses what `quote` refuses, a total other than the one
    `agreed` to, and raises `Outrun` where somebody was faster: roll back and ask again. The pieces are taken last,
    under a guard of the database's own, so that buyers of the last piece wait for one another only a moment.
    """
    try:
        quoted = quote(basket, country=buyer.country, charge_currency=charge_currency, method=method)
        if agreed is not None and agreed != quoted.total:
            raise PriceChanged
    except LumbungError:
        # The first press of the same button emptied the basket and may have taken the last pieces.
        repeated = order_with_key(client_key)
        if repeated is None:
            raise
        return repeated
    order = _order(buyer, quoted, method, user_id=buyer.user_id or actor.user_id, client_key=client_key)
    order.id, order.number = id or order.id, number or order.number
    db.session.flush()  # from here on statements go past the session
    if not insert_new_object(order):
        return _of_other_press(client_key)
    lines = [_line(order.id, ordinal, line) for ordinal, line in enumerate(quoted.lines, start=1)]
    pieces = {line.stock.id: line.quantity for line in quoted.lines if line.stock}
    with together():
        insert_rows(OrderLine, lines)
        outbox.publish("order.placed", {"order_id": order.id})
        if prepare:
            prepare(order)
        shelf.reserve(order.id, pieces, order.hold_ends_at)
        refuse_unless_whole = empty_basket(basket)
    refuse_unless_whole()
    shelf.hold(pieces)
    return order


def _order(buyer: Buyer, quoted: Quote, method: str, *, user_id: str | None, client_key: str | None) -> Order:
    moment = clock.now()
    return Order(
        id=ids.new_id(),
        number=ids.public_code(),
        token=ids.secret_token(),
        client_key=client_key,
        user_id=user_id,
        buyer_name=buyer.name,
        buyer_email=buyer.email,
        buyer_address=buyer.address,
        buyer_country=buyer.country,
        language=buyer.language,
        charge_currency=quoted.total.currency,
        amount_minor=quoted.total.minor,
        method=method,
        fee_minor=quoted.fee_estimate.minor,
        placed_at=moment,
        hold_ends_at=moment + HOLDS[method],
    )


def _of_other_press(client_key: str | None) -> Order:
    order = order_with_key(client_key)
    if order is None:  # a number or a secret drawn twice, which nobody will live to see
        raise Conflict
    return order


def cancel_order(order_id: str) -> Order:
    """Give up an order that is not paid and let its pieces go; refuses a paid one."""
    return _end(order_id, states.Event.CANCEL)


def expire_order(order_id: str) -> Order:
    """End an order whose time is over and let its pieces go; one that is paid or ended stays as it is."""
    return _end(order_id, states.Event.EXPIRE)


def due_orders() -> Sequence[str]:
    """The ids of placed orders whose hold is over, a bounded number a run."""
    return db.session.scalars(
        select(Order.id)
        .where(Order.state == states.State.PLACED, Order.hold_ends_at <= clock.now())
        .order_by(Order.id)
        .limit(ORDERS_EXPIRED_PER_RUN_MAX)
    ).all()


def expire_due_orders() -> list[str]:
    """End every placed order whose hold is over; the ids of those ended now.

    Where card payment is on, `payments.jobs` does this, since it first closes the payment session.
    """
    return [order_id for order_id in due_orders() if expire_order(order_id).state == states.State.EXPIRED]


def lock_order(order_id: str) -> Order:
    """The order, locked until the transaction ends; NotFound where there is none. Locked once, it stays as it is."""
    return memo.once(("locked", order_id), lambda: _lock_order(order_id))


def _lock_order(order_id: str) -> Order:
    order = db.session.scalar(_locking(), {"id": order_id})
    if order is None:
        raise NotFound
    return order


@cache
def _locking() -> Select[tuple[Order]]:
    query = select(Order).where(Order.id == bindparam("id")).with_for_update()
    return query.execution_options(populate_existing=True)


def lock_columns(order_id: str) -> Row[Any]:
    """The columns of an order, all but the personal ones, locked as `lock_order` locks it.

    For what goes past the session's objects; read anew each time.
    """
    db.session.flush()  # a statement past the session sees nothing that waits in it
    order = run(_locking_columns(), {"id": order_id}).first()
    if order is None:
        raise NotFound
    return order


@cache
def _locking_columns() -> Select[Any]:
    columns = Order.__table__.c
    asked = select(*(columns[name] for name in digest_columns(inspect(Order))))
    return asked.where(columns.id == bindparam("id")).with_for_update()


def _end(order_id: str, event: states.Event) -> Order:
    order = lock_order(order_id)
    try:
        order.state = states.after(order.state, event).value
    except states.AlreadyDone:
        return order
    held = shelf.held_for(order.id)
    shelf.settle(held, "released")
    shelf.release(held)
    outbox.publish("order.ended", {"order_id": order.id, "state": order.state})
    return order


def order_with_key(client_key: str | None) -> Order | None:
    """The order that a press of the button made already."""
    if client_key is None:
        return None
    return db.session.scalar(_with_key(), {"client_key": client_key})


@cache
def _with_key() -> Select[tuple[Order]]:
    return select(Order).where(Order.client_key == bindparam("client_key"))


def _pick(line: Wanted) -> list[tuple[Stocked, int]]:
    """The lots the pieces come from: the first published first, as many as each has left."""
    wanted, picked = line.quantity, []
    for stock in line.listing.stocks if line.listing.withdrawn_at is None else []:
        taken = min(wanted, stock.available)
        if taken > 0:
            picked.append((stock, taken))
            wanted -= taken
    if wanted:
        raise shelf.SoldOut(left=line.quantity - wanted)
    return picked


class _Rates:
    """The rate frozen for each seller currency of one order, asked for once."""

    def __init__(self, charge_currency: str) -> None:
        self.charge_currency = charge_currency
        self._known: dict[str, Rate | None] = {}

    def of(self, currency: str) -> tuple[str, str | None]:
        if currency not in self._known:
            self._known[currency] = fresh_rate(self.charge_currency, currency)
        rate = self._known[currency]
        return (rate.rate, rate.id) if rate else ("1", None)

    def used(self) -> list[Rate]:
        return [rate for _currency, rate in sorted(self._known.items()) if rate]


def _item(listing: Good, stock: Stocked, quantity: int, rates: _Rates) -> QuotedLine:
    origin = Money(listing.price_minor * quantity, listing.currency)
    return _quoted("item", listing.title, listing.organisation, stock, quantity, origin, rates)


def _parcel(seller: Seller, parcel: Parcel, rates: _Rates) -> QuotedLine:
    return _quoted("shipping", parcel.title, seller, None, 1, parcel.price, rates)


def _quoted(
    kind: str, title: str, seller: Seller, stock: Stocked | None, quantity: int, origin: Money, rates: _Rates
) -> QuotedLine:
    rate, rate_id = rates.of(origin.currency)
    charge = totals.charge_of(origin, rate, rates.charge_currency)
    return QuotedLine(kind, title, seller, stock, quantity, origin, charge, rate, rate_id)


def _line(order_id: str, ordinal: int, quoted: QuotedLine) -> dict[str, Any]:
    stock = quoted.stock
    return {
        "id": f"{order_id}-{ordinal}",
        "order_id": order_id,
        "ordinal": ordinal,
        "kind": quoted.kind,
        "title": quoted.title,
        "organisation_id": quoted.organisation.id,
        "stock_id": stock.id if stock else None,
        "quantity": quoted.quantity,
        "currency": quoted.origin.currency,
        "rate": quoted.rate,
        "rate_id": quoted.rate_id,
        "origin_minor": quoted.origin.minor,
        "charge_minor": quoted.charge.minor,
        "makers": stock.makers if stock else 0,
        "folds_labour": stock.folds_labour if stock else False,
        "wage_check_published": stock is not None and frozen.shows_hourly(stock.id),
    }
