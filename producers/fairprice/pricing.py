"""The split of a price, and its floor: pure arithmetic on whole minor units and exact fractions.

Rules 1, 2, 12, 13, 14 and 18 of the worked example. Nothing here reads a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import Invalid
from marketplace.kernel.money import portion, rounded

PURPOSES = (
    "crop",
    "materials",
    "labour",
    "own_costs",
    "overhead",
    "premium",
    "reserve",
    "surplus",
    "platform_fee",
    "payment_fee",
    "tax",
    "shipping",
    "deposit",
)
"""What a part of a price is for, in the order of the receipt."""

COST_PURPOSES = ("crop", "materials", "labour", "own_costs")
"""What a lot can carry; the rest is worked out by rule."""

ROUNDINGS_OF_A_SPLIT = 5
"""Tax, premium, reserve, platform fee and payment fee are each rounded once, by half a minor unit at most."""

_PLACE = {purpose: place for place, purpose in enumerate(PURPOSES)}


class NoFloor(Invalid):
    """The shares taken off a price leave nothing for the work, whatever the price."""

    code = "no_floor"
    message = _l("Tax, premium, reserve and fees take the whole price. Lower one of them by a decision first.")


@dataclass(frozen=True, slots=True)
class Rules:
    """The rates a split is worked out with, each from a recorded decision; all but overhead are on the price."""

    tax: Fraction
    overhead_on_labour: Fraction
    premium: Fraction
    reserve: Fraction
    platform_fee: Fraction


@dataclass(frozen=True, slots=True)
class CostRow:
    """What a lot or a piece of it cost for one purpose, by the record that made the cost."""

    purpose: str
    source_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One part of a price; `source_id` is empty where a rule and not a record made it."""

    purpose: str
    source_id: str
    amount_minor: int


def sort_key(row: CostRow | SplitRow) -> tuple[int, str]:
    """The receipt's order: by purpose, within a purpose by source id as text."""
    return _PLACE[row.purpose], row.source_id


def tax_within(gross_minor: int, rate: Fraction) -> int:
    """The tax inside a price that includes it."""
    numerator, denominator = rate.as_integer_ratio()
    return rounded(gross_minor * numerator, denominator + numerator)


def split_line(gross_minor: int, rules: Rules, costs: Sequence[CostRow], payment_fee_minor: int) -> list[SplitRow]:
    """Split a line's price: what it cost, what the rules take, the surplus that is left; the rows sum to the price.

    All rows of a rule are there, also at zero; the surplus may be negative (rule 13).
    """
    tax = tax_within(gross_minor, rules.tax)
    net = gross_minor - tax
    labour = sum(row.amount_minor for row in costs if row.purpose == "labour")
    by_rule = {
        "overhead": portion(labour, rules.overhead_on_labour),
        "premium": portion(net, rules.premium),
        "reserve": portion(net, rules.reserve),
        "platform_fee": portion(net, rules.platform_fee),
        "payment_fee": payment_fee_minor,
        "tax": tax,
    }
    spent = sum(row.amount_minor for row in costs) + sum(by_rule.values())
    rows = [SplitRow(row.purpose, row.source_id, row.amount_minor) for row in costs]
    rows += [SplitRow(purpose, "", amount) for purpose, amount in by_rule.items()]
    rows.append(SplitRow("surplus", "", gross_minor - spent))
    return sorted(rows, key=sort_key)


def split_parcel(gross_minor: int, rules: Rules, payment_fee_minor: int) -> list[SplitRow]:
    """Split what a buyer pays for a parcel: payment fee, tax, and the rest to the carrier (rule 18)."""
    tax = tax_within(gross_minor, rules.tax)
    return [
        SplitRow("payment_fee", "", payment_fee_minor),
        SplitRow("tax", "", tax),
        SplitRow("shipping", "", gross_minor - tax - payment_fee_minor),
    ]


def split_piece(price_minor: int, rules: Rules, costs: Sequence[CostRow], fee_rate: Fraction) -> list[SplitRow]:
    """Split one piece's price as shown at publishing, with the fee estimate's percentage (rule 14)."""
    return split_line(price_minor, rules, costs, portion(price_minor, fee_rate))


def surplus_of(rows: Sequence[SplitRow]) -> int:
    """The surplus in a split."""
    return sum(row.amount_minor for row in rows if row.purpose == "surplus")


def floor_price(costs_of_one_piece: Sequence[CostRow], rules: Rules, fee_rate: Fraction) -> int:
    """The smallest price whose split leaves a surplus of nothing or more (rule 14).

    Rounding makes the curve uneven by a coin, so it is searched upwards from a price that is surely too low.
    Raises NoFloor where the rates leave nothing of a price.
    """
    kept = (1 - rules.premium - rules.reserve - rules.platform_fee) / (1 + rules.tax) - fee_rate
    if kept <= 0:
        raise NoFloor
    labour = sum(row.amount_minor for row in costs_of_one_piece if row.purpose == "labour")
    fixed = sum(row.amount_minor for row in costs_of_one_piece) + portion(labour, rules.overhead_on_labour)
    surely_too_low = int((fixed - ROUNDINGS_OF_A_SPLIT) / kept)
    return next(
        price
        for price in count(max(1, surely_too_low))
        if surplus_of(split_piece(price, rules, costs_of_one_piece, fee_rate)) >= 0
    )
