"""Units of measure with their UN/CEFACT Recommendation 20 codes, converted exactly.

Every factor is a fraction, so nothing is rounded on the way. Stock is kept in whole base units: grams,
pieces, millimetres, square centimetres, millilitres, seconds, sets.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from flask_babel import lazy_gettext as _l

from marketplace.config import QUANTITY_DIGITS_MAX, QUANTITY_TEXT_MAX
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.money import round_half_away

DecimalSign = Literal[".", ","]


class UnitError(LumbungError):
    """A quantity or unit that cannot be used as given."""

    code = "unit_error"
    status = 422


class UnknownUnit(UnitError):
    """The code or word names no unit of our table."""

    code = "unit_unknown"
    message = _l("We do not know the unit %(unit)s. Use kg, g, m, l or pcs.")


class UnitMismatch(UnitError):
    """The two units measure different things."""

    code = "unit_mismatch"
    message = _l("A quantity in %(have)s cannot be turned into %(want)s.")


class QuantityNotWhole(UnitError):
    """The quantity is not a whole number of base units."""

    code = "quantity_not_whole"
    message = _l("%(quantity)s %(unit)s is not a whole number of %(base)s. Write it in %(base)s, rounded.")


class QuantityUnreadable(UnitError):
    """The text does not begin with a number, or is far too long to be a quantity."""

    code = "quantity_unreadable"
    message = _l("Write a number, then the unit, for example 60 kg.")


class NumberUnreadable(UnitError):
    """The figures do not form a number."""

    code = "number_unreadable"
    message = _l("“%(number)s” is not a number. Write it like 1500 or 1,5.")


class NumberAmbiguous(UnitError):
    """The figures form two different numbers, depending on the reader's country."""

    code = "number_ambiguous"
    message = _l("“%(number)s” can be read in two ways. Write %(whole)s, or %(short)s.")


class NumberTooLong(UnitError):
    """The number has more digits than any real quantity."""

    code = "number_too_long"
    message = _l("A quantity has at most %(digits)s digits on either side of the decimal sign.")


class UnitMissing(UnitError):
    """The text has a number without a unit."""

    code = "unit_missing"
    message = _l("Write the unit after the number, for example 60 kg.")


class UnitNotSingle(UnitError):
    """The text names more than one unit."""

    code = "unit_not_single"
    message = _l("“%(units)s” is more than one unit. Write only one.")


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: `factor` is how many of `base` make one of it, exactly."""

    code: str
    base: str
    factor: Fraction
    symbol: str
    name_id: str
    name_en: str
    words: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """The unit's name in Indonesian for `id`, in English for any other language."""
        return self.name_id if language.split("_")[0].split("-")[0] == "id" else self.name_en


def _unit(code: str, base: str, factor: str, symbol: str, name_id: str, name_en: str, words: str = "") -> Unit:
    return Unit(code, base, Fraction(factor), symbol, name_id, name_en, tuple(words.split()))


# Factors are the definitions themselves (international yard and pound of 1959, US gallon); Rec 20 prints
# some of them rounded, and withdrew the hectare's HAR in favour of H18. In Indonesia an "ons" is 100 g and a
# "ton" is metric; "pon" means 453 g to one trader and 500 g to the next, so it is left out.
_TABLE = (
    _unit("MGM", "GRM", "1/1000", "mg", "miligram", "milligram"),
    _unit("GRM", "GRM", "1", "g", "gram", "gram", "gr grams gramme grammes"),
    _unit("HGM", "GRM", "100", "hg", "ons", "hectogram", "hektogram hectograms"),
    _unit("KGM", "GRM", "1000", "kg", "kilogram", "kilogram", "kgs kilo kilos kilograms"),
    _unit("DTN", "GRM", "100000", "dt", "kuintal", "quintal", "kwintal quintals"),
    _unit("TNE", "GRM", "1000000", "t", "ton", "tonne", "tonnes tons mt"),
    _unit("CTM", "GRM", "1/5", "ct", "karat", "metric carat", "carat carats"),
    _unit("LBR", "GRM", "453.59237", "lb", "pound", "pound", "lbs pounds"),
    _unit("ONZ", "GRM", "28.349523125", "oz", "ounce", "ounce", "ounces ozs"),
    _unit("H87", "H87", "1", "pcs", "buah", "piece", "pc pieces biji potong helai lembar ekor"),
    _unit("EA", "H87", "1", "ea", "satuan", "each"),
    _unit("C62", "H87", "1", "1", "unit", "one", "units"),
    _unit("PR", "H87", "2", "pr", "pasang", "pair", "pairs"),
    _unit("DZN", "H87", "12", "doz", "lusin", "dozen", "dz dozens"),
    _unit("SCO", "H87", "20", "kodi", "kodi", "score", "scores"),
    _unit("CEN", "H87", "100", "×100", "ratus", "hundred"),
    _unit("GRO", "H87", "144", "gros", "gros", "gross"),
    _unit("MIL", "H87", "1000", "×1000", "ribu", "thousand"),
    _unit("SET", "SET", "1", "set", "set", "set", "sets"),
    _unit("MMT", "MMT", "1", "mm", "milimeter", "millimetre", "millimeter millimeters millimetres"),
    _unit("CMT", "MMT", "10", "cm", "sentimeter", "centimetre", "senti centimeter centimeters centimetres"),
    _unit("MTR", "MMT", "1000", "m", "meter", "metre", "mtr meters metres"),
    _unit("KMT", "MMT", "1000000", "km", "kilometer", "kilometre", "kilometers kilometres"),
    _unit("INH", "MMT", "25.4", "in", "inci", "inch", "inches"),
    _unit("FOT", "MMT", "304.8", "ft", "kaki", "foot", "feet"),
    _unit("YRD", "MMT", "914.4", "yd", "yard", "yard", "yds yards"),
    _unit("MMK", "CMK", "1/100", "mm²", "milimeter persegi", "square millimetre", "mm2"),
    _unit("CMK", "CMK", "1", "cm²", "sentimeter persegi", "square centimetre", "cm2"),
    _unit("MTK", "CMK", "10000", "m²", "meter persegi", "square metre", "m2 sqm"),
    _unit("H18", "CMK", "100000000", "ha", "hektar", "hectare", "hektare hectares hm²"),
    _unit("FTK", "CMK", "929.0304", "ft²", "kaki persegi", "square foot", "ft2 sqft"),
    _unit("YDK", "CMK", "8361.2736", "yd²", "yard persegi", "square yard", "yd2"),
    _unit("MLT", "MLT", "1", "ml", "mililiter", "millilitre", "cc milliliter milliliters millilitres"),
    _unit("CLT", "MLT", "10", "cl", "sentiliter", "centilitre", "centiliter"),
    _unit("DLT", "MLT", "100", "dl", "desiliter", "decilitre", "deciliter"),
    _unit("LTR", "MLT", "1000", "l", "liter", "litre", "ltr liters litres"),
    _unit("HLT", "MLT", "100000", "hl", "hektoliter", "hectolitre", "hectoliter"),
    _unit("MTQ", "MLT", "1000000", "m³", "meter kubik", "cubic metre", "m3 kubik"),
    _unit("GLL", "MLT", "3785.411784", "gal (US)", "galon AS", "gallon (US)"),
    _unit("SEC", "SEC", "1", "s", "detik", "second", "sec secs seconds"),
    _unit("MIN", "SEC", "60", "min", "menit", "minute", "mins minutes"),
    _unit("HUR", "SEC", "3600", "h", "jam", "hour", "hr hrs hours"),
    _unit("DAY", "SEC", "86400", "d", "hari", "day", "days"),
)

UNITS: Mapping[str, Unit] = MappingProxyType({unit.code: unit for unit in _TABLE})


def _words() -> dict[str, str]:
    words: dict[str, str] = {}
    for unit in _TABLE:
        for word in (unit.code, unit.symbol, unit.name_id, unit.name_en, *unit.words):
            owner = words.setdefault(word.casefold(), unit.code)
            assert owner == unit.code, f"{word} names both {owner} and {unit.code}"
    return words


_WORDS = _words()


def find_unit(code: str) -> Unit:
    """The unit with this Rec 20 code; refuses any other text."""
    unit = UNITS.get(code)
    if unit is None:
        raise UnknownUnit(unit=code[:QUANTITY_TEXT_MAX])
    return unit


def unit_named(word: str) -> Unit:
    """The unit a person means by a symbol, name or code in any case; refuses unknown words."""
    return find_unit(_WORDS.get(" ".join(word.casefold().split()).removesuffix("."), word))


def convert_exact(quantity: Decimal | Fraction | int | str, source: str, target: str) -> Fraction:
    """`quantity` of unit `source` as an exact number of unit `target`.

    Refuses unknown codes, units of another kind (grams into metres), and what is no bounded number.
    """
    have, want = find_unit(source), find_unit(target)
    if have.base != want.base:
        raise UnitMismatch(have=have.symbol, want=want.symbol)
    return _exact(quantity) * have.factor / want.factor


def to_base(quantity: Decimal | int | str, code: str) -> int:
    """`quantity` of unit `code` as whole base units (grams, pieces, millimetres, …).

    Refuses a result that is not whole: two pounds are 907.18474 g, and rounding is the caller's decision
    (see `to_base_nearest`).
    """
    unit = find_unit(code)
    exact = convert_exact(quantity, code, unit.base)
    if exact.denominator != 1:
        raise QuantityNotWhole(quantity=quantity, unit=unit.symbol, base=UNITS[unit.base].symbol)
    return exact.numerator


def to_base_nearest(quantity: Decimal | int | str, code: str) -> int:
    """`quantity` of unit `code` as base units, rounded to the nearest, halves away from zero."""
    return round_half_away(convert_exact(quantity, code, find_unit(code).base))


def from_base(base_quantity: int, code: str) -> Fraction:
    """`base_quantity` whole base units as an exact number of unit `code`."""
    return convert_exact(base_quantity, find_unit(code).base, code)


_QUANTITY = re.compile(r"(?P<number>[0-9][0-9., \u00a0]*)?(?P<unit>.*)", re.DOTALL)
_GROUPING_SPACE = re.compile(r"(?<=[0-9])[ \u00a0](?=[0-9]{3}(?![0-9]))")


def parse_quantity(
    text: str, *, decimal_sign: DecimalSign | None = None, default_unit: str | None = None
) -> tuple[Decimal, str]:
    """The number and the Rec 20 code that a person typed, such as "1,5 kg", "2 lbs" or "12.5 g".

    Refuses, each by its own name: no number, no unit (unless `default_unit` is given), two units ("kg,lbs"),
    an unknown unit, and a number such as "1.500", which is fifteen hundred in Indonesia and one and a half
    elsewhere, unless `decimal_sign` settles it.
    """
    match = _QUANTITY.fullmatch(text.strip()) if len(text) <= QUANTITY_TEXT_MAX else None
    if match is None or match["number"] is None:
        raise QuantityUnreadable
    number = read_number(match["number"].strip(), decimal_sign)
    word = match["unit"].strip()
    if not word:
        if default_unit is None:
            raise UnitMissing
        return number, find_unit(default_unit).code
    if len([part for part in re.split(r"[,;/+&]", word) if part.strip()]) > 1:
        raise UnitNotSingle(units=word)
    return number, unit_named(word).code


def read_number(text: str, decimal_sign: DecimalSign | None = None) -> Decimal:
    """The number a person typed, such as "1.250,5"; refuses what is none, and by its own name what can be two."""
    digits = _GROUPING_SPACE.sub("", text)
    point = _decimal_sign_of(digits, decimal_sign)
    group = "." if point == "," else ","
    if point is None:
        whole, fraction, group = digits, "", "." if "." in digits else ","
    else:
        whole, _, fraction = digits.partition(point)
    if group in whole and not re.fullmatch(rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+", whole):
        raise NumberUnreadable(number=text)
    return _decimal(f"{whole.replace(group, '')}.{fraction or 0}", typed=text)


def _decimal_sign_of(digits: str, stated: DecimalSign | None) -> str | None:
    """The sign that separates decimals in `digits`; None when it has no decimals."""
    signs = [character for character in digits if character in ".,"]
    if not signs:
        return None
    if len(signs) == 1:
        return _only_sign(digits, signs[0], stated)
    point = signs[-1] if signs[-1] != signs[0] else None
    if stated is not None and (point or stated) != stated:
        raise NumberUnreadable(number=digits)
    return point


def _only_sign(digits: str, sign: str, stated: DecimalSign | None) -> str | None:
    whole, _, fraction = digits.partition(sign)
    could_group_thousands = len(fraction) == 3 and len(whole) <= 3 and not whole.startswith("0")
    if not could_group_thousands or sign == stated:
        return sign
    if stated is not None:
        return None
    raise NumberAmbiguous(number=digits, whole=whole + fraction, short=f"{whole}{sign}{fraction.rstrip('0') or '0'}")


def _decimal(text: str, *, typed: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise NumberUnreadable(number=typed[:QUANTITY_TEXT_MAX]) from None
    return _bounded(number)


def _bounded(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise NumberUnreadable(number=number)
    if number.adjusted() >= QUANTITY_DIGITS_MAX or exponent < -QUANTITY_DIGITS_MAX:
        raise NumberTooLong(digits=QUANTITY_DIGITS_MAX)
    return number


def _exact(quantity: Decimal | Fraction | int | str) -> Fraction:
    if isinstance(quantity, Decimal):
        return Fraction(_bounded(quantity))
    if isinstance(quantity, str):
        return Fraction(_decimal(quantity, typed=quantity))
    if isinstance(quantity, Fraction | int):
        return Fraction(quantity)
    raise TypeError("A float is never a quantity. Pass text, Decimal or Fraction.")
