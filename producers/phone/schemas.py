"""What a member types: what is wrong with a payment, what she worked."""

from marshmallow import validate

from marketplace.config import SLIP_HOURS_MAX, SLIP_PIECES_MAX
from marketplace.kernel.forms import Amount, Count, Form, Number, Text


class ContestForm(Form):
    """How much she received, and her words."""

    received = Amount(required=True)
    note = Text(load_default="", max=500, lines=True)


class StartForm(Form):
    """The work she begins."""

    client_key = Text(required=True, max=60)
    rate_key = Text(required=True, max=72)


class FinishForm(Form):
    """What came of it."""

    pieces = Count(required=True, validate=validate.Range(min=1, max=SLIP_PIECES_MAX))
    hours = Number(required=True, validate=validate.Range(min=0, max=SLIP_HOURS_MAX, min_inclusive=False))
