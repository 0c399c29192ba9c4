"""What a payslip pays for, line by line, in words that need no other page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.kernel.db import db
from producers.decisions.models import Decision
from producers.labour.models import OwnCost, WorkRecord
from producers.lots.models import Step
from producers.wages.models import Payslip, TopUp


@dataclass(frozen=True, slots=True)
class Line:
    """One record on a slip; rate and decision only for work."""

    record_id: str
    kind: str
    what: str
    on: date
    amount_minor: int
    quantity: str = ""
    counted: str = ""
    rate_minor: int = 0
    decision: str = ""


def lines_of(slip: Payslip) -> list[Line]:
    """The slip's lines in its order: five questions whatever their number."""
    ids = [item.record_id for item in slip.items]
    work = {row.id: row for row in db.session.scalars(select(WorkRecord).where(WorkRecord.id.in_(ids)))}
    laid_out = {row.id: row for row in db.session.scalars(select(OwnCost).where(OwnCost.id.in_(ids)))}
    top_ups = {row.id: row for row in db.session.scalars(select(TopUp).where(TopUp.id.in_(ids)))}
    steps = step_names([row.step_id for row in work.values()])
    cited = {row.rate_decision_id for row in work.values() if row.rate_decision_id}
    numbers = db.session.execute(select(Decision.id, Decision.number).where(Decision.id.in_(cited)))
    decisions = {decision_id: number for decision_id, number in numbers}  # noqa: C416 - rows are not pairs to mypy
    lines = []
    for item in slip.items:
        if row := work.get(item.record_id):
            decision = decisions.get(row.rate_decision_id or "", "")
            lines.append(
                Line(row.id, "work", steps[row.step_id], row.worked_on, item.amount_minor, row.quantity, row.kind,
                     row.rate_minor, decision)
            )  # fmt: skip
        elif cost := laid_out.get(item.record_id):
            lines.append(Line(cost.id, "own_cost", cost.what, cost.worked_on, item.amount_minor))
        else:
            top_up = top_ups[item.record_id]
            lines.append(Line(top_up.id, "top_up", "", top_up.granted_on, item.amount_minor))
    return lines


def step_names(step_ids: Collection[str]) -> dict[str, str]:
    """The names of steps by their ids."""
    rows = db.session.execute(select(Step.id, Step.name).where(Step.id.in_(step_ids)))
    return {step_id: name for step_id, name in rows}  # noqa: C416 - rows are not pairs to mypy
