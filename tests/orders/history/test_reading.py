from pathlib import Path

import pytest

from marketplace.kernel.money import Money
from orders.history.reading import COLUMNS, Refused, UnknownFormat, read

HEADER = ",".join(COLUMNS)


def written(folder: Path, *rows: str) -> Path:
    path = folder / "orders.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_rows_of_one_number_make_one_invoice_and_repeats_count(tmp_path: Path):
    row = "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"

    reading = read([written(tmp_path, row, row, row.replace("1,", "2,", 1))])

    assert [line.ordinal for line in reading.invoices["1"].lines] == [1, 2]
    assert reading.invoices["1"].total == Money(2 * 6 * 255, "GBP")
    assert (reading.rows, reading.refused) == (3, [])


def test_a_credit_invoice_holds_positive_pieces(tmp_path: Path):
    reading = read([written(tmp_path, "C9,X,HEART,-2,2010-12-02 10:00:00,2.55,1.0,France")])

    invoice = reading.invoices["C9"]
    assert invoice.is_credit
    assert invoice.lines[0].quantity == 2
    assert invoice.total == Money(510, "GBP")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",X,A,1,2010-12-01 08:26:00,1,1,UK", "InvoiceNo", "invoice_missing"),
        ("1,,A,1,2010-12-01 08:26:00,1,1,UK", "StockCode", "stock_code_missing"),
        ("1,X,A,1,yesterday,1,1,UK", "InvoiceDate", "date_unreadable"),
        ("1,X,A,1.5,2010-12-01 08:26:00,1,1,UK", "Quantity", "quantity_unreadable"),
        ("1,X,A,0,2010-12-01 08:26:00,1,1,UK", "Quantity", "quantity_zero"),
        ("1,X,A,-1,2010-12-01 08:26:00,1,1,UK", "Quantity", "negative_outside_credit"),
        ("C1,X,A,1,2010-12-01 08:26:00,1,1,UK", "Quantity", "positive_in_credit"),
        ("1,X,A,1,2010-12-01 08:26:00,free,1,UK", "UnitPrice", "price_unreadable"),
        ("1,X,A,1,2010-12-01 08:26:00,NaN,1,UK", "UnitPrice", "price_unreadable"),
        ("1,X,A,1,2010-12-01 08:26:00,1.005,1,UK", "UnitPrice", "price_unreadable"),
        ("1,X,A,1,2010-12-01 08:26:00,0.0,1,UK", "UnitPrice", "price_not_positive"),
    ],
)
def test_a_row_that_is_neither_is_refused_with_its_cell(tmp_path: Path, row: str, column: str, code: str):
    reading = read([written(tmp_path, row)])

    assert reading.invoices == {}
    [refused] = reading.refused
    assert (refused.row, refused.column, refused.code) == (2, column, code)
    assert refused.value == row.split(",")[COLUMNS.index(column)]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"", b"\xff\xfe\x00", b"\x00"])
def test_another_table_is_refused_with_what_is_expected(tmp_path: Path, content: bytes):
    path = tmp_path / "else.csv"
    path.write_bytes(content)

    with pytest.raises(UnknownFormat, match="InvoiceNo"):
        read([path])


@pytest.mark.conformance
def test_december_2010_is_read_to_the_penny(conformance: Path):
    paths = sorted((conformance / "orders" / "online-retail" / "by-day").glob("2010-12-*.csv"))

    reading = read(paths)

    sales = [invoice for invoice in reading.invoices.values() if not invoice.is_credit]
    credits = [invoice for invoice in reading.invoices.values() if invoice.is_credit]
    assert reading.rows == 42_481
    assert (len(sales), sum(len(invoice.lines) for invoice in sales)) == (1_559, 41_480)
    assert sum(invoice.total.minor for invoice in sales) == 82_374_614
    assert (len(credits), sum(len(invoice.lines) for invoice in credits)) == (326, 728)
    assert sum(invoice.total.minor for invoice in credits) == 7_478_912
    assert len(reading.refused) == 273
    assert all(isinstance(refused, Refused) and refused.code for refused in reading.refused)
