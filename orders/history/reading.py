"""Reads another shop's order history: rows are told apart, invoices put together, nothing guessed.

The format is that of the UCI "Online Retail" data: one row an invoice line, cancellations in invoices whose number
begins with C. A row's identity is (source, invoice, ordinal within the invoice), since exact repeats count.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import LumbungError
from marketplace.kernel.money import Money

SOURCE = "online-retail"
CURRENCY = "GBP"
COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
CREDIT_PREFIX = "C"
QUANTITY_MAX = 10**9


class UnknownFormat(LumbungError):
    """The file is not a table whose columns we know."""

    code = "unknown_format"
    message = _l("%(name)s cannot be read. The first line must name the columns %(columns)s, in UTF-8.")


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that keeps its row out: where it stands, what it holds, why."""

    file: str
    row: int
    column: str
    value: str
    code: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row that counts: pieces of a stock code at a unit price; both positive, also in a credit invoice."""

    ordinal: int
    stock_code: str
    title: str
    quantity: int
    unit_price: Money


@dataclass(slots=True)
class Invoice:
    """The lines of one invoice number, in the order of the file."""

    number: str
    customer: str
    country: str
    at: datetime
    lines: list[Line] = field(default_factory=list)

    @property
    def is_credit(self) -> bool:
        """Whether it takes back what earlier invoices sold."""
        return self.number.startswith(CREDIT_PREFIX)

    @property
    def total(self) -> Money:
        """The sum of its lines, positive also for a credit invoice."""
        return Money(sum(line.quantity * line.unit_price.minor for line in self.lines), CURRENCY)


@dataclass(slots=True)
class Reading:
    """What the files hold: how many rows, the invoices by number in order of first appearance, refused cells."""

    sources: list[tuple[str, str]] = field(default_factory=list)
    rows: int = 0
    invoices: dict[str, Invoice] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)


def read(paths: Sequence[Path]) -> Reading:
    """Read every file in the order given; refuses a file whose columns are not the known ones."""
    reading = Reading()
    ordinals: dict[str, int] = {}
    for path in paths:
        reading.sources.append((path.name, hashlib.sha256(path.read_bytes()).hexdigest()))
        for number, cells in _rows(path):
            reading.rows += 1
            _add(reading, ordinals, path.name, number, cells)
    return reading


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the number under which a spreadsheet shows it, the header being row 1."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not set(COLUMNS) <= set(table.fieldnames or ()):
                raise UnknownFormat(name=path.name, columns=", ".join(COLUMNS))
            for number, cells in enumerate(table, start=2):
                yield number, {column: (cells[column] or "").strip() for column in COLUMNS}
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnknownFormat(name=path.name, columns=", ".join(COLUMNS)) from error


def _add(reading: Reading, ordinals: dict[str, int], file: str, row: int, cells: dict[str, str]) -> None:
    invoice_no = cells["InvoiceNo"]
    ordinals[invoice_no] = ordinal = ordinals.get(invoice_no, 0) + 1
    quantity, price, at = _whole(cells["Quantity"]), _price(cells["UnitPrice"]), _moment(cells["InvoiceDate"])
    fault = _fault(cells, quantity, price, at)
    if fault:
        column, code = fault
        reading.refused.append(Refused(file, row, column, cells[column], code))
        return
    assert quantity is not None
    assert price is not None
    assert at is not None
    invoice = reading.invoices.setdefault(invoice_no, Invoice(invoice_no, cells["CustomerID"], cells["Country"], at))
    title = cells["Description"] or cells["StockCode"]
    invoice.lines.append(Line(ordinal, cells["StockCode"], title, abs(quantity), price))


def _fault(
    cells: dict[str, str], quantity: int | None, price: Money | None, at: datetime | None
) -> tuple[str, str] | None:
    """The column that keeps a row out and why, or None for a sale or a cancellation."""
    is_credit = cells["InvoiceNo"].startswith(CREDIT_PREFIX)
    checks: Iterable[tuple[bool, str, str]] = (
        (not cells["InvoiceNo"], "InvoiceNo", "invoice_missing"),
        (not cells["StockCode"], "StockCode", "stock_code_missing"),
        (at is None, "InvoiceDate", "date_unreadable"),
        (quantity is None, "Quantity", "quantity_unreadable"),
        (price is None, "UnitPrice", "price_unreadable"),
        (price is not None and price.minor <= 0, "UnitPrice", "price_not_positive"),
        (quantity == 0, "Quantity", "quantity_zero"),
        (quantity is not None and quantity < 0 and not is_credit, "Quantity", "negative_outside_credit"),
        (quantity is not None and quantity > 0 and is_credit, "Quantity", "positive_in_credit"),
    )
    return next(((column, code) for failed, column, code in checks if failed), None)


def _whole(text: str) -> int | None:
    try:
        number = int(text)
    except ValueError:
        return None
    return number if abs(number) <= QUANTITY_MAX else None


def _price(text: str) -> Money | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) > QUANTITY_MAX:
        return None
    try:
        return Money.parse(f"{value:f}", CURRENCY)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
