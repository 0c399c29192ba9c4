"""Exact numbers as people and files write them in plain digits, for rates, yields, pieces and hours."""

import re
from fractions import Fraction

# Bounded, in ASCII and without exponents: '1e999999999' would otherwise be computed in full.
_PLAIN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?|[0-9]{1,9}/[0-9]{1,9}")


def read_exact(text: str) -> Fraction:
    """The exact value of '21.85', '0.07' or '1/170'; ValueError for signs, exponents and division by zero."""
    text = text.strip()
    if not _PLAIN.fullmatch(text):
        raise ValueError("This is not a plain number.")
    numerator, _slash, denominator = text.partition("/")
    if denominator and not int(denominator):
        raise ValueError("Nothing is divided by zero.")
    return Fraction(text) if denominator else Fraction(numerator)
