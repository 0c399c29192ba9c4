"""What may be typed in about a price and a listing; photos are files."""

from marshmallow import fields, validate

from marketplace.catalogue.categories import CATEGORIES
from marketplace.config import DESCRIPTION_CHARACTERS_MAX
from marketplace.kernel.forms import Amount, Count, Form, Text


class PriceForm(Form):
    """A price to try."""

    price = Amount(load_default=None)


class PublishForm(Form):
    """What a buyer will read beside what the records say."""

    title = Text(required=True, max=120)
    slug = Text(load_default=None, max=80, validate=validate.Regexp(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z"))
    category = fields.String(required=True, validate=validate.OneOf(tuple(CATEGORIES)))
    description = Text(load_default="", max=DESCRIPTION_CHARACTERS_MAX, lines=True)
    price = Amount(required=True)
    quantity = Count(required=True, validate=validate.Range(min=1))
