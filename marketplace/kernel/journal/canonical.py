"""One value, one text, one digest: canonical JSON (RFC 8785) and the digest of a database row.

Two programs that hold the same facts must arrive at the same bytes, whichever database, driver or
language they use. So nothing here depends on how a value was stored, only on what it means.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring
from types import NoneType
from typing import Any, TypeAlias
from uuid import UUID

import rfc8785

JSONValue: TypeAlias = "bool | int | str | list[JSONValue] | dict[str, JSONValue] | None"

SAFE_INTEGER_MAX = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 7493 §2.2)."""

NESTING_MAX = 64
"""Levels of lists and objects; deeper is nobody's record."""


_simple_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""RFC 8785 where every key is ASCII and no number is a float: there the standard library, in C, writes the same text.

Both escape the same characters the same way; only the order of keys beyond ASCII and the form of floats differ.
"""


class NotCanonical(ValueError):
    """A value has no single canonical text: a float, a naive time, a key that is no string, too deep."""


def canonical_bytes(value: object) -> bytes:
    """Give the RFC 8785 text of a JSON value as UTF-8.

    Refuses floats (money and mass are integers, rates are text), keys that are not strings, lone
    surrogates, integers beyond 2^53 − 1 either way (see `wide_int`), and more than `NESTING_MAX` levels.
    """
    simple = _refuse_unsafe(value, 0)
    try:
        return _simple_text(value).encode() if simple else rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, TypeError) as error:
        raise NotCanonical(str(error)) from error


def digest(value: object) -> str:
    """Give the SHA-256 of a JSON value's canonical text, in lower-case hex; refuses what has none."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def wide_int(number: int) -> int | str:
    """Give an integer as JSON can carry it: itself within ±(2^53 − 1), else its decimal digits as text.

    Amounts in the database are 64 bits wide; readers that hold numbers as doubles would silently round
    the largest, and two of them would then share one digest.
    """
    return number if -SAFE_INTEGER_MAX <= number <= SAFE_INTEGER_MAX else str(number)


def row_digest(columns: Mapping[str, object]) -> str:
    """Give the digest of a row's columns by name, equal on SQLite and PostgreSQL.

    Refuses floats and times without a zone. The caller leaves out personal columns, and leaves out
    none of the others: a column that is not in the digest can be changed without a trace.
    """
    values = {name: json_value(value) for name, value in columns.items()}
    if any(isinstance(value, list | dict) for value in values.values()) or not "".join(values).isascii():
        return digest(values)
    try:
        return hashlib.sha256(_simple_text(values).encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise NotCanonical(str(error)) from error


def row_digester(names: Sequence[str]) -> Callable[[Sequence[object]], str]:
    """What gives `row_digest` of rows of one table, whose values come in the order of `names`.

    The names' part of the text is written once for all rows. Refuses no names, and such as are not ASCII, twice the
    same, or not in order.
    """
    if not names or list(names) != sorted(set(names)) or not "".join(names).isascii():
        raise ValueError("Names of columns are ASCII, each once, in order.")
    form = ",".join(encode_basestring(name).replace("%", "%%") + ":%s" for name in names)

    def digest_of(values: Sequence[object]) -> str:
        text = form % tuple([_TEXTS.get(type(value), _other_text)(value) for value in values])
        try:
            return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()
        except UnicodeEncodeError as error:
            raise NotCanonical(str(error)) from error

    return digest_of


text_of: Callable[[str], str] = encode_basestring
"""The canonical text of a text."""


def json_value(value: object) -> JSONValue:
    """Give the JSON value that stands for a database value.

    Wide integers become text (`wide_int`), exact decimals plain text without trailing zeros, times
    RFC 3339 in UTC with six decimals, days ISO 8601, bytes lower-case hex, enumerations their value.
    Refuses floats, times without a zone, decimals that are not finite, and every other type.
    """
    kind = type(value)
    if kind is str or value is None:  # most of what a row holds
        return value  # type: ignore[return-value]
    match value:
        case None | bool():
            return value
        case Enum():
            return json_value(value.value)
        case int():
            return wide_int(value)
        case str():
            return value
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case Decimal():
            return _plain(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case UUID():
            return str(value)
        case list() | tuple():
            return [json_value(item) for item in value]
        case dict():
            return {key: json_value(item) for key, item in value.items()}
        case _:
            raise NotCanonical(f"a {type(value).__name__} has no canonical text")


def _instant(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise NotCanonical("a time without a zone could be any of two dozen instants")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _plain(number: Decimal) -> str:
    """Write a decimal without exponent or trailing zeros: one engine keeps the scale, the other may not."""
    if not number.is_finite():
        raise NotCanonical(f"{number} is not a finite number")
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _whole_text(number: int) -> str:
    return str(number) if -SAFE_INTEGER_MAX <= number <= SAFE_INTEGER_MAX else f'"{number}"'


def _other_text(value: object) -> str:
    return canonical_bytes(json_value(value)).decode()


# The canonical text of what most rows are made of, by the type itself; `_other_text` says the same of these.
_TEXTS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    NoneType: lambda _nothing: "null",
    bool: lambda value: "true" if value else "false",
    int: _whole_text,
    datetime: lambda moment: f'"{_instant(moment)}"',
    date: lambda day: f'"{day.isoformat()}"',
}


def _refuse_unsafe(value: object, level: int) -> bool:
    """Refuse what has no one text; whether every key is ASCII."""
    simple = True
    if level > NESTING_MAX:
        raise NotCanonical(f"more than {NESTING_MAX} levels deep")
    if isinstance(value, float):
        raise NotCanonical("a float has no place in a record; write it as text")
    if isinstance(value, int) and abs(value) > SAFE_INTEGER_MAX:
        raise NotCanonical("an integer beyond 2^53 − 1 is not kept by every reader; write it as text")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise NotCanonical("object keys must be strings")
            simple = _refuse_unsafe(item, level + 1) and key.isascii() and simple
    elif isinstance(value, list | tuple):
        for item in value:
            simple = _refuse_unsafe(item, level + 1) and simple
    return simple
