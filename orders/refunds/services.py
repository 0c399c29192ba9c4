"""Services on refunds (rules 22 and 23)."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.organisations import platform
from marketplace.catalogue import stock as shelf
from marketplace.kernel import clock, ids, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.kernel.money import Money, take
from marketplace.ledger.services import credit, debit, post_all
from orders.checkout import states
from orders.checkout.models import Order, OrderLine
from orders.checkout.posting import Due, cost_sides, draft_in, due_sides, income_sides, kept_by_seller, post_in
from orders.checkout.sale import inventory_account
from orders.checkout.services import lock_order
from orders.checkout.splits import amount_of, append_rows, in_force
from orders.checkout.terms import may_run
from orders.checkout.totals import Row, summed
from orders.payments.services import owe_back
from orders.receipts import services as receipts
from orders.receipts.crediting import credited_line
from orders.receipts.models import CreditNote
from orders.refunds.models import Refund, RefundLine
from orders.settlement.items import note_dues
from orders.settlement.loss import Loss, Reserve, joined, loss_entries
from producers.fairprice.pricing import COST_PURPOSES, CostRow
from producers.lots import services as lots

RESTOCKED, SCRAPPED = "restocked", "scrapped"


class NotPaid(Conflict):
    """Only a paid order is refunded."""

    code = "refund_order_not_paid"
    message = _l("This order is not paid, so there is nothing to refund.")


class TooManyPieces(Invalid):
    """More pieces than are left, or none."""

    code = "refund_too_many"
    message = _l("Between 1 and %(left)s pieces of this line can be refunded.")


class ParcelStays(Conflict):
    """A parcel is refunded with its whole contents or when the seller is at fault."""

    code = "refund_parcel_stays"
    message = _l("Delivery is refunded only with everything in the parcel, or when the seller made the mistake.")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a refund takes from one line: pieces and split rows, all positive."""

    line: OrderLine
    quantity: int
    rows: list[Row]

    @property
    def charge_minor(self) -> int:
        return sum(row.amount_minor for row in self.rows)

    @property
    def origin_minor(self) -> int:
        return sum(row.origin_minor for row in self.rows)


def earlier(actor: Actor, order_id: str, id: str | None) -> Refund | None:
    """The refund that bears this id already; refuses one of another order, or of a seller that she does not run."""
    done = db.session.get(Refund, id) if id else None
    if done is None:
        return None
    lines = db.session.scalars(select(OrderLine).where(OrderLine.id.in_([each.order_line_id for each in done.lines])))
    if done.order_id != order_id or not all(may_run(actor, line.organisation) for line in lines):
        raise NotFound
    return done


def refund(
    actor: Actor,
    order_id: str,
    pieces: Mapping[str, int],
    *,
    goods: str,
    reason: str = "",
    seller_at_fault: bool = False,
    id: str | None = None,
) -> Refund:
    """Refund pieces of an order's lines (line id → quantity): one credit note, a receipt revision, money to send.

    Each currency's remaining split gives its part; restocked goods go back into their lot with exactly the costs
    refunded, scrapped ones are the cooperative's expense. What nobody gets back the refund reserve bears, then
    the cooperative; wages are never touched. Repeating an id gives the refund there is. Refuses an unpaid order,
    pieces that are not there, a parcel alone unless the seller is at fault, and who runs none of the sellers.
    """
    if done := earlier(actor, order_id, id):
        return done
    order = lock_order(order_id)
    if order.state != states.State.PAID:
        raise NotPaid
    if goods not in {RESTOCKED, SCRAPPED}:
        raise Invalid
    lines = _refundable(actor, order, pieces, seller_at_fault)
    taken = [take_of(line, pieces[line.id]) for line in lines]
    receipts.issue_receipt(order)  # as it was paid: a credit note names the receipt that it corrects
    made = Refund(
        id=id or ids.new_id(),
        order_id=order.id,
        goods=goods,
        reason=reason,
        seller_at_fault=seller_at_fault,
        currency=order.charge_currency,
        amount_minor=sum(each.charge_minor for each in taken),
        made_at=clock.now(),
        made_by=actor.user_id,
    )
    reserve = Reserve(order.charge_currency)
    losses = [reserve.bear(each.line, amount_of(each.rows, "payment_fee")) for each in taken]
    made.reserve_minor = sum(loss.reserve.minor for loss in losses)
    made.lines = [_refund_line(each, loss) for each, loss in zip(taken, losses, strict=True)]
    db.session.add(made)
    db.session.flush()
    for each in taken:
        book(each, made.id)
    _return_goods([each for each in taken if each.line.stock], goods, made.id)
    _post(order, made, taken, losses)
    order.refunded_minor += made.amount_minor
    db.session.flush()
    owe_back(order, Money(made.amount_minor, made.currency), kind="refund", cause_id=made.id)
    outbox.publish("refund.made", {"refund_id": made.id})
    _issue_documents(order, made, taken, losses)
    return made


def _refundable(actor: Actor, order: Order, pieces: Mapping[str, int], seller_at_fault: bool) -> list[OrderLine]:
    lines = [line for line in order.lines if line.id in pieces]
    if not lines or len(lines) != len(pieces):
        raise NotFound
    for line in lines:
        if not may_run(actor, line.organisation):
            raise NotAllowed
        if not 1 <= pieces[line.id] <= line.remaining_quantity:
            raise TooManyPieces(left=line.remaining_quantity)
    for parcel in (line for line in lines if line.kind == "shipping"):
        contents = [
            line for line in order.lines if line.kind == "item" and line.organisation_id == parcel.organisation_id
        ]
        stays = any(line.remaining_quantity > pieces.get(line.id, 0) for line in contents)
        if stays and not seller_at_fault:
            raise ParcelStays
    return lines


def take_of(line: OrderLine, quantity: int) -> Taken:
    """Rule 22: quantity ÷ remaining quantity of each currency's remaining split."""
    rows = in_force(line)
    left = line.remaining_quantity
    charges = take([row.amount_minor for row in rows], quantity, left)
    origins = take([row.origin_minor for row in rows], quantity, left)
    parts = zip(rows, charges, origins, strict=True)
    return Taken(line, quantity, [Row(row.purpose, row.source_id, charge, origin) for row, charge, origin in parts])


def _refund_line(taken: Taken, loss: Loss) -> RefundLine:
    return RefundLine(
        order_line_id=taken.line.id,
        quantity=taken.quantity,
        charge_minor=taken.charge_minor,
        origin_minor=taken.origin_minor,
        seller_loss_minor=loss.seller_origin.minor,
    )


def book(taken: Taken, cause_id: str) -> None:
    back = [Row(row.purpose, row.source_id, -row.amount_minor, -row.origin_minor) for row in taken.rows]
    append_rows(taken.line, "refund", cause_id, summed(back))
    taken.line.refunded_quantity += taken.quantity
    taken.line.refunded_charge_minor += taken.charge_minor
    taken.line.refunded_origin_minor += taken.origin_minor
    db.session.flush()


def _return_goods(taken: list[Taken], goods: str, source: str) -> None:
    """The pieces back into their lots with the very costs that were refunded, and back on sale if sound.

    First the lots, then the shelf, each in key order, as a sale takes them.
    """
    restocked = goods == RESTOCKED
    stocks = {each.line.id: each.line.stock for each in taken if each.line.stock}
    for each in sorted(taken, key=lambda each: stocks[each.line.id].lot_id):
        costs = [
            CostRow(row.purpose, row.source_id, row.origin_minor)
            for row in each.rows
            if row.purpose in COST_PURPOSES and row.origin_minor
        ]
        lot_id = stocks[each.line.id].lot_id
        lots.return_from_sale(lot_id, each.quantity, costs, restocked=restocked, source=source)
    for each in sorted(taken, key=lambda each: stocks[each.line.id].id) if restocked else ():
        shelf.take_back(stocks[each.line.id].id, each.quantity)


def _post(order: Order, made: Refund, taken: list[Taken], losses: list[Loss]) -> None:
    """The sellers give back their rows, the platform its fee; then what nobody gets back."""
    dues = []
    for each in taken:
        charge, origin = kept_by_seller(each.rows)
        _post_line(each, made, Money(origin, each.line.currency))
        due = Due(each.line.organisation, Money(-origin, each.line.currency), Money(-charge, made.currency))
        dues.append(due)
    owed = joined(dues, losses)
    fee = Money(sum(amount_of(each.rows, "platform_fee") for each in taken), made.currency)
    sides = [
        debit("income:platform_fee", fee),
        debit("refund_reserve", Money(made.reserve_minor, made.currency)),
        credit(order.fund, Money(made.amount_minor, made.currency)),
    ]
    for due in owed:
        sides += due_sides(due)
    post_all([draft_in(platform(), made.id, sides), *loss_entries(made.id, losses)])
    note_dues(order.id, "refund", made.id, owed)


def _post_line(taken: Taken, made: Refund, kept: Money) -> None:
    line = taken.line
    sides = [credit("receivable:platform", kept), *income_sides(taken.rows, line.currency, -1)]
    shelf_account = inventory_account(line)
    if shelf_account:
        goods_to = shelf_account if made.goods == RESTOCKED else "expense:goods_lost"
        sides += cost_sides(taken.rows, line.currency, goods_to, -1)
    post_in(line.organisation, made.id, sides)


def _issue_documents(order: Order, made: Refund, taken: list[Taken], losses: list[Loss]) -> CreditNote:
    facts = {
        "amount_minor": made.amount_minor,
        "goods": made.goods,
        "loss": _borne(losses),
        "lines": [
            credited_line(each.line, each.quantity, each.rows, loss=_borne([loss]))
            for each, loss in zip(taken, losses, strict=True)
        ],
    }
    note = receipts.issue_credit_note([order], cause_id=made.id, currency=made.currency, facts=facts)
    receipts.revise_receipt(order)
    return note


def _borne(losses: list[Loss]) -> dict[str, int]:
    """Who bore what nobody gets back, in the charge currency."""
    return {
        "reserve_minor": sum(loss.reserve.minor for loss in losses),
        "seller_minor": sum(loss.seller_charge.minor for loss in losses),
    }
