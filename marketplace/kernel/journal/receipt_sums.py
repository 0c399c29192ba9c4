"""Does a receipt add up? Judged from the receipt alone, whoever made it and whatever it holds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from marketplace.config import FINDINGS_A_CHECK_MAX
from marketplace.kernel.journal.canonical import SAFE_INTEGER_MAX
from marketplace.kernel.journal.findings import Finding, shown

PURPOSES = (
    "crop", "materials", "labour", "own_costs", "overhead", "premium", "reserve", "surplus",
    "platform_fee", "payment_fee", "tax", "shipping", "deposit", "producer_share",
)  # fmt: skip
"""The closed list, in receipt order; the last stands for rows folded together and has no fixed place."""

STATUSES = ("paid", "paid_unconfirmed", "owed", "declared")
"""From most to least certain; rows of one purpose stand in this order."""

_FOLDED = "producer_share"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a line's split, in minor units of the charge currency and of the seller's."""

    purpose: str
    status: str
    amount_minor: int
    origin_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says in numbers; `name` is its id as shown to people."""

    name: str
    paid_minor: int
    refunded_minor: int
    origin_currency: str
    origin_paid_minor: int
    origin_refunded_minor: int
    split: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """What a receipt says in numbers."""

    currency: str
    paid_minor: int
    refunded_minor: int
    lines: tuple[Line, ...]


class _Unreadable(Exception):
    """A field is missing or of another kind; carries its path."""


def check_sums(receipt: object) -> list[Finding]:
    """Check that a receipt can be read, uses the closed lists and adds up; never raises."""
    try:
        sums = _read(receipt)
    except _Unreadable as unreadable:
        return [Finding("readable", False, {"field": shown(str(unreadable))})]
    return [
        Finding("readable", True, {"lines": len(sums.lines), "currency": sums.currency}),
        *_each_line(sums, "purposes", _misplaced_purpose),
        *_each_line(sums, "statuses", _misplaced_status),
        *_each_line(sums, "charge_sums", lambda line: _charge_gap(line, sums.currency), sums.currency),
        *_each_line(sums, "origin_sums", _origin_gap),
        _totals(sums),
        *_each_line(sums, "refunds", _refund_beyond_paid),
    ]


def _each_line(
    sums: Sums, code: str, broken: Callable[[Line], dict[str, str | int] | None], currency: str = ""
) -> Iterator[Finding]:
    """Give one finding a broken line, up to a bound, or the one that all lines hold."""
    found = 0
    for line in sums.lines:
        params = broken(line)
        if params is not None and found < FINDINGS_A_CHECK_MAX:
            found += 1
            yield Finding(code, False, {"line": line.name, **params})
    if not found:
        yield Finding(code, True, {"currency": currency} if currency else {})


def _misplaced_purpose(line: Line) -> dict[str, str | int] | None:
    highest = 0
    for row in line.split:
        if row.purpose not in PURPOSES:
            return {"purpose": shown(row.purpose)}
        place = PURPOSES.index(row.purpose)
        if row.purpose != _FOLDED:
            if place < highest:
                return {"purpose": row.purpose}
            highest = place
    return None


def _misplaced_status(line: Line) -> dict[str, str | int] | None:
    last: tuple[str, int] | None = None
    for row in line.split:
        if row.status not in STATUSES:
            return {"status": shown(row.status)}
        place = STATUSES.index(row.status)
        if last and last[0] == row.purpose and place < last[1]:
            return {"status": row.status}
        last = (row.purpose, place)
    return None


def _charge_gap(line: Line, currency: str) -> dict[str, str | int] | None:
    return _gap([row.amount_minor for row in line.split], line.paid_minor - line.refunded_minor, currency)


def _origin_gap(line: Line) -> dict[str, str | int] | None:
    expected = line.origin_paid_minor - line.origin_refunded_minor
    return _gap([row.origin_minor for row in line.split], expected, line.origin_currency)


def _gap(amounts: Sequence[int], expected: int, currency: str) -> dict[str, str | int] | None:
    total = sum(amounts)
    return None if total == expected else {"sum": total, "expected": expected, "currency": currency}


def _refund_beyond_paid(line: Line) -> dict[str, str | int] | None:
    within = 0 <= line.refunded_minor <= line.paid_minor and 0 <= line.origin_refunded_minor <= line.origin_paid_minor
    return None if within else {}


def _totals(sums: Sums) -> Finding:
    paid = sum(line.paid_minor for line in sums.lines)
    refunded = sum(line.refunded_minor for line in sums.lines)
    if (paid, refunded) == (sums.paid_minor, sums.refunded_minor):
        return Finding("totals", True)
    params: dict[str, str | int] = {
        "paid": paid,
        "refunded": refunded,
        "expected_paid": sums.paid_minor,
        "expected_refunded": sums.refunded_minor,
        "currency": sums.currency,
    }
    return Finding("totals", False, params)


def _read(receipt: object) -> Sums:
    whole = _Fields(receipt, "")
    lines = [
        _read_line(_Fields(item, f"lines[{place}]"), place) for place, item in enumerate(whole.items("lines"), start=1)
    ]
    if not lines:
        raise _Unreadable("lines")
    return Sums(whole.currency("currency"), whole.minor("paid_minor"), whole.minor("refunded_minor"), tuple(lines))


def _read_line(line: "_Fields", place: int) -> Line:
    origin = line.fields("origin")
    split = [_Fields(item, f"{line.path}.split[{number}]") for number, item in enumerate(line.items("split"), start=1)]
    return Line(
        name=shown(line.values.get("id", str(place))),
        paid_minor=line.minor("paid_minor"),
        refunded_minor=line.minor("refunded_minor"),
        origin_currency=origin.currency("currency"),
        origin_paid_minor=origin.minor("paid_minor"),
        origin_refunded_minor=origin.minor("refunded_minor"),
        split=tuple(
            Row(row.text("purpose"), row.text("status"), row.minor("amount_minor"), row.minor("origin_minor"))
            for row in split
        ),
    )


class _Fields:
    """An object of the receipt whose fields are taken by kind, or named as unreadable."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise _Unreadable(path or "{}")
        self.values: dict[object, object] = value
        self.path = path

    def minor(self, name: str) -> int:
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > SAFE_INTEGER_MAX:
            raise self._unreadable(name)
        return value

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str):
            raise self._unreadable(name)
        return value

    def currency(self, name: str) -> str:
        value = self.text(name)
        if len(value) != 3 or not (value.isascii() and value.isalpha() and value.isupper()):
            raise self._unreadable(name)
        return value

    def items(self, name: str) -> list[object]:
        value = self.values.get(name)
        if not isinstance(value, list):
            raise self._unreadable(name)
        return value

    def fields(self, name: str) -> "_Fields":
        return _Fields(self.values.get(name), self._at(name))

    def _unreadable(self, name: str) -> _Unreadable:
        return _Unreadable(self._at(name))

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name
