"""What may be typed in about a decision: per cents as people say them, rates in the cooperative's money."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError, post_load, validate, validates_schema

from marketplace.kernel.forms import Amount, Count, Day, Form, Number, PastDay, Text
from marketplace.kernel.money import Money
from producers.decisions.figures import KINDS, RATE

VALUE_MAX = 200
RATE_NAME_MAX = 60
PERCENT = validate.Range(min=0, max=100)
OVERHEAD_PERCENT = validate.Range(min=0, max=1000)

RATE_LINES = (1, 2, 3, 4)
"""The form's lines for rates; a meeting that set more records a second decision."""


def _rate_name() -> Text:
    return Text(load_default=None, max=RATE_NAME_MAX)


def _rate() -> Amount:
    return Amount(load_default=None, validate=validate.Range(min=0, min_inclusive=False))


class DecisionForm(Form):
    """A meeting's decision; after loading, `figures` holds kind → exact text, as the service takes it."""

    title = Text(required=True, max=160)
    decided_on = PastDay(required=True)
    effective_on = Day(required=True)
    present = Count(load_default=0)
    votes_for = Count(load_default=0)
    votes_against = Count(load_default=0)
    votes_abstained = Count(load_default=0)
    minutes = Text(load_default="", max=20_000, lines=True)
    overhead_on_labour = Number(load_default=None, validate=OVERHEAD_PERCENT)
    premium = Number(load_default=None, validate=PERCENT)
    reserve = Number(load_default=None, validate=PERCENT)
    tax = Number(load_default=None, validate=PERCENT)
    loss_rule = Text(load_default=None, max=VALUE_MAX)
    rate_1_name, rate_1 = _rate_name(), _rate()
    rate_2_name, rate_2 = _rate_name(), _rate()
    rate_3_name, rate_3 = _rate_name(), _rate()
    rate_4_name, rate_4 = _rate_name(), _rate()

    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency

    @validates_schema
    def _votes_fit(self, values: dict[str, Any], **_kwargs: Any) -> None:
        votes = values["votes_for"] + values["votes_against"] + values["votes_abstained"]
        if votes > values["present"]:
            sentence = _("%(votes)s votes were counted. At least as many people were there.", votes=votes)
            raise ValidationError({"present": [sentence]})

    @post_load
    def _with_figures(self, values: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        figures = {}
        for kind in KINDS:
            value = values.pop(kind.code)
            if value is not None:
                figures[kind.code] = format((value / 100).normalize(), "f") if kind.is_share else value
        for line in RATE_LINES:
            figures |= self._rate_figure(line, values.pop(f"rate_{line}_name"), values.pop(f"rate_{line}"))
        return values | {"figures": figures}

    def _rate_figure(self, line: int, name: str | None, amount: Any) -> dict[str, str]:
        if name is None and amount is None:
            return {}
        if name is None:
            raise ValidationError({f"rate_{line}_name": [_("Say for which work this rate is.")]})
        if amount is None:
            raise ValidationError({f"rate_{line}": [_("Enter the rate of this work.")]})
        try:
            money = Money.parse(str(amount), self.currency)
        except ValueError as error:
            raise ValidationError({f"rate_{line}": [_("This has more decimals than the currency.")]}) from error
        return {RATE + name: str(money.minor)}
