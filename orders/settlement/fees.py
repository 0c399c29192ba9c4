"""The real payment fee takes the place of the estimate (rule 17)."""

from dataclasses import replace

from sqlalchemy import func, select

from marketplace.accounts.actor import Actor
from marketplace.accounts.organisations import platform
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.journal.recorder import change, insert_object
from marketplace.kernel.money import Money, fraction, round_half_away
from marketplace.ledger.services import Draft, credit, debit, post_all
from orders.checkout import states, totals
from orders.checkout.models import Order, OrderLine
from orders.checkout.posting import Due, draft_in, due_sides, income_sides
from orders.checkout.services import lock_order
from orders.checkout.splits import append_rows, in_force
from orders.checkout.terms import refuse_unless_operator
from orders.checkout.totals import PAYMENT_FEE, Row
from orders.receipts import services as receipts
from orders.receipts.document import PaidOn
from orders.settlement.items import note_dues
from orders.settlement.loss import Loss, Reserve, fee_lost, joined, loss_entries
from orders.settlement.models import FeeReport


def report_fee(actor: Actor, order_id: str, fee: Money, *, source: str, id: str | None = None) -> FeeReport | None:
    """Replace the payment fee of a paid order by the one the provider reported; None where that is in force already.

    The new shares replace the old on every line, against its surplus (parcel: shipping); the share of refunded
    pieces is a loss. The receipt gets a revision. Refuses an unpaid order, another currency and a negative fee.
    """
    refuse_unless_operator(actor)
    order = lock_order(order_id)
    if order.state != states.State.PAID:
        raise Conflict
    if fee.currency != order.charge_currency or fee.minor < 0:
        raise Invalid
    if order.fee_reported and order.fee_minor == fee.minor:
        return None
    reached = PaidOn.now(order)
    receipt = receipts.issue_receipt(order, reached)  # as it was paid; the fee is its next revision
    report = _noted(order, fee, source, id)
    reserve = Reserve(order.charge_currency)
    shares = totals.fee_shares(fee.minor, [line.charge_minor for line in order.lines])
    entries, dues, losses = [], [], []
    for line, share in zip(order.lines, shares, strict=True):
        entry, due, loss = _correct_line(order, line, share, report.id, reserve)
        entries.append(entry)
        dues.append(due)
        losses.append(loss)
    owed = joined(dues, losses)
    entries.append(_in_platforms_book(order, fee, report.id, owed, losses))
    post_all([*entries, *loss_entries(report.id, losses)])
    note_dues(order.id, "fee_correction", report.id, owed)
    change(order, fee_minor=fee.minor, fee_reported=True)
    receipts.revise(receipt, order, replace(reached, fee_reported=True))
    return report


def _noted(order: Order, fee: Money, source: str, id: str | None) -> FeeReport:
    counting = select(func.count()).select_from(FeeReport).where(FeeReport.order_id == order.id)
    earlier = db.session.scalar(counting) if order.fee_reported else 0
    report = FeeReport(
        id=id or ids.new_id(),
        order_id=order.id,
        ordinal=(earlier or 0) + 1,
        currency=fee.currency,
        fee_minor=fee.minor,
        source=source,
        reported_at=clock.now(),
    )
    insert_object(report)
    return report


def _correct_line(
    order: Order, line: OrderLine, share: int, cause_id: str, reserve: Reserve
) -> tuple[Draft, Due, Loss]:
    """Move the difference between fee and surplus of what remains; what fell on refunded pieces is lost."""
    rows = in_force(line)
    old = sum(row.amount_minor for row in rows if row.purpose == PAYMENT_FEE)
    old_origin = sum(row.origin_minor for row in rows if row.purpose == PAYMENT_FEE)
    new = round_half_away(share * fraction(line.remaining_quantity) / line.quantity)
    new_origin = totals.origin_of(Money(new, order.charge_currency), line.rate, line.currency).minor
    more, more_origin = new - old, new_origin - old_origin
    moved = [
        Row("surplus" if line.kind == "item" else "shipping", "", -more, -more_origin),
        Row(PAYMENT_FEE, "", more, more_origin),
    ]
    correction = totals.summed(moved)
    append_rows(line, "fee_correction", cause_id, correction)
    taken = Money(more_origin, line.currency)
    sides = [credit("receivable:platform", taken), *income_sides(correction, line.currency)]
    entry = draft_in(line.organisation, cause_id, sides)
    loss = reserve.bear(line, share - new - fee_lost(order, line, old))
    return entry, Due(line.organisation, -taken, Money(-more, order.charge_currency)), loss


def _in_platforms_book(order: Order, fee: Money, source: str, owed: list[Due], losses: list[Loss]) -> Draft:
    before = Money(order.fee_minor, order.charge_currency)
    if order.fee_reported:
        sides = [credit(order.fund, fee - before)]
    else:
        sides = [debit("payment_fee_accrued", before), credit(order.fund, fee)]
    sides.append(debit("refund_reserve", Money(sum(loss.reserve.minor for loss in losses), order.charge_currency)))
    for due in owed:
        sides += due_sides(due)
    return draft_in(platform(), source, sides)
