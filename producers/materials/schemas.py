"""What may be typed in about suppliers, purchases and material that moves."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from marketplace.config import QUANTITY_TEXT_MAX
from marketplace.kernel.forms import Amount, Day, Form, PastDay, Text
from marketplace.kernel.money import Money

PURPOSES = ("materials", "crop")
METHODS = ("cash", "bank")
KEY_MAX = 40
"""Length of the key that a form carries so that sending it twice records it once."""


class SupplierForm(Form):
    """Somebody bought from."""

    name = Text(required=True, max=120)
    district = Text(load_default=None, max=80)


class _Priced(Form):
    """A form with an amount in the cooperative's currency, under `amount_field`."""

    amount_field = ""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency

    @post_load
    def _as_money(self, values: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        amount = values.get(self.amount_field)
        if amount is None:
            return values
        try:
            return values | {self.amount_field: Money.parse(str(amount), self.currency)}
        except ValueError as error:
            sentence = _("This has more decimals than the currency.")
            raise ValidationError({self.amount_field: [sentence]}) from error


class PurchaseForm(_Priced):
    """Material bought as one lot; the supplier is chosen, or named anew."""

    amount_field = "cost"

    client_key = Text(load_default=None, max=KEY_MAX)
    supplier_id = Text(load_default=None)
    new_supplier = Text(load_default=None, max=120)
    district = Text(load_default=None, max=80)
    name = Text(required=True, max=160)
    quantity = Text(required=True, max=QUANTITY_TEXT_MAX)
    cost = Amount(required=True, validate=validate.Range(min=0))
    origin = Text(required=True, max=120)
    purpose = fields.String(load_default="materials", validate=validate.OneOf(PURPOSES))
    bought_on = PastDay(required=True)
    due_on = Day(load_default=None)
    certificates = fields.List(Text(), load_default=list)
    number = Text(load_default=None, max=40)
    note = Text(load_default="", max=1000, lines=True)

    @validates_schema
    def _names_a_supplier(self, values: dict[str, Any], **_kwargs: Any) -> None:
        if not values["supplier_id"] and not values["new_supplier"]:
            raise ValidationError({"new_supplier": [_("Choose the supplier, or name a new one.")]})
        if values["due_on"] and values["due_on"] < values["bought_on"]:
            raise ValidationError({"due_on": [_("This day lies before the purchase. Correct one of the two.")]})


class PaymentForm(_Priced):
    """Money paid to a supplier; left empty the amount is all that is owed."""

    amount_field = "amount"

    amount = Amount(load_default=None, validate=validate.Range(min=0, min_inclusive=False))
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    paid_on = PastDay(required=True)


class MoveForm(Form):
    """Material given out to a home or brought back from it."""

    client_key = Text(load_default=None, max=KEY_MAX)
    lot_id = Text(required=True)
    member_id = Text(required=True)
    quantity = Text(required=True, max=QUANTITY_TEXT_MAX)


class LossForm(Form):
    """Material lost outside a step, in the store or at a member's home, with its cause."""

    lot_id = Text(required=True)
    member_id = Text(load_default=None)
    quantity = Text(required=True, max=QUANTITY_TEXT_MAX)
    cause = Text(required=True, max=1000, lines=True)
