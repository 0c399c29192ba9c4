"""From "1,5 kg" or "12 buah" to the base units a lot is kept in, with the refusal at its field."""

from collections.abc import Callable
from typing import TypeVar

from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.units import UNITS, convert_exact, find_unit, parse_quantity, to_base

LOT_UNITS = {"GRM", "H87"}
COUNTED_AS_PIECES = {"EA": 1, "C62": 1}

Given = TypeVar("Given")


def base_quantity(text: str) -> tuple[int, str]:
    """A typed quantity as whole grams or pieces; refuses at the field `quantity` what is neither weight nor count."""
    number, code = _at_field(lambda: parse_quantity(text))
    base = "H87" if code in COUNTED_AS_PIECES else find_unit(code).base
    if base not in LOT_UNITS:
        raise Invalid(fields={"quantity": _("Weigh it or count it, for example 6 kg or 40 pieces.")})
    quantity = _at_field(lambda: to_base(number, "H87" if code in COUNTED_AS_PIECES else code))
    return _more_than_nothing(quantity), base


def quantity_of_lot(text: str, unit: str) -> int:
    """A typed quantity in the unit of a lot: pieces need no word, a weight does, since 5 may be grams or kilograms."""
    number, code = _at_field(lambda: parse_quantity(text, default_unit=unit if unit == "H87" else None))
    if code in COUNTED_AS_PIECES:
        code = "H87"
    quantity = _at_field(lambda: convert_exact(number, code, unit))
    if quantity.denominator != 1:
        raise Invalid(fields={"quantity": _("Enter whole %(unit)s.", unit=UNITS[unit].symbol)})
    return _more_than_nothing(quantity.numerator)


def _more_than_nothing(quantity: int) -> int:
    if quantity <= 0:
        raise Invalid(fields={"quantity": _("Enter more than nothing.")})
    return quantity


def _at_field(read: Callable[[], Given]) -> Given:
    try:
        return read()
    except LumbungError as error:
        raise Invalid(fields={"quantity": error.sentence}) from error
