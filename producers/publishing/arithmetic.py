"""A price taken apart line by line: what each part is, how it is worked out, which record or decision it cites."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.kernel.db import db
from marketplace.kernel.i18n import language, money
from marketplace.kernel.quantity_format import format_number
from producers.decisions.models import Decision
from producers.fairprice.pricing import SplitRow, tax_within
from producers.fairprice.sheet import CostSheet

CITES = {"overhead": "overhead_on_labour"}
"""Purpose → kind of decided figure, where the two are not called the same."""


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the price of a piece; `source_id` names the record it cites, `decision` the decision."""

    purpose: str
    amount_minor: int
    how: str
    source_id: str = ""
    decision: Decision | None = None


def lines_of(sheet: CostSheet, price_minor: int) -> list[Line]:
    """Every part of a price with its arithmetic in words, in receipt order."""
    decisions = decisions_of(sheet)
    net = price_minor - tax_within(price_minor, sheet.rules.tax)
    labour = sum(row.amount_minor for row in sheet.costs if row.purpose == "labour")
    how = {
        "tax": _(
            "%(price)s × %(rate)s ÷ (1 + %(rate)s)", price=_sum(sheet, price_minor), rate=percent(sheet.rules.tax)
        ),
        "overhead": _times(sheet, labour, sheet.rules.overhead_on_labour, _("labour")),
        "premium": _times(sheet, net, sheet.rules.premium, _("price without tax")),
        "reserve": _times(sheet, net, sheet.rules.reserve, _("price without tax")),
        "platform_fee": _times(sheet, net, sheet.rules.platform_fee, _("price without tax")),
        "payment_fee": _times(sheet, price_minor, sheet.fee_rate, _("price, estimated")),
        "surplus": _("what is left"),
    }
    return [_line(row, how, decisions) for row in sheet.split(price_minor)]


def decisions_of(sheet: CostSheet) -> dict[str, Decision]:
    """The decision behind each figure of the sheet, by the figure's kind."""
    ids = {figure.decision_id for figure in sheet.figures.values()}
    rows = {row.id: row for row in db.session.scalars(select(Decision).where(Decision.id.in_(ids)))}
    return {kind: rows[figure.decision_id] for kind, figure in sheet.figures.items()}


def percent(rate: Fraction) -> str:
    """A rate as people read it."""
    return f"{format_number(rate * 100, language())}%"


def _line(row: SplitRow, how: Mapping[str, str], decisions: Mapping[str, Decision]) -> Line:
    if row.source_id:
        return Line(row.purpose, row.amount_minor, _("cost of one piece by this record"), row.source_id)
    decision = decisions.get(CITES.get(row.purpose, row.purpose))
    return Line(row.purpose, row.amount_minor, how[row.purpose], decision=decision)


def _sum(sheet: CostSheet, minor: int) -> str:
    return money(minor, sheet.currency)


def _times(sheet: CostSheet, minor: int, rate: Fraction, of: str) -> str:
    return str(_("%(sum)s (%(of)s) × %(rate)s", sum=_sum(sheet, minor), of=of, rate=percent(rate)))
