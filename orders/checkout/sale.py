"""The sale: a paid order gets its lots, its frozen splits and its postings, all at once or not at all.

The receipt follows by the outbox (docs/decisions/0009): its number is taken in a transaction of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from marketplace.accounts.organisations import platform
from marketplace.catalogue import stock as shelf
from marketplace.catalogue.models import Reservation
from marketplace.kernel import clock, outbox
from marketplace.kernel.dates import day_in
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.services import Draft, post_all
from orders.checkout import posting, states, totals
from orders.checkout.models import Order, OrderLine
from orders.checkout.queries import load_lines
from orders.checkout.services import lock_order
from orders.checkout.splits import amount_of, freeze
from orders.fulfilment import services as fulfilment
from orders.settlement import items as settlement
from producers.decisions.queries import refund_reserve_on, rules_on
from producers.fairprice.pricing import split_line, split_parcel
from producers.lots import services as lots
from producers.lots.models import Lot
from producers.lots.services import Sold


def finalise_paid(order_id: str, paid: Money, *, fund: str = "provider", source: str | None = None) -> Order:
    """Take the whole payment of an order: sell what it holds, freeze splits, post, have the receipt made.

    `fund` is the platform's account the money lies in, `source` the fact that the entries name (the order).
    Paying a paid order again changes nothing. Raises PaidTooLate where the order no longer holds its pieces, with
    nothing changed: the caller sends the money back.
    """
    order = lock_order(order_id)
    try:
        state = states.after(order.state, states.Event.PAY)
    except states.AlreadyDone:
        return order
    if paid != Money(order.amount_minor, order.charge_currency):
        raise ValueError("An order is paid whole, in its own currency.")
    with db.session.no_autoflush:  # every question is asked of what was there before; all is written at the end
        load_lines(order)
        held = shelf.held_for(order.id)
        _refuse_unheld(order, held)
        order.state, order.paid_at, order.captured_minor, order.fund = state.value, clock.now(), paid.minor, fund
        _sell(order, source or order.id, paid)
    db.session.flush()
    # The row that others wait for comes last: the pieces on the shelf.
    shelf.sell(held)
    return order


def _sell(order: Order, source: str, paid: Money) -> None:
    sold = _take_lots(order)
    splits = _split(order, sold)
    freeze(splits, order.id)
    for line in order.lines:
        db.session.expire(line, ["splits"])
    post_all([posting.payment_of(source, order.number, paid, order.fund), *_entries(order, source, paid, splits, sold)])
    fulfilment.open_parcels(order)
    outbox.publish("order.paid", {"order_id": order.id})


def _refuse_unheld(order: Order, held: Sequence[Reservation]) -> None:
    wanted = {line.stock_id: line.quantity for line in order.lines if line.stock_id}
    if {reservation.stock_id: reservation.quantity for reservation in held} != wanted:
        raise states.PaidTooLate


def _split(order: Order, sold: Mapping[str, Sold]) -> dict[str, list[totals.Row]]:
    """Rule 15: tax, actual cost, rules, fee share, surplus of every line, in both currencies, by line."""
    shares = totals.fee_shares(order.fee_minor, [line.charge_minor for line in order.lines])
    splits = {}
    for line, fee in zip(order.lines, shares, strict=True):
        charge_fee = Money(fee, order.charge_currency)
        origin_fee = totals.origin_of(charge_fee, line.rate, line.currency).minor
        rules = rules_on(line.organisation_id, _day_of_rules(order, line))
        if line.kind == "item":
            rows = split_line(line.origin_minor, rules, sold[line.id].costs, origin_fee)
        else:
            rows = split_parcel(line.origin_minor, rules, origin_fee)
        splits[line.id] = totals.in_both_currencies(rows, line.charge_minor, fee)
    return splits


def _take_lots(order: Order) -> dict[str, Sold]:
    """What goes with the sold pieces, taken from their lots in key order."""
    items = sorted((line for line in order.lines if line.stock), key=lambda line: (_lot_id(line), line.ordinal))
    return lots.sell([(line.id, _lot_id(line), line.quantity) for line in items])


def _lot_id(line: OrderLine) -> str:
    assert line.stock is not None
    return line.stock.lot_id


def _day_of_rules(order: Order, line: OrderLine) -> date:
    """The rules of the day on which the buyer's price was published; for a parcel, of the order's day."""
    moment = line.stock.published_at if line.stock else order.placed_at
    return day_in(moment, line.organisation.zone)


def _entries(
    order: Order, source: str, paid: Money, splits: Mapping[str, list[totals.Row]], sold: Mapping[str, Sold]
) -> list[Draft]:
    """Section 8 of the worked example: one entry a line, then the platform's, then the refund reserve."""
    dues: dict[str, posting.Due] = {}
    platform_fee, entries = 0, []
    for line in order.lines:
        rows = totals.summed(splits[line.id])
        entries.append(
            posting.line_sale(source, line.organisation, rows, sold[line.id].inventory if line.stock else None)
        )
        charge, origin = posting.kept_by_seller(rows)
        before = dues.get(line.organisation_id)
        due = posting.Due(line.organisation, Money(origin, line.currency), Money(charge, order.charge_currency))
        dues[line.organisation_id] = _joined(before, due)
        platform_fee += amount_of(rows, "platform_fee")
    fees = {
        "platform_fee": Money(platform_fee, order.charge_currency),
        "payment_fee": Money(order.fee_minor, order.charge_currency),
    }
    entries.append(posting.platform_sale(source, order.number, paid, list(dues.values()), fees))
    reserve = refund_reserve_on(day_in(order.placed_at, platform().zone))
    entries.append(posting.refund_reserve(source, fees["platform_fee"].times(reserve)))
    settlement.note_dues(order.id, "sale", order.id, list(dues.values()))
    return entries


def inventory_account(line: OrderLine) -> str | None:
    """The seller's account that the pieces of a line leave, None for a parcel."""
    return lots.inventory_of(db.session.get_one(Lot, _lot_id(line))) if line.stock else None


def _joined(before: posting.Due | None, due: posting.Due) -> posting.Due:
    if before is None:
        return due
    return posting.Due(due.organisation, before.origin + due.origin, before.charge + due.charge)
