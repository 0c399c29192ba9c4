"""Selling out of lots: what several order lines take, read under one lock, written in one statement a table.

What steps and homes do to lots is in `keeping`; both hold to the same rules.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from marketplace.accounts.models import Organisation
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.journal.recorder import change_rows, insert_rows
from marketplace.kernel.money import take
from marketplace.kernel.plain import run
from marketplace.kernel.statements import among
from marketplace.kernel.together import together
from producers.fairprice.pricing import CostRow, sort_key
from producers.lots.errors import CostStands, NotEnough, QuantityNotPositive
from producers.lots.models import CostMovement, Lot, LotCost, Movement

Columns = dict[str, Any]
"""A row by its columns' names."""

CostKey = tuple[str, str]
"""Purpose and source of a cost."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What goes with pieces that were sold: their cost, and the account that it lay on."""

    costs: list[CostRow]
    inventory: str


def sell(pieces: Sequence[tuple[str, str, int]]) -> dict[str, Sold]:
    """Sell pieces (order line id, lot id, quantity), all lots locked at once; by order line id what goes with them.

    The cost of each is one taking of the quantity from all that remains, store and homes (rule 1). Refuses more than
    the stock; goods that are in the shop are sold also while a question about them is open.
    """
    lots = _locked({lot_id for _line, lot_id, _quantity in pieces})
    costs = _costs(lots)
    sold: dict[str, Sold] = {}
    drawn: dict[tuple[str, CostKey], Columns] = {}  # two lots may carry a part of one and the same cost
    movements, cost_movements = [], []
    for line_id, lot_id, quantity in pieces:
        lot = lots[lot_id]
        taken = _taken(lot, costs[lot_id], quantity)
        movement = _movement(lot, quantity, line_id)
        movements.append(movement)
        cost_movements += _cost_movements(movement, taken)
        drawn |= {(lot_id, key): costs[lot_id][key] for key in taken}
        sold[line_id] = Sold([CostRow(*key, part) for key, part in taken.items()], inventory_account(lot["number"]))
    with together():
        change_rows(Lot, ("stock", "sold"), list(lots.values()))
        change_rows(LotCost, ("amount_minor",), list(drawn.values()))
        insert_rows(Movement, movements)
        insert_rows(CostMovement, cost_movements)
    return sold


def take_many_for_sale(pieces: Sequence[tuple[str, str, int]]) -> None:
    """Sell pieces as `sell` does, of lots that carry no cost.

    For history, whose lots were brought in without a cost; refuses also a lot that has a cost.
    """
    lot_ids = {lot_id for _line, lot_id, _quantity in pieces}
    _locked(lot_ids)
    if db.session.scalar(select(LotCost.lot_id).where(LotCost.lot_id.in_(lot_ids), LotCost.amount_minor > 0).limit(1)):
        raise CostStands(number="")
    sell(pieces)


def inventory_account(lot_number: str) -> str:
    """The account that a lot's cost lies on."""
    return f"inventory:{lot_number}"


def _taken(lot: Columns, costs: Mapping[CostKey, Columns], quantity: int) -> dict[CostKey, int]:
    """Take a quantity out of a lot's counters, and out of its costs what goes with it: that, without rows at zero."""
    if quantity <= 0:
        raise QuantityNotPositive
    if quantity > lot["stock"]:
        raise NotEnough(number=lot["number"], left=lot["stock"], asked=quantity)
    parts = take([row["amount_minor"] for row in costs.values()], quantity, lot["stock"] + lot["held"])
    taken = {key: part for key, part in zip(costs, parts, strict=True) if part}
    for key, part in taken.items():
        costs[key]["amount_minor"] -= part
    lot["stock"] -= quantity
    lot["sold"] += quantity
    return taken


def _movement(lot: Columns, quantity: int, source: str) -> Columns:
    return {
        "id": ids.new_id(),
        "organisation_id": lot["organisation_id"],
        "lot_id": lot["id"],
        "kind": "sold",
        "quantity": quantity,
        "source": source,
        "moved_on": clock.today(lot["zone"]),
        "at": clock.now(),
    }


def _cost_movements(movement: Columns, taken: Mapping[CostKey, int]) -> list[Columns]:
    return [
        {
            "movement_id": movement["id"],
            "purpose": purpose,
            "source_id": source_id,
            "lot_id": movement["lot_id"],
            "amount_minor": -part,
        }
        for (purpose, source_id), part in taken.items()
    ]


def _locked(lot_ids: Collection[str]) -> dict[str, Columns]:
    """The lots by id, locked in key order until the transaction ends, each with the zone it lies in."""
    db.session.flush()  # a statement past the session sees nothing that waits in it
    return {row.id: dict(row._mapping) for row in run(_locking(), {"lots": list(lot_ids)})}


def _costs(lot_ids: Collection[str]) -> dict[str, dict[CostKey, Columns]]:
    """What each lot carries, in receipt order; asked once they are locked."""
    costs: dict[str, dict[CostKey, Columns]] = {lot_id: {} for lot_id in lot_ids}
    rows = [dict(row._mapping) for row in run(_carried(), {"lots": list(lot_ids)})]
    for row in sorted(rows, key=lambda row: sort_key(CostRow(row["purpose"], row["source_id"], 0))):
        costs[row["lot_id"]][row["purpose"], row["source_id"]] = row
    return costs


@cache
def _locking() -> Select[Any]:
    lots = Lot.__table__
    query = select(*lots.columns, Organisation.zone).join(Organisation, Organisation.id == lots.c.organisation_id)
    query = query.where(among(lots.c.id, "lots")).order_by(lots.c.id)
    return query.with_for_update(of=lots)


@cache
def _carried() -> Select[Any]:
    costs = LotCost.__table__
    return select(*costs.columns).where(among(costs.c.lot_id, "lots"))
