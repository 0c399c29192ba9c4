"""What is typed about a refund; the pieces come beside it, one number a line."""

from marshmallow import fields, validate

from marketplace.kernel.forms import Form, Text


class Given(Form):
    """What becomes of the goods, why, and whose mistake it was."""

    goods = fields.String(required=True, validate=validate.OneOf(["restocked", "scrapped"]))
    reason = Text(required=True, min=3, max=200)
    seller_at_fault = fields.Boolean(load_default=False)
    client_key = Text(required=True, min=26, max=26)
