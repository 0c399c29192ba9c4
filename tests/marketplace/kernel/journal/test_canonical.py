import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.journal.canonical import (
    NESTING_MAX,
    SAFE_INTEGER_MAX,
    NotCanonical,
    canonical_bytes,
    digest,
    json_value,
    row_digest,
    row_digester,
    wide_int,
)

SAFE = st.integers(-SAFE_INTEGER_MAX, SAFE_INTEGER_MAX)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


class State(StrEnum):
    """As a column may be given one."""

    PAID = "paid"


JSON = st.recursive(
    st.none() | st.booleans() | SAFE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def test_keys_are_sorted_by_utf16_units_as_rfc_8785_section_3_2_3_shows() -> None:
    unsorted = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}

    assert [*json.loads(canonical_bytes(unsorted))] == [
        "\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"
    ]  # fmt: skip


def test_text_is_escaped_no_more_than_it_must_be() -> None:
    assert canonical_bytes({"a": "\u20ac$\u000f\nA'B\"\\/"}) == b'{"a":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\/"}'


def test_the_digest_is_the_sha256_of_the_text() -> None:
    assert digest({"b": [1, None], "a": True}) == hashlib.sha256(b'{"a":true,"b":[1,null]}').hexdigest()


@given(JSON)
def test_the_text_reads_back_as_the_same_value_and_has_no_other_form(value: object) -> None:
    text = canonical_bytes(value)

    assert json.loads(text) == value
    assert canonical_bytes(json.loads(text)) == text


@given(JSON)
def test_the_text_is_the_reference_s_whichever_way_it_was_written(value: object) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(st.dictionaries(TEXT, st.none() | st.booleans() | SAFE | TEXT | st.datetimes(timezones=st.just(UTC)) | JSON))
def test_a_row_s_digest_is_that_of_its_values(columns: dict[str, object]) -> None:
    values = {name: json_value(value) for name, value in columns.items()}

    assert row_digest(columns) == hashlib.sha256(rfc8785.dumps(values)).hexdigest()  # type: ignore[arg-type]


ROWS = st.dictionaries(
    st.text(st.characters(max_codepoint=127), min_size=1, max_size=12),
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | TEXT
    | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))]))
    | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.binary(max_size=8)
    | st.uuids()
    | st.sampled_from(State)
    | JSON,
    min_size=1,
)


@given(ROWS)
def test_the_digester_of_a_table_gives_what_row_digest_gives(columns: dict[str, object]) -> None:
    names = sorted(columns)

    assert row_digester(names)([columns[name] for name in names]) == row_digest(columns)


@pytest.mark.parametrize("value", [1.5, datetime(2026, 4, 10), "\ud800", ["\ud800"], object()])
def test_the_digester_of_a_table_refuses_what_row_digest_refuses(value: object) -> None:
    with pytest.raises(NotCanonical):
        row_digester(["a"])([value])


@pytest.mark.parametrize("names", [["b", "a"], ["a", "a"], ["\u00e9"], []])
def test_a_digester_wants_names_that_have_one_order(names: list[str]) -> None:
    with pytest.raises(ValueError, match="in order"):
        row_digester(names)


@pytest.mark.parametrize(
    "value",
    [1.0, {"rate": 0.1}, [float("nan")], {1: "a"}, "\ud800", {"\ud800": 1}, {"a": {1, 2}},
     SAFE_INTEGER_MAX + 1, -SAFE_INTEGER_MAX - 1, date(2026, 4, 10)],
)  # fmt: skip
def test_what_has_no_single_text_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes(value)


def test_an_integer_too_long_to_print_is_refused_by_name() -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes([10**5000])


def test_nesting_has_a_bound() -> None:
    def nested(levels: int) -> object:
        value: object = 0
        for _ in range(levels):
            value = [value]
        return value

    assert canonical_bytes(nested(NESTING_MAX))
    for levels in (NESTING_MAX + 1, 100_000):
        with pytest.raises(NotCanonical):
            canonical_bytes(nested(levels))


def test_an_integer_too_wide_for_a_double_travels_as_text() -> None:
    assert wide_int(SAFE_INTEGER_MAX) == SAFE_INTEGER_MAX
    assert wide_int(2**63 - 1) == "9223372036854775807"
    assert wide_int(-(2**63)) == "-9223372036854775808"
    assert row_digest({"amount_minor": 2**53}) != row_digest({"amount_minor": 2**53 + 1})


class Status(Enum):
    OWED = "owed"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        ("Bu Sari", "Bu Sari"),
        (Status.OWED, "owed"),
        (date(2026, 4, 10), "2026-04-10"),
        (datetime(2026, 4, 10, 8, 0, tzinfo=UTC), "2026-04-10T08:00:00.000000Z"),
        (datetime(2026, 4, 10, 8, 0, 0, 5, timezone(timedelta(hours=7))), "2026-04-10T01:00:00.000005Z"),
        (datetime(2, 1, 1, tzinfo=UTC), "0002-01-01T00:00:00.000000Z"),
        (Decimal("35.1250"), "35.125"),
        (Decimal("35.125"), "35.125"),
        (Decimal("1E+3"), "1000"),
        (Decimal("100"), "100"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E-7"), "0.0000001"),
        (b"\x00\xff", "00ff"),
        (memoryview(b"\x00\xff"), "00ff"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"weights": (1, 2**60)}, {"weights": [1, "1152921504606846976"]}),
    ],
)
def test_a_database_value_has_one_json_value(value: object, expected: object) -> None:
    assert json_value(value) == expected
    assert type(json_value(value)) is type(expected)


@pytest.mark.parametrize(
    "value", [0.5, datetime(2026, 4, 10), Decimal("NaN"), Decimal("Infinity"), object(), {"a": [0.5]}]
)
def test_a_database_value_without_one_meaning_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        row_digest({"column": value})


def test_the_order_of_columns_does_not_matter_and_every_value_does() -> None:
    row = {"id": 1, "weight_g": 250, "at": datetime(2026, 4, 10, tzinfo=UTC)}

    assert row_digest(row) == row_digest(dict(reversed(row.items())))
    assert row_digest(row) != row_digest(row | {"weight_g": 251})
    assert row_digest(row) != row_digest(row | {"note": None})
