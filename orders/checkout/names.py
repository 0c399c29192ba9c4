"""Countries (ISO 3166) and currencies (ISO 4217) by name in the reader's language."""

import unicodedata
from collections.abc import Iterable
from functools import cache

from babel import Locale
from babel.numbers import get_currency_name

from marketplace.kernel.i18n import language

# Codes that Unicode's list holds and no parcel goes to: unions, unknown and outlying regions, private use.
NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AQ", "BV", "HM", "TF", "CQ"})


def country_name(code: str | None) -> str:
    """The country's name, the code itself where it has none."""
    return str(Locale.parse(language()).territories.get(code, code)) if code else ""


# Where a country has several zones, that of its capital; elsewhere times are told in UTC and say so.
ZONES = {
    "ID": "Asia/Jakarta",
    "IN": "Asia/Kolkata",
    "KH": "Asia/Phnom_Penh",
    "MY": "Asia/Kuala_Lumpur",
    "PH": "Asia/Manila",
    "SG": "Asia/Singapore",
    "TH": "Asia/Bangkok",
    "TL": "Asia/Dili",
}


def zone_of(country: str | None) -> str:
    """The zone a buyer's times are told in."""
    return ZONES.get(country or "", "UTC")


def countries() -> list[tuple[str, str]]:
    """Every country as (code, name), by name."""
    return _countries(language())


def is_country(code: str) -> bool:
    """Whether the code is one of a country."""
    return any(code == known for known, _name in _countries("en"))


def currency_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Currencies as (code, code and name)."""
    return [(code, f"{code}, {get_currency_name(code, locale=language())}") for code in codes]


@cache
def _countries(locale: str) -> list[tuple[str, str]]:
    names = Locale.parse(locale).territories
    codes = [code for code in map(str, names) if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES]
    return sorted(((code, str(names[code])) for code in codes), key=lambda pair: _plain(pair[1]))


def _plain(name: str) -> str:
    """Without accents, so that Åland stands under A."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
