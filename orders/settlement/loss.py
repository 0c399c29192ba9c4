"""What nobody gets back: the fee the provider keeps on refunded pieces (rule 23).

The platform's refund reserve bears it first, then the cooperative; no wage ever does.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.accounts.organisations import platform
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.queries import balance
from marketplace.ledger.services import credit, debit
from orders.checkout import totals
from orders.checkout.models import Order, OrderLine
from orders.checkout.posting import Due, book_of, post_in


@dataclass(frozen=True, slots=True)
class Loss:
    """A line's loss and who bears it: the reserve, the rest the seller in both currencies; negative is given back."""

    line: OrderLine
    reserve: Money
    seller_charge: Money
    seller_origin: Money


class Reserve:
    """The platform's refund reserve in one charge currency, locked while losses are taken from it."""

    def __init__(self, currency: str) -> None:
        owner = platform()
        db.session.refresh(owner, with_for_update=True)
        self.currency = currency
        self._left = max(0, -balance(book_of(owner), "refund_reserve", currency).minor)

    def bear(self, line: OrderLine, loss_minor: int) -> Loss:
        """Take a loss from the reserve as far as it reaches; the shortfall falls to the seller at the frozen rate.

        A negative loss is given back, to the seller first, as far as each bore before.
        """
        if loss_minor >= 0:
            covered = min(loss_minor, self._left)
        else:
            covered = loss_minor + min(-loss_minor, line.loss_seller_minor)
        self._left -= covered
        shortfall = Money(loss_minor - covered, self.currency)
        line.loss_reserve_minor += covered
        line.loss_seller_minor += shortfall.minor
        origin = totals.origin_of(shortfall, line.rate, line.currency)
        return Loss(line, Money(covered, self.currency), shortfall, origin)


def fee_lost(order: Order, line: OrderLine, fee_in_force: int) -> int:
    """What of the order's present fee fell on the refunded pieces of a line, minor units of the charge currency."""
    shares = totals.fee_shares(order.fee_minor, [each.charge_minor for each in order.lines])
    return shares[line.ordinal - 1] - fee_in_force


def post_losses(source: str, losses: Iterable[Loss]) -> None:
    """The sellers' shortfalls in their own books."""
    for loss in losses:
        sides = [debit("expense:refund_loss", loss.seller_origin), credit("receivable:platform", loss.seller_origin)]
        post_in(loss.line.organisation, source, sides)


def joined(dues: Iterable[Due], losses: Iterable[Loss]) -> list[Due]:
    """One due a seller, with what it bears taken off."""
    by_seller: dict[str, Due] = {}
    shortfalls = [Due(loss.line.organisation, -loss.seller_origin, -loss.seller_charge) for loss in losses]
    for due in [*dues, *shortfalls]:
        before = by_seller.get(due.organisation.id)
        if before:
            due = Due(due.organisation, before.origin + due.origin, before.charge + due.charge)
        by_seller[due.organisation.id] = due
    return list(by_seller.values())
