"""All lots a lot comes from and all that come from it, as a list and as a graph of mass."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, noload

from marketplace.catalogue.graph_layout import (
    Auxiliary,
    LotFlow,
    LotGraph,
    LotLoss,
    LotNode,
    lay_out,
    step_flows,
)
from marketplace.config import GRAPH_LOTS_DRAWN, GRAPH_NODES_MAX
from marketplace.kernel.db import db
from marketplace.kernel.quantity_format import quantity
from producers.lots.models import Lot, Step, StepInput, StepOutput

WIDTH = 888  # of the console's page


@dataclass(frozen=True, slots=True)
class Line:
    """One lot of the list: how many steps from the first material, its mass when made, the loss of its step."""

    lot: Lot
    depth: int
    mass_g: int | None
    loss_g: int | None


@dataclass(slots=True)
class Lineage:
    """The lots around one lot, and the posted steps between them."""

    lots: dict[str, Lot]
    steps: list[Step]
    mass_g: dict[str, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out for a bound."""
        return len(self.lots) < GRAPH_NODES_MAX


def lineage_of(lot: Lot) -> Lineage:
    """Every lot behind and ahead of a lot over posted steps; bounded by GRAPH_NODES_MAX."""
    steps = {step.id: step for step in [*_walk(lot.id, ahead=False), *_walk(lot.id, ahead=True)]}
    ordered = sorted(steps.values(), key=lambda step: (step.worked_on, step.id))
    lots = {lot.id: lot}
    for step in ordered:
        lots |= {line.lot_id: line.lot for line in step.inputs} | {made.lot_id: made.lot for made in step.outputs}
    return Lineage(lots, ordered, _masses(lots.values(), ordered))


def lines_of(lineage: Lineage) -> list[Line]:
    """The list: each lot under the ones it was made of, first materials on top."""
    made_by = {line.lot_id: step for step in lineage.steps for line in step.outputs}
    depth: dict[str, int] = {}
    for step in lineage.steps:
        below = max((depth.get(line.lot_id, 0) for line in step.inputs if line.role == "main"), default=0)
        depth |= {line.lot_id: below + 1 for line in step.outputs}
    ordered = sorted(lineage.lots.values(), key=lambda lot: (depth.get(lot.id, 0), lot.made_on, lot.id))
    return [
        Line(
            lot,
            depth.get(lot.id, 0),
            lineage.mass_g.get(lot.id),
            made_by[lot.id].loss_g if lot.id in made_by else None,
        )
        for lot in ordered
    ]


def graph_of(lineage: Lineage) -> LotGraph | None:
    """The drawing; None where there is no step to draw, too many lots, or weights that no drawing can carry."""
    if not lineage.steps or len(lineage.lots) > GRAPH_LOTS_DRAWN:
        return None
    mains = {line.lot_id for step in lineage.steps for line in step.inputs if line.role == "main"}
    mains |= {line.lot_id for step in lineage.steps for line in step.outputs}
    nodes = [_node(lot, lineage) for lot in lineage.lots.values() if lot.id in mains]
    flows: list[LotFlow] = []
    losses: list[LotLoss] = []
    threads: list[Auxiliary] = []
    for step in lineage.steps:
        _draw(step, flows, losses, threads)
    try:
        return lay_out(nodes, flows, losses, threads, width=WIDTH)
    except ValueError:  # pieces weighed differently when they went in than when they came out
        return None


def _walk(lot_id: str, *, ahead: bool) -> Iterable[Step]:
    found: dict[str, Step] = {}
    frontier: Collection[str] = {lot_id}
    side = StepInput if ahead else StepOutput
    while frontier and len(found) < GRAPH_NODES_MAX:
        query = (
            select(Step)
            .join(side, side.step_id == Step.id)
            .where(side.lot_id.in_(frontier), Step.state == "posted")
            .options(
                noload(Step.organisation),
                joinedload(Step.inputs).joinedload(StepInput.lot).noload(Lot.organisation),
                joinedload(Step.outputs).joinedload(StepOutput.lot).noload(Lot.organisation),
            )
        )
        fresh = [step for step in db.session.scalars(query).unique() if step.id not in found]
        found.update({step.id: step for step in fresh})
        lines: list[StepInput | StepOutput] = [
            line for step in fresh for line in (step.outputs if ahead else step.inputs)
        ]
        frontier = {line.lot_id for line in lines}
    return found.values()


def _masses(lots: Iterable[Lot], steps: Sequence[Step]) -> dict[str, int]:
    """Each lot's grams when it was made; of bought pieces what was weighed when they went into steps."""
    mass: dict[str, int] = defaultdict(int)
    for step in steps:
        for line in step.inputs:
            mass[line.lot_id] += line.mass_g
    for step in steps:
        for made in step.outputs:
            mass[made.lot_id] = made.mass_g
    for lot in lots:
        if lot.unit == "GRM":
            mass[lot.id] = lot.quantity_in
    return dict(mass)


def _node(lot: Lot, lineage: Lineage) -> LotNode:
    mass_g = lineage.mass_g.get(lot.id, 0)
    detail = quantity(lot.quantity_in, lot.unit)
    if lot.unit != "GRM" and mass_g:
        detail = f"{detail}, {quantity(mass_g, 'GRM')}"
    made_here = any(line.lot_id == lot.id for step in lineage.steps for line in step.outputs)
    return LotNode(
        lot.number,
        f"{lot.number} {lot.name}",
        detail,
        mass_g,
        lot.made_on.isoformat(),
        "dyed" if made_here else "material",
    )


def _draw(step: Step, flows: list[LotFlow], losses: list[LotLoss], threads: list[Auxiliary]) -> None:
    """One step's ribbons, its loss, and its inputs of another kind."""
    for line in step.inputs:
        if line.role != "main":
            text = f"{line.lot.name} {line.lot.number}, {quantity(line.quantity, line.lot.unit)}"
            threads.append(Auxiliary(step.outputs[0].lot.number, text))
    mains = [(line.lot.number, line.mass_g) for line in step.inputs if line.role == "main"]
    made = [(line.lot.number, line.mass_g) for line in step.outputs]
    for source, target, mass_g in step_flows(mains, made, step.loss_g):
        if target is None:
            label = _("− %(mass)s, %(step)s", mass=quantity(mass_g, "GRM"), step=step.name)
            losses.append(LotLoss(source, mass_g, label))
        else:
            flows.append(LotFlow(source, target, mass_g))
