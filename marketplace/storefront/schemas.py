"""What a reader may ask of the shop window, as it stands in the address."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from marketplace.catalogue.goods import Filters
from marketplace.config import SEARCH_CHARACTERS_MAX
from marketplace.kernel.errors import Invalid
from marketplace.kernel.forms import Amount, Count, Form, Text
from marketplace.kernel.money import EXPONENTS, Money

CHOICES_MAX = 50

PRICE_UNREADABLE = _l("Enter a price in %(currency)s, for example 650.000.")
CURRENCY_MISSING = _l("Choose the currency of the price.")
PRICES_CROSSED = _l("The highest price must not be below the lowest.")


class Asked(Form):
    """The filters and the page of a list of goods."""

    q = Text(max=SEARCH_CHARACTERS_MAX, load_default="")
    category = fields.List(Text(max=24), load_default=list, validate=validate.Length(max=CHOICES_MAX))
    cooperative = fields.List(Text(max=60), load_default=list, validate=validate.Length(max=CHOICES_MAX))
    currency = Text(max=3, load_default="", validate=validate.OneOf(["", *EXPONENTS]))
    lowest = Amount(load_default=None)
    highest = Amount(load_default=None)
    page = Count(load_default=1, validate=validate.Range(min=1, max=100_000))


def filters(asked: dict[str, Any]) -> Filters:
    """The loaded values as filters; Invalid for a price without a currency, or one it cannot have, or crossed ones."""
    if (asked["lowest"] is not None or asked["highest"] is not None) and not asked["currency"]:
        raise Invalid(fields={"currency": CURRENCY_MISSING})
    lowest, highest = (_minor(asked, name) for name in ("lowest", "highest"))
    if lowest is not None and highest is not None and lowest > highest:
        raise Invalid(fields={"highest": PRICES_CROSSED})
    return Filters(
        text=asked["q"],
        categories=tuple(asked["category"]),
        cooperatives=tuple(asked["cooperative"]),
        currency=asked["currency"],
        from_minor=lowest,
        to_minor=highest,
    )


def _minor(asked: dict[str, Any], name: str) -> int | None:
    if asked[name] is None:
        return None
    try:
        return Money.parse(str(asked[name]), asked["currency"]).minor
    except ValueError as error:
        raise Invalid(fields={name: str(PRICE_UNREADABLE) % {"currency": asked["currency"]}}) from error
