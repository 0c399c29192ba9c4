"""docs/security.md names each requirement of OWASP ASVS 5.0, levels 1 and 2, once, and tests that are there."""

import re
from collections import Counter

from tests.tidy.source import CHECKOUT, read

# The numbers alone are OWASP's (version 5.0.0); 253 of them.
NUMBERS = (
    "1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2 "
    "4.1.1-3 4.2.1 4.3.1-2 4.4.1-4 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 "
    "6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2 "
    "10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1 12.1.1-3 "
    "12.2.1-2 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 15.3.1-7 16.1.1 "
    "16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2"
)
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([a-z/]+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)`")


def wanted() -> list[str]:
    numbers = []
    for part in NUMBERS.split():
        first, _dash, last = part.partition("-")
        section, _dot, number = first.rpartition(".")
        numbers += [f"{section}.{one}" for one in range(int(number), int(last or number) + 1)]
    return numbers


def lines() -> list[tuple[str, str, str]]:
    return LINE.findall(read(CHECKOUT / "docs" / "security.md"))


def test_every_requirement_is_there_once():
    assert len(wanted()) == 253
    assert Counter(number for number, _state, _how in lines()) == Counter(wanted())


def test_each_is_met_by_tests_that_are_there_or_says_why_not():
    for number, state, how in lines():
        tests = TEST.findall(how)
        assert state in {"met", "n/a", "needs"}, number
        assert bool(tests) == (state == "met"), number
        assert [test for test in tests if not (CHECKOUT / test).exists()] == [], number
        assert len(TEST.sub("", how).strip()) >= 5, number


def test_the_sum_at_the_top_is_right():
    counted = Counter(state for _number, state, _how in lines())
    told = re.search(r"(\d+) met, (\d+) not applicable, (\d+) need", read(CHECKOUT / "docs" / "security.md"))

    assert told is not None
    assert [int(number) for number in told.groups()] == [counted["met"], counted["n/a"], counted["needs"]]


def test_a_line_is_read():
    text = "| 1.1.1 | met | Words. `tests/tidy/test_security.py` |\n| 10.4.11 | n/a | No OAuth. |"

    assert [number for number, _state, _how in LINE.findall(text)] == ["1.1.1", "10.4.11"]
