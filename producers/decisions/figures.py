"""The figures that a cooperative decides: what each is called, what it means, how it is typed and shown."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.kernel.i18n import language, money
from marketplace.kernel.quantity_format import format_number

RATE = "rate:"


@dataclass(frozen=True, slots=True)
class Kind:
    """A figure: its code, its name, what it decides, and whether it is a per cent or a sentence."""

    code: str
    name: Any
    meaning: Any
    is_share: bool = True


KINDS = (
    Kind(
        "overhead_on_labour",
        _l("Running the cooperative, on wages"),
        _l("For rent, light and the bookkeeper: per cent on the wages in a piece."),
    ),
    Kind(
        "premium",
        _l("Fair trade premium"),
        _l("Set aside for what the meeting votes: per cent of the price without tax."),
    ),
    Kind("reserve", _l("Reserve"), _l("Kept for bad months: per cent of the price without tax.")),
    Kind("tax", _l("Tax within the price"), _l("Zero where the cooperative is not registered for sales tax.")),
    Kind(
        "loss_rule",
        _l("Who bears a loss"),
        _l("In one sentence. A worker is never made to pay for loss or damage."),
        False,
    ),
)
"""What every cooperative decides before its first price, in the order in which a form asks for it."""

PLATFORM_KINDS = {
    "platform_fee": _l("Platform fee"),
    "fee_rate": _l("Payment fee, share"),
    "fee_fixed_minor": _l("Payment fee, fixed part in cents"),
    "refund_reserve": _l("Refund reserve, of platform fees"),
}
SHARES = {kind.code for kind in KINDS if kind.is_share} | {"platform_fee", "fee_rate", "refund_reserve"}


def name_of(code: str) -> str:
    """What a figure is called, in the language in use."""
    if code.startswith(RATE):
        return str(_("Rate: %(work)s", work=code.removeprefix(RATE)))
    names = {kind.code: kind.name for kind in KINDS} | PLATFORM_KINDS
    stem, _colon, whose = code.partition(":")
    return f"{names.get(stem, stem)} {whose}".strip()


def shown(code: str, value: str, currency: str) -> str:
    """A figure's value as people read it: 25%, Rp42.000, or the sentence of a rule."""
    if code.startswith(RATE):
        return money(int(Fraction(value)), currency)
    if code.partition(":")[0] in SHARES:
        return f"{format_number(Fraction(value) * 100, language())}%"
    return value
