from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import CurrencyMismatch, Money, exponent, fraction, portion, round_half_away, share, take

amounts = st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20)
positive = st.lists(st.integers(0, 10**12), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.5", 1), ("-0.5", -1), ("1.49", 1), ("404.225", 404), ("40422.5", 40423), ("-2.5", -3)],
)
def test_halves_go_away_from_zero(value, expected):
    assert round_half_away(fraction(value)) == expected


@given(st.integers(), st.fractions())
def test_a_portion_is_the_exact_product_rounded(amount, rate):
    assert portion(amount, rate) == round_half_away(amount * rate)


@given(st.integers(), st.fractions(), st.sampled_from(["USD", "JPY", "KWD"]), st.sampled_from(["IDR", "VND", "KWD"]))
def test_a_conversion_is_the_exact_product_rounded(minor, rate, ours, theirs):
    converted = Money(minor, ours).converted(rate, theirs)

    assert converted.minor == round_half_away(minor * rate * Fraction(10) ** (exponent(theirs) - exponent(ours)))


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        round_half_away(0.5)


def test_line_o_1_1_of_the_worked_example_is_shared_by_largest_remainder():
    satang = [104887, 64981, 14582, 8993, 5995, 14480, 90000, 54000, 7661, 2357, 4136, 1928]
    satang += [45872, 30701, 12280, 94444, 36841, 42981]

    cents = share(18139, satang)

    assert cents == [
        2986, 1850, 415, 256, 171, 412, 2562, 1537, 218, 67, 118, 55, 1306, 874, 350, 2689, 1049, 1224,
    ]  # fmt: skip


def test_ties_go_to_the_earlier():
    assert share(1, [1, 1, 1]) == [1, 0, 0]
    assert share(2, [1, 1, 1]) == [1, 1, 0]


def test_a_negative_row_is_floored_towards_minus_infinity():
    # 100 over 150, -50: whole 100, exact shares 150 and -50.
    assert share(100, [150, -50]) == [150, -50]
    # 101: 151.5 and -50.5 floor to 151 and -51, the spare coin goes to the earlier of equal remainders.
    assert share(101, [150, -50]) == [152, -51]


@given(st.integers(-(10**15), 10**15), amounts)
def test_the_parts_sum_to_the_whole(total, weights):
    assert sum(share(total, weights)) == total


@given(st.integers(0, 10**15), positive)
def test_no_part_is_a_coin_away_from_its_exact_share(total, weights):
    whole = sum(weights)
    parts = share(total, weights)

    if whole:
        assert all(abs(part - Fraction(total * w, whole)) < 1 for part, w in zip(parts, weights, strict=True))
        assert all(part == 0 for part, w in zip(parts, weights, strict=True) if w == 0)


@given(positive, st.lists(st.integers(1, 50), min_size=1, max_size=12))
def test_taking_piece_after_piece_leaves_nothing_and_never_goes_below_zero(costs, pieces):
    remaining, left, taken = list(costs), sum(pieces), [0] * len(costs)

    for piece in pieces:
        part = take(remaining, piece, left)
        remaining = [r - p for r, p in zip(remaining, part, strict=True)]
        taken = [t + p for t, p in zip(taken, part, strict=True)]
        left -= piece
        assert min(remaining) >= 0

    assert remaining == [0] * len(costs)
    assert taken == costs


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 1), (0, 0)])
def test_more_than_the_whole_cannot_be_taken(part, whole):
    with pytest.raises(ValueError, match="part"):
        take([5], part, whole)


def test_two_currencies_never_add():
    with pytest.raises(CurrencyMismatch):
        Money(1, "IDR") + Money(1, "THB")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1234.50", "IDR", 123450), ("7", "JPY", 7), ("0.05", "KHR", 5), ("2", "VND", 2)],
)
def test_minor_units_follow_iso_4217(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)


def test_too_many_decimals_are_refused():
    with pytest.raises(ValueError, match="decimals"):
        Money.parse("1.5", "JPY")


def test_conversion_rounds_once_and_heeds_both_exponents():
    assert Money(657000, "THB").converted(1 / fraction("35.1250"), "USD") == Money(18705, "USD")
    assert Money(100, "USD").converted("150", "JPY") == Money(150, "JPY")
