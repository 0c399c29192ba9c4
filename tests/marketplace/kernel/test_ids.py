"""Ids sort in the order in which they are made, and say in their first letters when."""

import time

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel import ids

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(st.integers(0, 2**128 - 1))
def test_an_id_is_its_number_in_crockford_s_letters(number: int) -> None:
    text = ids._encode(number, 26)

    assert sum(LETTERS.index(letter) * 32 ** (25 - place) for place, letter in enumerate(text)) == number
    assert len(text) == 26


def test_ids_sort_as_they_are_made_and_hold_the_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = [ids.new_id() for _ in range(2_000)]

    assert sorted(set(made)) == made
    first = sum(LETTERS.index(letter) * 32 ** (9 - place) for place, letter in enumerate(made[0][:10]))
    assert before <= first <= before + 1_000
