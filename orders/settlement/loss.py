"""What nobody gets back: the fee the provider keeps on refunded pieces (rule 23).

The platform's refund reserve bears it first, then the cooperative; no wage ever does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from marketplace.accounts.organisations import platform
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from marketplace.ledger.queries import balance
from marketplace.ledger.services import Draft, credit, debit
from orders.checkout import totals
from orders.checkout.models import Order, OrderLine
from orders.checkout.posting import Due, book_of, draft_in


@dataclass(frozen=True, slots=True)
class Loss:
    """A line's loss and who bears it: the reserve, the rest the seller in both currencies; negative is given back."""

    line: OrderLine
    reserve: Money
    seller_charge: Money
    seller_origin: Money


class Reserve:
    """The platform's refund reserve in one charge currency, locked from the first loss that is taken from it."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._taken = 0
        self._held: int | None = None

    def _at_first(self) -> int:
        """What it held before the first loss, minor units; the sum of every posting there ever was."""
        # No cached_property: Python 3.11's lets one thread in at a time, and one that waits for the row would keep out
        # the thread that holds it.
        if self._held is None:
            owner = platform()
            db.session.refresh(owner, with_for_update=True)
            self._held = max(0, -balance(book_of(owner), "refund_reserve", self.currency).minor)
        return self._held

    def bear(self, line: OrderLine, loss_minor: int) -> Loss:
        """Take a loss from the reserve as far as it reaches; the shortfall falls to the seller at the frozen rate.

        A negative loss is given back, to the seller first, as far as each bore before.
        """
        if not loss_minor:
            return Loss(line, Money(0, self.currency), Money(0, self.currency), Money(0, line.currency))
        if loss_minor > 0:
            covered = min(loss_minor, self._at_first() - self._taken)
        else:
            covered = loss_minor + min(-loss_minor, line.loss_seller_minor)
        self._taken += covered
        shortfall = Money(loss_minor - covered, self.currency)
        line.loss_reserve_minor += covered
        line.loss_seller_minor += shortfall.minor
        origin = totals.origin_of(shortfall, line.rate, line.currency)
        return Loss(line, Money(covered, self.currency), shortfall, origin)


def fee_lost(order: Order, line: OrderLine, fee_in_force: int) -> int:
    """What of the order's present fee fell on the refunded pieces of a line, minor units of the charge currency."""
    shares = totals.fee_shares(order.fee_minor, [each.charge_minor for each in order.lines])
    return shares[line.ordinal - 1] - fee_in_force


def loss_entries(source: str, losses: Iterable[Loss]) -> Iterator[Draft]:
    """The sellers' shortfalls in their own books."""
    for loss in losses:
        sides = [debit("expense:refund_loss", loss.seller_origin), credit("receivable:platform", loss.seller_origin)]
        yield draft_in(loss.line.organisation, source, sides)


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
