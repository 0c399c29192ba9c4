"""Money reads the way people write it, and nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import EXPONENTS
from marketplace.kernel.money_format import MINUS, NARROW_SPACE, SEPARATORS, SYMBOLS, format_money


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (65_000_000, "IDR", "id", "Rp650.000"),
        (12_500_050, "IDR", "id", "Rp125.000,50"),
        (12_500_050, "IDR", "en", "Rp125,000.50"),
        (18_705, "USD", "id", "US$187,05"),
        (18_705, "USD", "en", "US$187.05"),
        (3_500, "USD", "en", "US$35.00"),
        (657_000, "THB", "en_GB", "฿6,570.00"),
        (1_200_000, "KHR", "id_ID", "៛12.000"),
        (99_950, "PHP", "en", "₱999.50"),
        (99_950, "INR", "en", "₹999.50"),
        (1_234, "JPY", "en", "JP¥1,234"),
        (25_000, "VND", "id", "₫25.000"),
        (1_500, "KWD", "en", f"KWD{NARROW_SPACE}1.500"),
        (5, "GBP", "en", "£0.05"),
        (0, "IDR", "id", "Rp0"),
        (-198_450_000, "IDR", "id", "−Rp1.984.500"),
        (-1, "EUR", "id", "−€0,01"),
    ],
)
def test_amounts_read_as_people_write_them(minor, currency, locale, text):
    assert format_money(minor, currency, locale) == text


def test_an_unknown_language_reads_as_english():
    assert format_money(123_456, "USD", "th") == "US$1,234.56"


def test_an_unknown_currency_is_refused():
    with pytest.raises(KeyError):
        format_money(1, "XXX", "en")


def read_back(text: str, currency: str, locale: str) -> int:
    """The minor units a reader understands; written apart from the formatter."""
    thousands, point = SEPARATORS[locale]
    negative = text.startswith(MINUS)
    figure = text.removeprefix(MINUS).removeprefix(SYMBOLS.get(currency, currency + NARROW_SPACE))
    whole, _, cents = figure.replace(thousands, "").partition(point)
    minor = int(whole) * 10 ** EXPONENTS[currency] + int(cents or 0)
    return -minor if negative else minor


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(EXPONENTS)), st.sampled_from(sorted(SEPARATORS)))
def test_what_is_read_back_is_what_was_written(minor, currency, locale):
    text = format_money(minor, currency, locale)

    assert read_back(text, currency, locale) == minor


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(EXPONENTS)), st.sampled_from(sorted(SEPARATORS)))
def test_an_amount_holds_no_space_a_line_could_break_at(minor, currency, locale):
    assert " " not in format_money(minor, currency, locale)
