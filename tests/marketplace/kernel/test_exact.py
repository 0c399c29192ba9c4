"""Plain exact numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.exact import read_exact


@pytest.mark.parametrize(
    ("text", "value"),
    [("21.85", Fraction("21.85")), (" 7 ", Fraction(7)), ("1/170", Fraction(1, 170)), ("0", Fraction(0))],
)
def test_plain_numbers_are_read_exactly(text, value):
    assert read_exact(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1e9", "1e999999999", "1/0", "1/", ".5", "5.", "1,5", "٣", "²", "1 000", "nan", "0x1", "1" * 10],
)
def test_everything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        read_exact(text)


@given(st.text(max_size=12))
def test_no_text_gives_less_than_nothing(text):
    try:
        value = read_exact(text)
    except ValueError:
        return

    assert value >= 0
