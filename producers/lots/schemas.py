"""What may be typed in about goods that are brought in, and what they cost."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError, post_load, validate

from marketplace.config import QUANTITY_TEXT_MAX
from marketplace.kernel.forms import Amount, Form, Text
from marketplace.kernel.money import Money
from producers.fairprice.pricing import COST_PURPOSES

KEY_MAX = 40
"""Length of the key that a form carries so that sending it twice records it once."""


def _amount() -> Amount:
    return Amount(load_default=None, validate=validate.Range(min=0))


class CostForm(Form):
    """What goods cost, by purpose, given back as `costs` in minor units; what is left empty is nothing."""

    crop = _amount()
    materials = _amount()
    labour = _amount()
    own_costs = _amount()

    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency

    @post_load
    def _as_costs(self, values: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        costs, errors = {}, {}
        for purpose in COST_PURPOSES:
            amount = values.pop(purpose)
            try:
                costs[purpose] = Money.parse(str(amount or 0), self.currency).minor
            except ValueError:
                errors[purpose] = [_("This has more decimals than the currency.")]
        if errors:
            raise ValidationError(errors)
        return values | {"costs": {purpose: minor for purpose, minor in costs.items() if minor}}


class BringInForm(CostForm):
    """Goods that are there already, with no purchase or step behind them; the cost may be typed in later."""

    client_key = Text(load_default=None, max=KEY_MAX)
    name = Text(required=True, max=160)
    quantity = Text(required=True, max=QUANTITY_TEXT_MAX)
    number = Text(load_default=None, max=40)
    owner_id = Text(load_default=None)
    note = Text(load_default="", max=1000, lines=True)
