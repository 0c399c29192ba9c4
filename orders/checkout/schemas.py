"""What a buyer answers on the way from basket to order, one class a page."""

from flask_babel import gettext as _
from marshmallow import ValidationError, fields, validate, validates

from marketplace.config import ADDRESS_CHARACTERS_MAX
from marketplace.kernel.forms import Amount, Email, Form, PastDay, Text
from marketplace.kernel.money import EXPONENTS
from orders.checkout.names import is_country


class Delivery(Form):
    """Who buys, where news goes, and where the goods go."""

    name = Text(required=True, min=2, max=120)
    email = Email(required=True, max=254)
    country = fields.String(required=True)
    address = Text(required=True, min=8, max=ADDRESS_CHARACTERS_MAX, lines=True)

    @validates("country")
    def _known(self, value: str, data_key: str) -> None:
        if not is_country(value):
            raise ValidationError(_("Choose a country from the list."))


class Payment(Form):
    """How it is paid, and in what."""

    method = fields.String(required=True, validate=validate.OneOf(["card", "transfer"]))
    currency = fields.String(required=True, validate=validate.Length(equal=3))


class Placing(Form):
    """The button on the last page: which try this is, and the act and the sum that it names."""

    client_key = Text(required=True, min=20, max=64)
    agreed_minor = fields.Integer(required=True, strict=False)
    agreed_currency = fields.String(required=True, validate=validate.Length(equal=3))
    agreed_method = fields.String(required=True, validate=validate.OneOf(["card", "transfer"]))


class Rate(Form):
    """An exchange rate as the operator read it somewhere."""

    charge_currency = fields.String(required=True, validate=validate.OneOf(sorted(EXPONENTS)))
    currency = fields.String(required=True, validate=validate.OneOf(sorted(EXPONENTS)))
    rate = Text(required=True, max=24)
    source = Text(required=True, min=3, max=200)
    observed_on = PastDay(required=True)


class Account(Form):
    """Where transfers in a currency go."""

    currency = fields.String(required=True, validate=validate.OneOf(sorted(EXPONENTS)))
    holder = Text(required=True, min=2, max=120)
    bank = Text(required=True, min=2, max=120)
    number = Text(required=True, min=4, max=60)


class Parcel(Form):
    """What a parcel costs, inside the country or abroad."""

    reach = fields.String(required=True, validate=validate.OneOf(["home", "abroad"]))
    price = Amount(required=True)
    title = Text(load_default="", max=120)
