"""What `lumbung verify` asks of lots: counters and costs are what their movements say, masses balance."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select

from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from producers.lots.errors import YieldUnreadable
from producers.lots.models import CostMovement, HomeHolding, Lot, LotCost, Movement, Step, StepInput, StepOutput
from producers.lots.yields import Excess, Goods, excess_of


def check() -> Iterator[Broken]:
    """Every lot, home and step as it follows from what moved."""
    moved = _moved()
    yield from _counters(moved)
    yield from _homes(moved)
    yield from _costs()
    yield from _steps()
    yield from _yields()


def _moved() -> Counter[tuple[str, str | None, str]]:
    """The sum of all movements by lot, home (None: the store) and kind."""
    keys = (Movement.lot_id, Movement.member_id, Movement.kind)
    rows = db.session.execute(select(*keys, func.sum(Movement.quantity)).group_by(*keys))
    return Counter({(lot_id, member_id, kind): int(total) for lot_id, member_id, kind, total in rows})


def _counters(moved: Counter[tuple[str, str | None, str]]) -> Iterator[Broken]:
    sums: Counter[tuple[str, str]] = Counter()
    for (lot_id, member_id, kind), total in moved.items():
        sums[lot_id, kind] += total
        if member_id is not None:
            sums[lot_id, "held"] += {"issued": total, "brought_back": -total, "used": -total, "lost": -total}[kind]
    for lot in db.session.scalars(select(Lot)):
        expected = {
            "quantity_in": sums[lot.id, "in"],
            **{name: sums[lot.id, name] for name in ("used", "lost", "sold", "returned", "held")},
        }
        expected["stock"] = (
            expected["quantity_in"] - expected["used"] - expected["lost"] - expected["sold"] + expected["returned"]
        ) - expected["held"]
        for name, value in expected.items():
            if getattr(lot, name) != value:
                yield Broken(
                    "lot counters", "lot", lot.id, f"{name} is {getattr(lot, name)}, its movements say {value}"
                )


def _homes(moved: Counter[tuple[str, str | None, str]]) -> Iterator[Broken]:
    columns = {"issued": "issued", "used": "used", "returned": "brought_back", "scrap": "lost"}
    for home in db.session.scalars(select(HomeHolding)):
        for name, kind in columns.items():
            said = moved[home.lot_id, home.member_id, kind]
            if getattr(home, name) != said:
                row = f"{home.lot_id}/{home.member_id}"
                yield Broken("passbook", "lot_home", row, f"{name} is {getattr(home, name)}, its movements say {said}")


def _costs() -> Iterator[Broken]:
    keys = (CostMovement.lot_id, CostMovement.purpose, CostMovement.source_id)
    rows = db.session.execute(select(*keys, func.sum(CostMovement.amount_minor)).group_by(*keys))
    said = {(lot_id, purpose, source_id): int(total) for lot_id, purpose, source_id, total in rows}
    kept = {(row.lot_id, row.purpose, row.source_id): row.amount_minor for row in db.session.scalars(select(LotCost))}
    for key in sorted(said.keys() | kept.keys()):
        if said.get(key, 0) != kept.get(key, 0):
            detail = f"amount is {kept.get(key, 0)}, its movements say {said.get(key, 0)}"
            yield Broken("lot costs", "lot_cost", "/".join(key), detail)


def _steps() -> Iterator[Broken]:
    went_in = _sums(StepInput.step_id, StepInput.mass_g)
    came_out = _sums(StepOutput.step_id, StepOutput.mass_g)
    for step in db.session.scalars(select(Step)):
        if step.main_in_g != went_in.get(step.id, 0) or step.out_g != came_out.get(step.id, 0):
            yield Broken("step mass", "lot_step", step.id, "its masses are not the sum of its inputs and outputs")
        if step.main_in_g != step.out_g + step.loss_g:
            yield Broken("step mass", "lot_step", step.id, "main inputs are not outputs and loss")


def _yields() -> Iterator[Broken]:
    """Steps beyond their recipe without a reason and a second person, and overrides that say something else."""
    went_in, came_out = _goods(StepInput), _goods(StepOutput)
    for step in db.session.scalars(select(Step).where(Step.state != "discarded")):
        override = step.override
        try:
            excess = excess_of(went_in[step.id], came_out[step.id], step.max_yield)
        except YieldUnreadable:
            yield Broken("step yield", "lot_step", step.id, "its maximum yield is not a number")
            continue
        said = Excess(override.unit, override.quantity, override.most) if override else None
        if excess != said:
            yield Broken("step yield", "lot_step", step.id, f"exceeds its recipe by {excess}, its override says {said}")
        elif override and step.state == "posted" and override.approved_by in (None, step.recorded_by):
            yield Broken("step yield", "lot_step", step.id, "no second person confirmed that it exceeds its recipe")


def _goods(side: type[StepInput] | type[StepOutput]) -> dict[str, list[Goods]]:
    """The main inputs, or the outputs, of every step."""
    query = select(side.step_id, Lot.unit, side.quantity, side.mass_g).join(Lot, Lot.id == side.lot_id)
    if side is StepInput:
        query = query.where(StepInput.role == "main")
    found: dict[str, list[Goods]] = defaultdict(list)
    for step_id, unit, quantity, mass_g in db.session.execute(query):
        found[step_id].append(Goods(unit, quantity, mass_g))
    return found


def _sums(key: object, column: object) -> dict[str, int]:
    rows = db.session.execute(select(key, func.sum(column)).group_by(key))  # type: ignore[call-overload]
    return {step_id: int(total) for step_id, total in rows}
