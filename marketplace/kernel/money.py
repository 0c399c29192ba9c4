"""Money in whole minor units, its one rounding, its one sharing and its one taking.

Rules 1 of the worked example; exponents from ISO 4217 (a payment provider's own live in its adapter).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

# ISO 4217, minor unit exponents of the currencies that can be chosen.
EXPONENTS = {
    "AUD": 2, "CAD": 2, "CHF": 2, "CNY": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2, "IDR": 2, "INR": 2,
    "JPY": 0, "KHR": 2, "KRW": 0, "KWD": 3, "LAK": 2, "MMK": 2, "MYR": 2, "NOK": 2, "NZD": 2, "PHP": 2,
    "SEK": 2, "SGD": 2, "THB": 2, "USD": 2, "VND": 0,
}  # fmt: skip


Exact = int | Fraction | Decimal


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum: a mistake of the caller, never of a user."""


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has; KeyError for one we do not know."""
    return EXPONENTS[currency]


def fraction(value: Exact | str) -> Fraction:
    """The exact value of an int, Fraction, Decimal, or text such as '0.07' or '1/170'.

    Raises TypeError for a float: its digits are not what was meant.
    """
    if isinstance(value, float):
        raise TypeError("A float is never money. Pass text, Decimal or Fraction.")
    return value if isinstance(value, Fraction) else Fraction(value)


def round_half_away(value: Exact) -> int:
    """The nearest whole number, halves away from zero."""
    return rounded(*fraction(value).as_integer_ratio())


def rounded(numerator: int, denominator: int) -> int:
    """A quotient as `round_half_away` rounds it; the denominator is above zero."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def portion(amount: int, rate: Exact | str) -> int:
    """`amount` × `rate`, rounded once."""
    numerator, denominator = fraction(rate).as_integer_ratio()
    return rounded(amount * numerator, denominator)


def share(total: int, weights: Sequence[int]) -> list[int]:
    """`total` shared out by `weights`, largest remainder, ties to the earlier; the parts sum to `total`.

    Shares are floored towards minus infinity, also for a negative weight or total.
    With weights that sum to zero everything goes to the first; an empty list is refused unless total is zero.
    """
    if not weights:
        if total:
            raise ValueError("Nothing to share over.")
        return []
    whole = sum(weights)
    if whole == 0:
        return [total, *([0] * (len(weights) - 1))]
    if whole < 0:
        whole, weights = -whole, [-weight for weight in weights]
    parts = [total * weight // whole for weight in weights]
    rest = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[:rest]:
        parts[i] += 1
    return parts


def take(remaining: Sequence[int], part: Exact, whole: Exact) -> list[int]:
    """What a `part` of the `whole` takes from each of the remaining amounts.

    The sum of what remains × part ÷ whole is rounded, then shared over what remains; the last part takes the
    rest. Refuses a part below zero or above the whole.
    """
    part, whole = fraction(part), fraction(whole)
    if not 0 <= part <= whole or whole == 0:
        raise ValueError("A part must lie between nothing and the whole.")
    if part == whole:
        return list(remaining)
    return share(round_half_away(sum(remaining) * part / whole), remaining)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units of one currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("Minor units are a whole number.")
        if self.currency not in EXPONENTS:
            raise ValueError(f"Unknown currency {self.currency!r}.")

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Money from a plain decimal such as '1234.50'; ValueError when it has too many decimals."""
        minor = Fraction(text) * 10 ** exponent(currency)
        if minor.denominator != 1:
            raise ValueError(f"{text} has more decimals than {currency} has.")
        return cls(minor.numerator, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in main units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def _same(self, other: Self) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add.")

    def __add__(self, other: Self) -> Self:
        self._same(other)
        return type(self)(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> Self:
        self._same(other)
        return type(self)(self.minor - other.minor, self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __lt__(self, other: Self) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Self) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def times(self, factor: Exact | str) -> Self:
        """This amount multiplied and rounded once."""
        return type(self)(portion(self.minor, factor), self.currency)

    def converted(self, rate: Exact | str, currency: str) -> Self:
        """This amount × `rate` (units of `currency` for one of ours, in main units), rounded once."""
        numerator, denominator = fraction(rate).as_integer_ratio()
        numerator, denominator = numerator * 10 ** exponent(currency), denominator * 10 ** exponent(self.currency)
        return type(self)(rounded(self.minor * numerator, denominator), currency)
