"""Reading lots, their costs, their steps and where they come from."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select

from marketplace.catalogue.models import Stock
from marketplace.config import GRAPH_NODES_MAX
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from producers.fairprice.pricing import CostRow, sort_key
from producers.labour.models import WorkRecord
from producers.lots.models import CostMovement, Lot, LotCost, Movement, Step, StepInput, StepOutput


def lot_of(organisation_id: str, lot_id: str) -> Lot:
    """The lot with this id; NotFound where it is not this cooperative's."""
    lot = db.session.get(Lot, lot_id)
    if lot is None or lot.organisation_id != organisation_id:
        raise NotFound
    return lot


def lot_numbered(organisation_id: str, number: str) -> Lot | None:
    """The cooperative's lot with this number."""
    return db.session.scalar(select(Lot).where(Lot.organisation_id == organisation_id, Lot.number == number))


def lot_by_code(code: str) -> Lot | None:
    """The lot with this public code, whoever's it is."""
    return db.session.scalar(select(Lot).where(Lot.code == code))


def lots(organisation_id: str, *, limit: int, after: str | None = None) -> Sequence[Lot]:
    """A cooperative's lots, the newest first; `after` is the last id of the page before."""
    query = select(Lot).where(Lot.organisation_id == organisation_id)
    if after:
        query = query.where(Lot.id < after)
    return db.session.scalars(query.order_by(Lot.id.desc()).limit(limit)).all()


def step_of(organisation_id: str, step_id: str) -> Step:
    """The step with this id; NotFound where it is not this cooperative's."""
    step = db.session.get(Step, step_id)
    if step is None or step.organisation_id != organisation_id:
        raise NotFound
    return step


def open_steps(organisation_id: str) -> Sequence[Step]:
    """Steps recorded and not yet closed, the oldest first."""
    return db.session.scalars(
        select(Step).where(Step.organisation_id == organisation_id, Step.state == "recorded").order_by(Step.id)
    ).all()


def costs_of(lot_id: str) -> list[CostRow]:
    """What remains of each record's cost in a lot, in receipt order, without rows at zero."""
    rows = db.session.scalars(select(LotCost).where(LotCost.lot_id == lot_id, LotCost.amount_minor > 0))
    return sorted((CostRow(row.purpose, row.source_id, row.amount_minor) for row in rows), key=sort_key)


def lacks_cost(lot: Lot) -> bool:
    """Whether a brought-in lot never got a cost: no step may use it, else what is made of it would look too cheap."""
    if not lot.is_declared:
        return False
    return db.session.scalar(select(CostMovement.lot_id).where(CostMovement.lot_id == lot.id).limit(1)) is None


def awaits_cost(lot: Lot) -> bool:
    """Whether the cost of a brought-in lot can still be typed in: it lacks one and nothing was taken from it."""
    return lot.remaining > 0 and not (lot.used or lot.lost or lot.sold) and lacks_cost(lot)


def listed_of(lot_id: str) -> int:
    """How much of a lot stands in the shop unsold, promised to buyers or about to be."""
    unsold = Stock.listed + Stock.returned - Stock.sold - Stock.withdrawn
    return int(db.session.scalar(select(func.coalesce(func.sum(unsold), 0)).where(Stock.lot_id == lot_id)) or 0)


def movements_of(lot_id: str) -> Sequence[Movement]:
    """Everything that moved a lot, in the order in which it did."""
    return db.session.scalars(
        select(Movement).where(Movement.lot_id == lot_id).order_by(Movement.at, Movement.id)
    ).all()


def step_that_made(lot_id: str) -> Step | None:
    """The step whose output the lot is; None for bought and brought-in goods."""
    return db.session.scalar(select(Step).join(StepOutput).where(StepOutput.lot_id == lot_id))


def steps_behind(lot_id: str) -> list[Step]:
    """Every posted step that the lot comes from, the first worked first; bounded by GRAPH_NODES_MAX."""
    found: dict[str, Step] = {}
    frontier: Collection[str] = {lot_id}
    while frontier and len(found) < GRAPH_NODES_MAX:
        query = select(Step).join(StepOutput).where(StepOutput.lot_id.in_(frontier), Step.state == "posted")
        fresh = [step for step in db.session.scalars(query).unique() if step.id not in found]
        found.update({step.id: step for step in fresh})
        frontier = {line.lot_id for step in fresh for line in step.inputs}
    return sorted(found.values(), key=lambda step: (step.worked_on, step.id))


def lots_behind(lot_id: str) -> set[str]:
    """The ids of all lots that the lot comes from, itself among them."""
    return {lot_id} | {line.lot_id for step in steps_behind(lot_id) for line in step.inputs}


def makers_of(lot_id: str) -> set[str]:
    """The ids of all members whose work is in the lot, through every step behind it."""
    step_ids = [step.id for step in steps_behind(lot_id)]
    return set(db.session.scalars(select(WorkRecord.member_id).where(WorkRecord.step_id.in_(step_ids))))


def steps_using(lot_id: str) -> Sequence[Step]:
    """The steps that consume the lot, posted or still open."""
    query: Any = select(Step).join(StepInput).where(StepInput.lot_id == lot_id, Step.state != "discarded")
    return db.session.scalars(query.order_by(Step.worked_on, Step.id)).unique().all()
