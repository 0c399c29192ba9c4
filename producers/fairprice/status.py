"""Whether what a cost stands for is paid, as the public may read it: rules 9 and 11, live."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import BindParameter, CompoundSelect, Select, bindparam, select, union_all
from sqlalchemy.orm import selectinload

from marketplace.kernel.db import db
from marketplace.kernel.scope import everything
from producers.fairprice.pricing import PURPOSES, CostRow, SplitRow
from producers.labour.models import OwnCost, WorkRecord
from producers.materials.models import Purchase
from producers.wages.queries import slips_of_records
from producers.wages.states import SlipState, public_status

STATUSES = ("paid", "paid_unconfirmed", "owed", "declared")
"""From the best proven to the least; a folded row reads as its least proven part."""

BEFORE_SALE = {"overhead": "declared", "payment_fee": "declared"}
"""What a rule's row reads while nothing is sold; all others are owed once it is."""

FOLDED = frozenset({"crop", "materials", "labour", "own_costs", "overhead"})
"""What stands as one `producer_share` where a maker has not agreed to show her labour amount (DESIGN.md §3.9)."""


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One row of a split as anybody may read it."""

    purpose: str
    amount_minor: int
    status: str
    sources: tuple[str, ...] = ()


def statuses(sources: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The public status now of each (purpose, source id) of crop, materials, labour and own costs.

    Work is what its payslip reads, a contested one owed; a purchase is paid in full with every receipt of the
    supplier on file, else owed; whatever has no such record behind it is declared.
    """
    wanted = set(sources)
    with everything():  # a receipt holds lines of several sellers, and a status is nobody's name or sum
        known = _work_statuses({source for _purpose, source in wanted})
        known |= _purchase_statuses({source for _purpose, source in wanted} - known.keys())
    return {(purpose, source): known.get(source, "declared") for purpose, source in wanted}


def public_rows(rows: Sequence[CostRow | SplitRow], *, folds_labour: bool = False) -> list[PublicRow]:
    """A split by purpose and status in receipt order, without rows at zero; folded where labour must not show."""
    by_source = statuses((row.purpose, row.source_id) for row in rows if row.source_id)
    sums: dict[tuple[str, str], int] = {}
    evidence: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        status = by_source.get((row.purpose, row.source_id)) or BEFORE_SALE.get(row.purpose, "owed")
        key = (row.purpose, status)
        sums[key] = sums.get(key, 0) + row.amount_minor
        evidence.setdefault(key, []).extend([row.source_id] if row.source_id else [])
    public = [
        PublicRow(purpose, sums[purpose, status], status, tuple(evidence[purpose, status]))
        for purpose in PURPOSES
        for status in STATUSES
        if sums.get((purpose, status))
    ]
    return fold(public) if folds_labour else public


def fold(rows: Sequence[PublicRow]) -> list[PublicRow]:
    """Materials, labour, own costs and overhead as one row that reads as its least proven part."""
    folded = [row for row in rows if row.purpose in FOLDED]
    if not folded:
        return list(rows)
    least = max((row.status for row in folded), key=STATUSES.index)
    share = PublicRow("producer_share", sum(row.amount_minor for row in folded), least)
    return [share, *(row for row in rows if row.purpose not in FOLDED)]


def _work_statuses(ids: Collection[str]) -> dict[str, str]:
    work = set(db.session.scalars(_work(), {"ids": list(ids)}))
    slips = slips_of_records(work)
    return {it: public_status(SlipState(slips[it].state)) if it in slips else "owed" for it in work}


@cache
def _work() -> CompoundSelect[tuple[str]]:
    """Which of some ids are a record of work or of a maker's own costs."""
    ids: BindParameter[str] = bindparam("ids", expanding=True)
    return union_all(select(WorkRecord.id).where(WorkRecord.id.in_(ids)), select(OwnCost.id).where(OwnCost.id.in_(ids)))


def _purchase_statuses(ids: Collection[str]) -> dict[str, str]:
    return {purchase.id: purchase_status(purchase) for purchase in db.session.scalars(_purchases(), {"ids": list(ids)})}


@cache
def _purchases() -> Select[tuple[Purchase]]:
    query = select(Purchase).where(Purchase.id.in_(bindparam("ids", expanding=True)))
    return query.options(selectinload(Purchase.payments))


def purchase_status(purchase: Purchase) -> str:
    """Paid when all of it was paid and the supplier's own receipt for it is on file (rule 11), else owed."""
    paid = sum(payment.amount_minor for payment in purchase.payments)
    proven = all(payment.payee_document for payment in purchase.payments)
    return "paid" if paid == purchase.cost_minor and proven else "owed"
