"""The arithmetic of an order, pure: charges, the payment fee and its shares, a line's split in both currencies.

Rules 12, 13 and 16 to 18 of the worked example. `rate` is units of the seller's currency for one we charge in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from marketplace.kernel.money import Exact, Money, portion, share
from producers.fairprice.pricing import PURPOSES, SplitRow

PAYMENT_FEE = "payment_fee"

# History brought in from another shop knows one row only, which stands where the rows it folds would stand.
_PLACE = {purpose: place for place, purpose in enumerate(("producer_share", *PURPOSES))}


@dataclass(frozen=True, slots=True)
class Row:
    """A split row in both currencies, minor units."""

    purpose: str
    source_id: str
    amount_minor: int
    origin_minor: int


def receipt_order(row: Row | SplitRow) -> tuple[int, str]:
    """The receipt's order: by purpose, within a purpose by source id as text."""
    return _PLACE[row.purpose], row.source_id


def charge_of(origin: Money, rate: str, charge_currency: str) -> Money:
    """What a line costs in the charge currency, rounded once (rule 16)."""
    return origin.converted(1 / Fraction(rate), charge_currency)


def origin_of(charge: Money, rate: str, currency: str) -> Money:
    """A charge amount in the seller's currency at the frozen rate, rounded once (rules 17, 23)."""
    return charge.converted(rate, currency)


def fee_estimate(charges: Sequence[int], rate: Exact, fixed_minor: int) -> int:
    """The payment fee expected for an order: a percentage of all charges, rounded, and a fixed part, once."""
    return portion(sum(charges), rate) + fixed_minor


def fee_shares(fee_minor: int, charges: Sequence[int]) -> list[int]:
    """The fee shared over all lines by amount charged."""
    return share(fee_minor, charges)


def in_both_currencies(rows: Iterable[SplitRow], charge_minor: int, fee_minor: int) -> list[Row]:
    """A seller's split with its amounts in the charge currency: the payment fee exact, the rest shared (rule 16)."""
    ordered = sorted(rows, key=receipt_order)
    others = [row for row in ordered if row.purpose != PAYMENT_FEE]
    shares = iter(share(charge_minor - fee_minor, [row.amount_minor for row in others]))
    both = [
        Row(
            row.purpose,
            row.source_id,
            fee_minor if row.purpose == PAYMENT_FEE else next(shares),
            row.amount_minor,
        )
        for row in ordered
    ]
    return [row for row in both if row.amount_minor or row.origin_minor]


def summed(rows: Iterable[Row]) -> list[Row]:
    """Rows added up by purpose and source, in receipt order, without those that are nothing in both currencies."""
    totals: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        total = totals.setdefault((row.purpose, row.source_id), [0, 0])
        total[0] += row.amount_minor
        total[1] += row.origin_minor
    added = [Row(purpose, source, *amounts) for (purpose, source), amounts in totals.items() if any(amounts)]
    return sorted(added, key=receipt_order)


def by_purpose(rows: Iterable[Row]) -> Mapping[str, tuple[int, int]]:
    """Charge and origin amounts by purpose, in receipt order."""
    totals: dict[str, tuple[int, int]] = {}
    for row in summed(rows):
        charge, origin = totals.get(row.purpose, (0, 0))
        totals[row.purpose] = (charge + row.amount_minor, origin + row.origin_minor)
    return totals
