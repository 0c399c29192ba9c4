"""A month's slips as one sheet: what a bookkeeper takes into her own Excel."""

import io
from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from marketplace.accounts.models import Organisation
from marketplace.kernel.dates import short_day
from marketplace.kernel.exports import plain
from marketplace.kernel.money import Money, exponent
from producers.deliveries.models import DeliverySlip

AMOUNTS = (10, 11, 12)


def month_sheet(organisation: Organisation, month: str, slips: Sequence[DeliverySlip]) -> bytes:
    """The workbook: amounts are numbers in main units, words never formulas; a void slip is struck and not counted."""
    import xlsxwriter  # only who takes a sheet away waits for it

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(month)
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    struck = book.add_format({"font_strikeout": True, "align": "right"})
    decimals = exponent(organisation.currency)
    money = book.add_format({"num_format": "#,##0" + ("." + "0" * decimals if decimals else "")})
    heads = [
        _("Slip"), _("Date"), _("Member number"), _("Member"), _("Made by"), _("Material"), _("Material out (g)"),
        _("Work"), _("Good"), _("To be repaired"), _("Rate"), _("Wage"), _("Paid"), _("Payee's word"),
    ]  # fmt: skip
    sheet.write_row(0, 0, heads, bold)
    sheet.freeze_panes(1, 0)
    for row, slip in enumerate(slips, 1):
        words = {0: slip.name, 2: slip.member.number, 3: slip.member.name, 4: slip.maker.name,
                 5: slip.lot.number if slip.lot else "", 7: slip.rate_key or "", 13: word_of(slip)}  # fmt: skip
        for column, text in words.items():
            sheet.write_string(row, column, plain(text))
        sheet.write_datetime(row, 1, slip.made_on, day)
        numbers: dict[int, int | Decimal] = {6: slip.issued_quantity, 8: slip.good, 9: slip.to_repair}
        for column, minor in {10: slip.rate_minor, 11: slip.wage_minor, 12: slip.paid_minor}.items():
            numbers[column] = Money(minor, organisation.currency).decimal
        for column, number in numbers.items():
            if slip.void:  # text, so that no sum counts it
                sheet.write_string(row, column, str(number), struck)
            else:
                sheet.write_number(row, column, number, money if column in AMOUNTS else None)
    total = len(slips) + 1
    sheet.write_string(total, 0, _("Total"), bold)
    for column in (6, 8, 9):
        sheet.write_formula(total, column, _sum(column, total), bold, _cached(slips, column))
    for column in (11, 12):
        known = Money(_cached(slips, column), organisation.currency).decimal
        sheet.write_formula(total, column, _sum(column, total), money, known)
    sheet.autofit()
    book.close()
    return out.getvalue()


def word_of(slip: DeliverySlip) -> str:
    """What the payee says of the money, or why the slip is void, in words."""
    words = {
        "none": "",
        "unconfirmed": _("not yet confirmed"),
        "confirmed": _("confirmed"),
        "contested": _("contested"),
        "void": "",
    }
    if slip.void:
        return str(_("void since %(day)s: %(reason)s", day=short_day(slip.void.voided_on), reason=slip.void.reason))
    return str(words[slip.money_state])


def _sum(column: int, rows: int) -> str:
    letter = chr(ord("A") + column)
    return f"=SUM({letter}2:{letter}{rows})"


def _cached(slips: Sequence[DeliverySlip], column: int) -> int:
    """The sum as we know it, for readers that do not calculate."""
    names = {6: "issued_quantity", 8: "good", 9: "to_repair", 11: "wage_minor", 12: "paid_minor"}
    return sum(getattr(slip, names[column]) for slip in slips if not slip.void)
