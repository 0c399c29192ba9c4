"""Quantities read as one would say them, and every figure is exact."""

from fractions import Fraction

import pytest

from marketplace.kernel.quantity_format import as_typed, format_number, format_quantity, number


@pytest.mark.parametrize(
    ("amount", "unit", "locale", "shown"),
    [
        (21_600, "GRM", "id", "21,6 kg"),
        (21_600, "GRM", "en", "21.6 kg"),
        (115, "GRM", "id", "115 g"),
        (1_234_567, "GRM", "id", "1.234,567 kg"),
        ("2.5", "KGM", "id", "2,5 kg"),
        (12, "H87", "id", "12 buah"),
        (12, "H87", "en", "12 pieces"),
        (1, "H87", "en", "1 piece"),
        (2, "PR", "id", "2 pasang"),
        ("7.5", "HUR", "id", "7,5 jam"),
        (168, "HUR", "en", "168 hours"),
        (1_750, "MMT", "en", "1.75 m"),
        (5_000, "SEC", "en", "5,000 s"),
        (3, "krat", "id", "3 krat"),
    ],
)
def test_a_quantity_is_shown(amount, unit, locale, shown):
    assert format_quantity(amount, unit, locale).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("exact", "shown"), [("30.048", "30,048"), ("1/170", "1/170"), (1200, "1.200"), ("0.98", "0,98")]
)
def test_an_exact_number_is_shown_in_the_language_of_its_reader(app, exact, shown):
    with app.test_request_context(headers={"Accept-Language": "id"}):
        assert number(exact) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("16389.7270", "16.389,7270"),
        ("0.0000610127", "0,0000610127"),
        ("35.1250", "35,1250"),
        ("1", "1"),
        (".5", "0,5"),
    ],
)
def test_a_decimal_is_shown_to_its_last_digit(app, typed, shown):
    with app.test_request_context(headers={"Accept-Language": "id"}):
        assert as_typed(typed) == shown
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert as_typed("16389.7270") == "16,389.7270"


@pytest.mark.parametrize(
    ("exact", "shown"), [(Fraction(1, 3), "0,333"), (Fraction(-5, 2), "−2,5"), (Fraction(1000), "1.000")]
)
def test_a_number_without_an_end_is_cut(exact, shown):
    assert format_number(exact, "id") == shown
