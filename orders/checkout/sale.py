"""The sale: a paid order gets its lots, its frozen splits and its postings, all at once or not at all.

The receipt follows by the outbox (docs/decisions/0009): its number is taken in a transaction of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from marketplace.accounts.organisations import platform_facts
from marketplace.catalogue import stock as shelf
from marketplace.catalogue.stock import Held
from marketplace.kernel import clock, outbox
from marketplace.kernel.dates import day_in
from marketplace.kernel.db import db
from marketplace.kernel.journal.recorder import change_rows
from marketplace.kernel.money import Money
from marketplace.kernel.together import together
from marketplace.ledger.services import Draft, prepare, record
from orders.checkout import posting, states, totals
from orders.checkout.models import Order, OrderLine
from orders.checkout.sold_lines import SoldLine, lines_to_sell
from orders.checkout.splits import amount_of, freeze
from orders.fulfilment import services as fulfilment
from orders.settlement import items as settlement
from producers.decisions.queries import refund_reserve_on, rules_on
from producers.fairprice.pricing import split_line, split_parcel
from producers.lots import selling
from producers.lots import services as lots
from producers.lots.models import Lot
from producers.lots.selling import Sold


def finalise_paid(order: Row[Any], paid: Money, *, fund: str = "provider", source: str | None = None) -> None:
    """Take the whole payment of an order: sell what it holds, freeze splits, post, have the receipt made.

    `order` is as `lock_columns` gives it, `fund` the platform's account the money lies in, `source` the fact that the
    entries name (the order). Paying a paid order again changes nothing. Raises PaidTooLate where the order no longer
    holds its pieces, with nothing changed: the caller sends the money back.
    """
    try:
        state = states.after(order.state, states.Event.PAY)
    except states.AlreadyDone:
        return
    if paid != Money(order.amount_minor, order.charge_currency):
        raise ValueError("An order is paid whole, in its own currency.")
    lines, held = lines_to_sell(order.id), shelf.held_for(order.id)
    _refuse_unheld(lines, held)
    sold = _take_lots(lines)
    splits = _split(order, lines, sold)
    dues, entries = _entries(order, lines, source or order.id, paid, splits, sold)
    posted = prepare([posting.payment_of(source or order.id, order.number, paid, fund), *entries])
    with together():
        became = {"state": state.value, "paid_at": clock.now(), "captured_minor": paid.minor, "fund": fund}
        change_rows(Order, tuple(became), [{**order._mapping, **became}])
        freeze(splits, order.id)
        settlement.note_dues(order.id, "sale", order.id, dues)
        record(posted)
        fulfilment.open_parcels(order.id, dict.fromkeys(line.seller.id for line in lines))
        outbox.publish("order.paid", {"order_id": order.id})
        shelf.settle(held, "sold")
    # The row that others wait for comes last: the pieces on the shelf.
    shelf.sell(held)


def _refuse_unheld(lines: Sequence[SoldLine], held: Sequence[Held]) -> None:
    wanted = {line.stock_id: line.quantity for line in lines if line.stock_id}
    if {each["stock_id"]: each["quantity"] for each in held} != wanted:
        raise states.PaidTooLate


def _split(order: Row[Any], lines: Sequence[SoldLine], sold: Mapping[str, Sold]) -> dict[str, list[totals.Row]]:
    """Rule 15: tax, actual cost, rules, fee share, surplus of every line, in both currencies, by line."""
    shares = totals.fee_shares(order.fee_minor, [line.charge_minor for line in lines])
    splits = {}
    for line, fee in zip(lines, shares, strict=True):
        charge_fee = Money(fee, order.charge_currency)
        origin_fee = totals.origin_of(charge_fee, line.rate, line.currency).minor
        rules = rules_on(line.seller.id, line.day_of_rules(order.placed_at))
        if line.kind == "item":
            rows = split_line(line.origin_minor, rules, sold[line.id].costs, origin_fee)
        else:
            rows = split_parcel(line.origin_minor, rules, origin_fee)
        splits[line.id] = totals.in_both_currencies(rows, line.charge_minor, fee)
    return splits


def _take_lots(lines: Sequence[SoldLine]) -> dict[str, Sold]:
    """What goes with the sold pieces, taken from their lots in key order."""
    pieces = [(line.lot_id, line.ordinal, line) for line in lines if line.lot_id]
    return selling.sell([(line.id, lot_id, line.quantity) for lot_id, _ordinal, line in sorted(pieces)])


def _entries(
    order: Row[Any],
    lines: Sequence[SoldLine],
    source: str,
    paid: Money,
    splits: Mapping[str, list[totals.Row]],
    sold: Mapping[str, Sold],
) -> tuple[list[posting.Due], list[Draft]]:
    """What each seller comes to be owed, and section 8 of the worked example: one entry a line, then the platform's."""
    dues: dict[str, posting.Due] = {}
    platform_fee, entries = 0, []
    for line in lines:
        rows = totals.summed(splits[line.id])
        entries.append(posting.line_sale(source, line.seller, rows, sold[line.id].inventory if line.lot_id else None))
        charge, origin = posting.kept_by_seller(rows)
        due = posting.Due(line.seller, Money(origin, line.currency), Money(charge, order.charge_currency))
        dues[line.seller.id] = _joined(dues.get(line.seller.id), due)
        platform_fee += amount_of(rows, "platform_fee")
    fees = {
        "platform_fee": Money(platform_fee, order.charge_currency),
        "payment_fee": Money(order.fee_minor, order.charge_currency),
    }
    entries.append(posting.platform_sale(source, order.number, paid, list(dues.values()), fees))
    reserve = refund_reserve_on(day_in(order.placed_at, platform_facts().zone))
    entries.append(posting.refund_reserve(source, fees["platform_fee"].times(reserve)))
    return list(dues.values()), entries


def inventory_account(line: OrderLine) -> str | None:
    """The seller's account that the pieces of a line leave, None for a parcel."""
    return lots.inventory_of(db.session.get_one(Lot, line.stock.lot_id)) if line.stock else None


def _joined(before: posting.Due | None, due: posting.Due) -> posting.Due:
    if before is None:
        return due
    return posting.Due(due.organisation, before.origin + due.origin, before.charge + due.charge)
