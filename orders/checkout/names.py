"""Countries (ISO 3166) and currencies (ISO 4217) by name in the reader's language."""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale
from babel.numbers import get_currency_name

from marketplace.kernel.i18n import language

# Codes that Unicode's list holds and no parcel goes to: unions, unknown and outlying regions, private use.
NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AQ", "BV", "HM", "TF", "CQ"})


def country_name(code: str | None) -> str:
    """The country's name, the code itself where it has none."""
    return str(_territories(language()).get(code, code)) if code else ""


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
    return list(_countries(language()).items())


def is_country(code: str) -> bool:
    """Whether the code is one of a country."""
    return code in _countries("en")


def currency_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Currencies as (code, code and name)."""
    return [(code, f"{code}, {get_currency_name(code, locale=language())}") for code in codes]


@cache
def _territories(locale: str) -> Mapping[str, str]:
    return Locale.parse(locale).territories


@cache
def _countries(locale: str) -> dict[str, str]:
    """Names by code, in the order of the names."""
    names = _territories(locale)
    codes = [code for code in map(str, names) if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES]
    return {code: str(names[code]) for code in sorted(codes, key=lambda code: _plain(str(names[code])))}


def _plain(name: str) -> str:
    """Without accents, so that Åland stands under A."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
