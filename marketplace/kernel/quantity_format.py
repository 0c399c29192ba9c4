"""Quantities as people read them: 21,6 kg, 12 buah. Exact figures, never rounded for show."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from flask import Flask

from marketplace.config import QUANTITIES_KEPT_MAX
from marketplace.kernel.i18n import language
from marketplace.kernel.money_format import MINUS, SEPARATORS
from marketplace.kernel.units import UNITS, convert_exact

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

# From this many base units up the larger unit reads better.
LARGER = {"GRM": ("KGM", 1000), "MMT": ("MTR", 1000), "MLT": ("LTR", 1000), "SEC": ("HUR", 3600)}

# Goods and hours are counted in words ("12 buah", "7,5 jam"), the rest is measured in symbols ("21,6 kg").
COUNTED = frozenset({"H87", "HUR", "EA", "C62", "PR", "DZN", "SCO", "SET"})


def init_app(app: Flask) -> None:
    """Give templates the filters `quantity`, `number` and `as_typed`."""
    app.jinja_env.filters.update(quantity=quantity, number=number, as_typed=as_typed)


def number(exact: str | int) -> str:
    """The template filter: an exact number as it is stored, such as '7.5', in the language in use; '1/170' stays so."""
    text = str(exact)
    return text if "/" in text else format_number(Fraction(text), language())


def as_typed(decimal: str) -> str:
    """The template filter: a plain decimal such as '16389.7270' to its last digit, in the language in use."""
    whole, _point, rest = decimal.partition(".")
    thousands, point = _separators(language())
    return f"{int(whole or 0):,}".replace(",", thousands) + (f"{point}{rest}" if rest else "")


def quantity(amount: int | str | Decimal | Fraction, unit: str) -> str:
    """The template filter: `amount` of the Rec 20 unit `unit`, in the language in use."""
    return format_quantity(amount, unit, language())


@lru_cache(maxsize=QUANTITIES_KEPT_MAX)
def format_quantity(amount: int | str | Decimal | Fraction, unit: str, locale: str) -> str:
    """An amount with its unit, in the larger of two units once that is a short number.

    A unit that is none of ours is printed as it stands. Raises what units.convert_exact raises for no number.
    """
    known = UNITS.get(unit)
    if known is None:
        return f"{format_number(Fraction(str(amount)), locale)}{NO_BREAK_SPACE}{unit}"
    exact = convert_exact(amount, unit, unit)
    larger, threshold = LARGER.get(unit, ("", 0))
    if larger and abs(exact) >= threshold:
        converted = convert_exact(exact, unit, larger)
        if _decimals(converted) is not None:
            exact, known = converted, UNITS[larger]
    return f"{format_number(exact, locale)}{NO_BREAK_SPACE}{_word(known.code, exact, locale)}"


def format_number(exact: Fraction, locale: str) -> str:
    """A number with the separators of the locale's language; one without an end is cut after three decimals."""
    thousands, point = _separators(locale)
    places = _decimals(exact)
    places = 3 if places is None else places
    scaled = abs(exact) * 10**places
    whole, rest = divmod(scaled.numerator // scaled.denominator, 10**places)
    figure = f"{whole:,}".replace(",", thousands) + (f"{point}{rest:0{places}d}" if places and rest else "")
    return (MINUS if exact < 0 else "") + figure


def _separators(locale: str) -> tuple[str, str]:
    return SEPARATORS.get(locale.replace("-", "_").split("_")[0], SEPARATORS["en"])


def _word(code: str, exact: Fraction, locale: str) -> str:
    unit = UNITS[code]
    if code not in COUNTED:
        return unit.symbol
    name = unit.name(locale)
    return name if locale.startswith("id") or exact == 1 or code in {"EA", "C62"} else name + "s"


def _decimals(exact: Fraction) -> int | None:
    """How many decimals print the number exactly, up to six; None where it takes more."""
    return next((places for places in range(7) if (exact * 10**places).denominator == 1), None)
