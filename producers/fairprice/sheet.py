"""The cost sheet of a lot's piece: what it cost, the rules with their decisions, the floor, the split of a price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from marketplace.kernel.money import Money
from producers.decisions.queries import Figure, fee_estimate_on, rule_figures_on
from producers.fairprice.pricing import CostRow, Rules, SplitRow, floor_price, split_piece
from producers.lots.models import Lot
from producers.lots.services import cost_preview


@dataclass(frozen=True, slots=True)
class CostSheet:
    """Everything a price of one piece is worked out from, on one day."""

    on: date
    currency: str
    costs: Sequence[CostRow]
    figures: dict[str, Figure]
    rules: Rules
    fee_rate: Fraction
    floor: Money

    def split(self, price_minor: int) -> list[SplitRow]:
        """The split of a price by purpose and source."""
        return split_piece(price_minor, self.rules, self.costs, self.fee_rate)


def cost_sheet(lot: Lot, on: date) -> CostSheet:
    """The cost sheet of one piece as the lot stands; refuses where a rule is not decided or nothing remains."""
    costs = cost_preview(lot.id, 1)
    figures = rule_figures_on(lot.organisation_id, on)
    rules = Rules(**{kind: Fraction(figure.value) for kind, figure in figures.items()})
    fee_rate = fee_estimate_on(on).rate
    currency = lot.organisation.currency
    floor = Money(floor_price(costs, rules, fee_rate), currency)
    return CostSheet(on, currency, costs, figures, rules, fee_rate, floor)
