"""What may be typed in about payslips, payments and a member's word on them."""

from marshmallow import fields, validate

from marketplace.kernel.forms import Day, Form, PastDay
from producers.wages.words import METHODS, TOLD

WORDS = ("confirm", "contest", "withdraw")


class PayslipForm(Form):
    """The records a slip holds, and by when it is due."""

    records = fields.List(fields.String(), load_default=list)
    due_on = Day(required=True)


class PaymentForm(Form):
    """How and when a slip was paid; the proof is a file."""

    method = fields.String(required=True, validate=validate.OneOf(tuple(METHODS)))
    paid_on = PastDay(required=True)


class WordForm(Form):
    """What a member said of a payment, and how she said it."""

    what = fields.String(required=True, validate=validate.OneOf(WORDS))
    how = fields.String(required=True, validate=validate.OneOf(TOLD))
