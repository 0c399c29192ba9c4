"""What a buyer sends about her basket."""

from marshmallow import fields, validate

from marketplace.kernel.db import ID_LENGTH
from marketplace.kernel.forms import Count, Form, Text


class Put(Form):
    """Pieces of a listing into the basket; one where nothing is said."""

    listing_id = Text(required=True, max=ID_LENGTH)
    quantity = Count(load_default=1)


class Quantity(Form):
    """So many pieces of a listing; none takes it out."""

    quantity = Count(required=True)


class Terms(Form):
    """Where the goods would go and what they would be paid in."""

    country = fields.String(validate=validate.Length(equal=2), load_default=None)
    currency = fields.String(validate=validate.Length(equal=3), load_default=None)
