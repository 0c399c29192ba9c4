"""Reads a table of graded coffee lots: columns mapped, units cleaned, each bad cell reported with its reason.

The columns are those of the Coffee Quality Institute's lot records. A row whose weight or country cannot be used is
kept out; a bad altitude or harvest year is reported and left empty. A row's identity is its own running number.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import LumbungError
from marketplace.kernel.imports import CellError
from marketplace.kernel.units import UnitError, convert_exact, parse_quantity

SOURCE = "coffee-quality"
KEY = ""
COUNTRY, REGION, FARM, LOT = "Country.of.Origin", "Region", "Farm.Name", "Lot.Number"
BAGS, BAG_WEIGHT, YEAR, PROCESS = "Number.of.Bags", "Bag.Weight", "Harvest.Year", "Processing.Method"
VARIETY, ALTITUDE, SPECIES = "Variety", "Altitude", "Species"
COLUMNS = (KEY, SPECIES, COUNTRY, REGION, FARM, LOT, BAGS, BAG_WEIGHT, YEAR, PROCESS, VARIETY, ALTITUDE)
FOOT_M = Fraction("0.3048")
ALTITUDE_M_MAX = 2_900  # above it no coffee is grown; larger figures are feet without their unit
WEIGHT_G_MAX = 10**10
BAGS_MAX = 10**6
EMPTY = frozenset({"", "na", "n/a", "none", "-", "nan"})

Fault = tuple[str, str, Any]  # column, code, sentence

SENTENCES: dict[str, Any] = {
    "key_missing": _l("The row has no number of its own. Number the rows, so that none is imported twice."),
    "country_missing": _l("Name the country of origin."),
    "bags_unreadable": _l("Write the number of bags as a whole number above zero."),
    "weight_not_positive": _l("The weight must be above zero."),
    "weight_too_large": _l("This is more than ten thousand tonnes. Check number and unit."),
    "year_unreadable": _l("Write the harvest year with four digits, for example 2026. It was left empty."),
    "altitude_unreadable": _l("Write the altitude in metres, for example 1200–1400 m. It was left empty."),
    "altitude_implausible": _l("No coffee grows at this altitude. Check number and unit. It was left empty."),
}


class UnknownTable(LumbungError):
    """The file is not a table whose columns we know."""

    code = "unknown_table"
    message = _l("%(name)s cannot be read. The first line must name the columns %(columns)s, in UTF-8.")


@dataclass(frozen=True, slots=True)
class CoffeeLot:
    """One usable row. `weight_g` is rounded to the nearest gram, since bags are also weighed in pounds."""

    row: int
    key: str
    name: str
    country: str
    region: str
    weight_g: int
    harvest_year: int | None
    process: str
    variety: str
    altitude_m: tuple[int, int] | None


@dataclass(slots=True)
class CoffeeReading:
    """What a file holds: its hash, how many rows, the usable lots, every bad cell."""

    file: str
    sha256: str
    rows: int = 0
    rejected: int = 0
    lots: list[CoffeeLot] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)


def read(path: Path) -> CoffeeReading:
    """Read one file; refuses a table without the known columns."""
    reading = CoffeeReading(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    for row, cells in _rows(path):
        reading.rows += 1
        faults: list[Fault] = []
        lot = _lot(row, cells, faults)
        for column, code, sentence in faults:
            reading.errors.append(CellError(row, column, cells[column], code, str(sentence), path.name))
        if lot is None:
            reading.rejected += 1
        else:
            reading.lots.append(lot)
    return reading


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not set(COLUMNS) <= set(table.fieldnames or ()):
                raise UnknownTable(name=path.name, columns=", ".join(filter(None, COLUMNS)))
            for row, cells in enumerate(table, start=2):
                yield row, {column: " ".join((cells[column] or "").split()) for column in COLUMNS}
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnknownTable(name=path.name, columns=", ".join(filter(None, COLUMNS))) from error


def _lot(row: int, cells: dict[str, str], faults: list[Fault]) -> CoffeeLot | None:
    weight_g = _weight(cells, faults)
    year = _year(cells[YEAR], faults)
    altitude = _altitude(cells[ALTITUDE], faults)
    country = _text(cells[COUNTRY])
    if not country:
        faults.append(_fault(COUNTRY, "country_missing"))
    if not cells[KEY]:
        faults.append(_fault(KEY, "key_missing"))
    if weight_g is None or not country or not cells[KEY]:
        return None
    region, variety = _text(cells[REGION]), _text(cells[VARIETY])
    # The name may be published, so it says the country and nothing finer.
    name = " ".join(filter(None, (_text(cells[SPECIES]), country, str(year or ""))))
    return CoffeeLot(row, cells[KEY], name, country, region, weight_g, year, _text(cells[PROCESS]), variety, altitude)


def _weight(cells: dict[str, str], faults: list[Fault]) -> int | None:
    """Bags times the weight of one, in grams; None with the reason noted."""
    bags = int(cells[BAGS]) if re.fullmatch(r"[0-9]{1,7}", cells[BAGS]) else 0
    if not 0 < bags <= BAGS_MAX:
        faults.append(_fault(BAGS, "bags_unreadable"))
    try:
        quantity, unit = parse_quantity(cells[BAG_WEIGHT])
        weight = convert_exact(quantity, unit, "GRM") * bags
    except UnitError as error:
        faults.append((BAG_WEIGHT, error.code, error.sentence))
        return None
    if quantity <= 0:
        faults.append(_fault(BAG_WEIGHT, "weight_not_positive"))
    elif weight > WEIGHT_G_MAX:
        faults.append(_fault(BAG_WEIGHT, "weight_too_large"))
    elif bags:
        return max(1, round(weight))
    return None


def _year(text: str, faults: list[Fault]) -> int | None:
    """The first year named, also in '2014/2015' or '23 July 2010'; one not named at all is no fault."""
    if text.casefold() in EMPTY:
        return None
    found = re.search(r"(?<![0-9])(19[5-9][0-9]|20[0-9]{2})(?![0-9])", text)
    if found is None:
        faults.append(_fault(YEAR, "year_unreadable"))
        return None
    return int(found.group())


def _altitude(text: str, faults: list[Fault]) -> tuple[int, int] | None:
    """Lowest and highest altitude in metres, from texts such as '1200-1800m', '4921ft' or '1300m dpl'."""
    if text.casefold() in EMPTY:
        return None
    figures = re.findall(r"[0-9]+(?:[.,][0-9]{3})?", text)
    if not 1 <= len(figures) <= 2 or re.search(r"[0-9][.,][0-9]{1,2}(?![0-9])", text):
        faults.append(_fault(ALTITUDE, "altitude_unreadable"))
        return None
    metres = [Fraction(re.sub(r"[.,]", "", figure)) for figure in figures]
    if re.search(r"\b(ft|feet|p[ií]es)\b|[0-9] ?(ft|f)\b|'", text, re.IGNORECASE):
        metres = [feet * FOOT_M for feet in metres]
    low, high = round(min(metres)), round(max(metres))
    if not 0 < low <= high <= ALTITUDE_M_MAX:
        faults.append(_fault(ALTITUDE, "altitude_implausible"))
        return None
    return low, high


def _text(cell: str) -> str:
    return "" if cell.casefold() in EMPTY else cell


def _fault(column: str, code: str) -> Fault:
    return column, code, SENTENCES[code]
