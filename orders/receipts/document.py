"""A receipt as JSON, in the shape of DESIGN.md §5, from what is stored and what has been paid on since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from marketplace.kernel.db import db
from orders.checkout.models import Order, OrderLine
from orders.checkout.splits import in_force
from orders.checkout.totals import Row, receipt_order
from orders.fulfilment.queries import carriers_paid
from orders.settlement.queries import sellers_paid_for, sellers_with_tax_remitted
from producers.fairprice.pricing import COST_PURPOSES, SplitRow
from producers.fairprice.status import FOLDED, STATUSES, statuses

Document = dict[str, Any]

PRODUCER_SHARE = "producer_share"
SELLERS_SHARES = frozenset({"premium", "reserve", "surplus"})

LABELS = {
    "crop": _l("Crop from the growers"),
    "materials": _l("Materials"),
    "labour": _l("Makers’ wages"),
    "own_costs": _l("Makers’ own costs"),
    "overhead": _l("Running the cooperative"),
    "premium": _l("Fair trade premium"),
    "reserve": _l("Cooperative’s reserve"),
    "surplus": _l("Surplus, not yet distributed"),
    "platform_fee": _l("Platform fee"),
    "payment_fee": _l("Payment fee"),
    "tax": _l("Tax"),
    "shipping": _l("Delivery"),
    "deposit": _l("Deposit"),
    "producer_share": _l("Makers, materials and cooperative"),
}


@dataclass(frozen=True, slots=True)
class PaidOn:
    """What of an order's money has reached whom, at one moment."""

    fee_reported: bool
    sellers_paid: set[str]
    carriers: set[str]
    tax_remitted: set[str]
    costs: Mapping[tuple[str, str], str]

    @classmethod
    def now(cls, order: Order) -> "PaidOn":
        """Look at payouts, carriers, tax and the records behind every cost row."""
        db.session.flush()
        rows = (row for line in order.lines for row in line.splits)
        sources = {(row.purpose, row.source_id) for row in rows if row.purpose in COST_PURPOSES}
        return cls(
            fee_reported=order.fee_reported,
            sellers_paid=sellers_paid_for(order),
            carriers=carriers_paid(order.id),
            tax_remitted=sellers_with_tax_remitted(order),
            costs=statuses(sorted(sources)),
        )

    def status(self, row: Row, seller_id: str) -> str:
        """Paid, paid_unconfirmed, owed or declared (rules 9, 11, 12, 17 and 19)."""
        if row.purpose in COST_PURPOSES:
            return self.costs[row.purpose, row.source_id]
        if row.purpose in SELLERS_SHARES:
            return "paid" if seller_id in self.sellers_paid else "owed"
        reached = {
            "platform_fee": "paid",
            "payment_fee": "paid" if self.fee_reported else "declared",
            "tax": "paid" if seller_id in self.tax_remitted else "owed",
            "shipping": "paid" if seller_id in self.carriers else "owed",
        }
        return reached.get(row.purpose, "declared")


def receipt_document(
    order: Order,
    *,
    number: str,
    revision: int,
    issued_on: date,
    as_of: date,
    credit_notes: list[str],
    paid_on: PaidOn,
) -> Document:
    """The receipt as of a day, without seal."""
    with force_locale(order.language):
        lines = [_line(line, in_force(line), paid_on) for line in order.lines]
    return {
        "number": number,
        "revision": revision,
        "issued_at": issued_on.isoformat(),
        "as_of": as_of.isoformat(),
        "currency": order.charge_currency,
        "paid_minor": order.captured_minor,
        "refunded_minor": order.refunded_minor,
        "credit_notes": credit_notes,
        "lines": lines,
        "checkpoint": None,
        "proof": [],
    }


def _line(line: OrderLine, rows: list[Row], paid_on: PaidOn) -> Document:
    return {
        "id": line.id,
        "kind": line.kind,
        "title": line.title,
        "seller": line.organisation.slug,
        "quantity": line.quantity,
        "refunded_quantity": line.refunded_quantity,
        "lots": [line.stock.lot_code] if line.stock else [],
        "paid_minor": line.charge_minor,
        "refunded_minor": line.refunded_charge_minor,
        "origin": {
            "currency": line.currency,
            "rate": line.rate,
            "paid_minor": line.origin_minor,
            "refunded_minor": line.refunded_origin_minor,
        },
        "makers": line.makers,
        "wage_check_published": line.wage_check_published,
        "split": split_rows(line, rows, paid_on),
    }


def split_rows(line: OrderLine, rows: list[Row], paid_on: PaidOn) -> list[Document]:
    """One row a purpose and status; zero rows are left out; folded where the makers did not agree to more."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.purpose, paid_on.status(row, line.organisation_id)), []).append(row)
    if line.folds_labour:
        groups = _folded(groups)
    ordered = sorted(groups.items(), key=lambda group: _place(*group[0]))
    return [_split_row(purpose, status, kept) for (purpose, status), kept in ordered]


def _folded(groups: dict[tuple[str, str], list[Row]]) -> dict[tuple[str, str], list[Row]]:
    """Materials, labour, own costs and overhead as one row, as certain as the least certain of them (§3.9)."""
    inside = {key: rows for key, rows in groups.items() if key[0] in FOLDED}
    if not inside:
        return groups
    weakest = max((status for _purpose, status in inside), key=STATUSES.index)
    share = [row for rows in inside.values() for row in rows]
    return {(PRODUCER_SHARE, weakest): share} | {key: rows for key, rows in groups.items() if key not in inside}


def _place(purpose: str, status: str) -> tuple[int, int]:
    return receipt_order(SplitRow(purpose, "", 0))[0], STATUSES.index(status)


def _split_row(purpose: str, status: str, rows: list[Row]) -> Document:
    return {
        "purpose": purpose,
        "label": str(LABELS[purpose]),
        "amount_minor": sum(row.amount_minor for row in rows),
        "origin_minor": sum(row.origin_minor for row in rows),
        "status": status,
        "evidence": sorted({row.source_id for row in rows if row.source_id}),
    }
