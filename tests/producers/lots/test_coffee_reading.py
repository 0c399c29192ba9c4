import csv
from collections import Counter
from pathlib import Path

import pytest

from producers.lots import coffee_reading
from producers.lots.coffee_reading import COLUMNS, UnknownTable, read

GOOD = {
    "": "7",
    "Species": "Arabica",
    "Country.of.Origin": "Indonesia",
    "Region": "bener meriah",
    "Number.of.Bags": "4",
    "Bag.Weight": "30 kg",
    "Harvest.Year": "2015",
    "Altitude": "1500",
}


def table(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "lots.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({**GOOD, **row} for row in rows)
    return path


def test_a_clean_row_becomes_a_lot_in_grams(tmp_path: Path):
    reading = read(table(tmp_path, {}))

    [lot] = reading.lots
    assert (lot.key, lot.weight_g, lot.harvest_year, lot.altitude_m) == ("7", 120_000, 2015, (1500, 1500))
    assert lot.name == "Arabica Indonesia 2015"
    assert reading.errors == []


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("Bag.Weight", "2 kg,lbs", "unit_not_single"),
        ("Bag.Weight", "6", "unit_missing"),
        ("Bag.Weight", "0 kg", "weight_not_positive"),
        ("Bag.Weight", "", "quantity_unreadable"),
        ("Number.of.Bags", "0", "bags_unreadable"),
        ("Number.of.Bags", "²", "bags_unreadable"),
        ("Number.of.Bags", "-3", "bags_unreadable"),
        ("Country.of.Origin", "", "country_missing"),
        ("", "", "key_missing"),
    ],
)
def test_a_cell_without_which_there_is_no_lot_keeps_the_row_out(tmp_path: Path, column: str, value: str, code: str):
    reading = read(table(tmp_path, {column: value}))

    assert reading.lots == []
    assert reading.rejected == 1
    [error] = reading.errors
    assert (error.row, error.column, error.value, error.code) == (2, column, value, code)
    assert error.message


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("1200-1800m", (1200, 1800)),
        ("4921ft", (1500, 1500)),
        ("1300m dpl", (1300, 1300)),
        ("800++", (800, 800)),
        ("1600 + meters above sea level", (1600, 1600)),
        ("1.400 m", (1400, 1400)),
        ("", None),
        ("na", None),
    ],
)
def test_messy_altitudes_are_read(tmp_path: Path, text: str, metres: tuple[int, int] | None):
    reading = read(table(tmp_path, {"Altitude": text}))

    assert reading.lots[0].altitude_m == metres
    assert reading.errors == []


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("Altitude", "high", "altitude_unreadable"),
        ("Altitude", "3500", "altitude_implausible"),
        ("Harvest.Year", "May-August", "year_unreadable"),
    ],
)
def test_a_bad_side_fact_is_reported_and_left_empty(tmp_path: Path, column: str, value: str, code: str):
    reading = read(table(tmp_path, {column: value}))

    assert len(reading.lots) == 1
    assert [(error.column, error.code) for error in reading.errors] == [(column, code)]


def test_pounds_are_rounded_to_the_gram(tmp_path: Path):
    assert read(table(tmp_path, {"Bag.Weight": "1 lbs"})).lots[0].weight_g == 1814


def test_another_table_is_refused(tmp_path: Path):
    path = tmp_path / "else.csv"
    path.write_bytes(b"a,b\n1,2\n")

    with pytest.raises(UnknownTable, match=r"Bag\.Weight"):
        read(path)


@pytest.mark.conformance
def test_the_lots_of_three_countries_are_read_or_refused_by_name(conformance: Path):
    reading = read(conformance / "lots" / "coffee-quality" / "arabica_data_cleaned.csv")

    by_country = Counter(lot.country for lot in reading.lots)
    assert reading.rows == 1_311
    # One Indonesian lot gives its bag weight in two units at once; every other one can be read.
    assert (by_country["Indonesia"], by_country["Thailand"], by_country["Philippines"]) == (19, 32, 5)
    assert len(reading.lots) + reading.rejected == reading.rows
    assert {error.code for error in reading.errors} <= set(coffee_reading.SENTENCES) | {
        "unit_not_single",
        "unit_missing",
        "quantity_unreadable",
    }
