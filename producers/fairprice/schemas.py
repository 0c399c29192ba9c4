"""What may be typed in about a wage benchmark."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError, fields, validate, validates_schema

from marketplace.config import BENCHMARK_HOURS_MAX
from marketplace.kernel.forms import Amount, Count, Day, Form, Text
from producers.fairprice.models import BENCHMARK_KINDS


class BenchmarkForm(Form):
    """A figure from outside: how much for how many hours, where, from whom, who reviewed it, until when it holds."""

    kind = fields.String(required=True, validate=validate.OneOf(BENCHMARK_KINDS))
    amount = Amount(required=True)
    hours = Count(required=True, validate=validate.Range(1, BENCHMARK_HOURS_MAX))
    place = Text(required=True, max=60)
    source = Text(required=True, max=130)
    reviewed_by = Text(required=True, max=120)
    valid_from = Day(required=True)
    valid_until = Day(required=True)

    @validates_schema
    def _ends_after_it_begins(self, values: dict[str, Any], **_kwargs: Any) -> None:
        if values["valid_until"] < values["valid_from"]:
            raise ValidationError({"valid_until": [_("The last day lies before the first. Correct one of the two.")]})
