"""Every change of a lot's counters and costs: all of it here, under the lot's lock, with the movement that explains it.

Callers lock the lots first (`lock`), all of them at once, so that two actions never wait for each other in a ring.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.journal.recorder import insert_rows
from marketplace.kernel.money import take
from producers.cooperatives.models import Member
from producers.fairprice.pricing import CostRow, sort_key
from producers.lots.errors import Listed, NotEnough, NotEnoughAtHome, OnHold, QuantityNotPositive
from producers.lots.models import CostMovement, HomeHolding, Lot, LotCost, Movement
from producers.lots.queries import listed_of


@dataclass(frozen=True, slots=True)
class Cause:
    """The fact behind a movement: the id of the record, its day, and what a person noted of it."""

    source: str
    on: date
    note: str = ""
    photo_sha256: str | None = None
    client_key: str | None = None


def lock(lot_ids: Collection[str]) -> dict[str, Lot]:
    """The lots by id, locked in key order until the transaction ends."""
    rows = db.session.scalars(
        select(Lot)
        .where(Lot.id.in_(lot_ids))
        .order_by(Lot.id)
        .with_for_update(of=Lot)
        .execution_options(populate_existing=True)
    )
    return {lot.id: lot for lot in rows}


def earlier(organisation_id: str, client_key: str | None) -> Movement | None:
    """The movement a phone already sent under this key: repeating it is harmless."""
    if client_key is None:
        return None
    return db.session.scalar(
        select(Movement).where(Movement.organisation_id == organisation_id, Movement.client_key == client_key)
    )


def receive(lot: Lot, quantity: int, costs: Sequence[CostRow], cause: Cause) -> Movement:
    """Put goods into a lot for the first time, with what they cost."""
    _refuse_nothing(quantity)
    lot.quantity_in += quantity
    lot.stock += quantity
    return _note(lot, "in", quantity, cause, costs)


def draw(lot: Lot, quantity: int, kind: str, cause: Cause, member: Member | None = None) -> list[CostRow]:
    """Take goods out of a lot for good, 'used' or 'lost' from store or home, and the cost that goes with them.

    The cost is one taking of the quantity from all that remains, store and homes (rules 1 and 6). Refuses more than
    lies there, goods on hold and goods that stand in the shop, which `selling` alone takes.
    """
    refuse_more_than_there(lot, quantity, member)
    costs = _take_costs(lot, quantity)
    if member is None:
        lot.stock -= quantity
    else:
        home = _home(lot, member)
        home.held -= quantity
        lot.held -= quantity
        if kind == "used":
            home.used += quantity
        else:
            home.scrap += quantity
    setattr(lot, kind, getattr(lot, kind) + quantity)
    negative = [CostRow(row.purpose, row.source_id, -row.amount_minor) for row in costs]
    _note(lot, kind, quantity, cause, negative, member)
    return costs


def carry_home(lot: Lot, quantity: int, cause: Cause, member: Member) -> Movement:
    """Move goods from the store to a member's home: quantity moves, cost does not (rule 6)."""
    refuse_more_than_there(lot, quantity, None)
    home = _home(lot, member)
    home.issued += quantity
    home.held += quantity
    lot.stock -= quantity
    lot.held += quantity
    return _note(lot, "issued", quantity, cause, (), member)


def bring_back(lot: Lot, quantity: int, cause: Cause, member: Member) -> Movement:
    """Move goods from a member's home back to the store; refuses more than the home holds."""
    refuse_more_than_there(lot, quantity, member)
    home = _home(lot, member)
    home.returned += quantity
    home.held -= quantity
    lot.stock += quantity
    lot.held -= quantity
    return _note(lot, "brought_back", quantity, cause, (), member)


def take_back(lot: Lot, quantity: int, costs: Sequence[CostRow], cause: Cause, *, restocked: bool) -> None:
    """Count what a buyer sent back; restocked it lies in the store again with its cost, else it is lost (rule 22)."""
    _refuse_nothing(quantity)
    lot.returned += quantity
    if restocked:
        lot.stock += quantity
        _note(lot, "returned", quantity, cause, costs)
    else:
        lot.lost += quantity
        _note(lot, "returned", quantity, cause, ())
        _note(lot, "lost", quantity, cause, ())


def revalue(lot: Lot, costs: Sequence[CostRow], cause: Cause) -> Movement:
    """Give goods that are there already the cost that was typed in for them."""
    return _note(lot, "valued", lot.remaining, cause, costs)


def refuse_more_than_remains(lot: Lot, quantity: int) -> None:
    """Refuse a quantity of nothing, or of more than store and homes hold together."""
    _refuse_nothing(quantity)
    if quantity > lot.remaining:
        raise NotEnough(number=lot.number, left=lot.remaining, asked=quantity)


def refuse_more_than_there(lot: Lot, quantity: int, member: Member | None) -> None:
    """Refuse a quantity that does not lie in the store or at the member's home, or that is not free to move."""
    _refuse_nothing(quantity)
    if lot.on_hold:
        raise OnHold(number=lot.number)
    if member is not None:
        home = db.session.get(HomeHolding, (lot.id, member.id), populate_existing=True)
        left = home.held if home else 0
        if quantity > left:
            raise NotEnoughAtHome(member=member.number, number=lot.number, left=left, asked=quantity)
        return
    if quantity > lot.stock:
        raise NotEnough(number=lot.number, left=lot.stock, asked=quantity)
    listed = listed_of(lot.id)
    if quantity > lot.stock - listed:
        raise Listed(number=lot.number, listed=listed)


def add_cost(lot: Lot, row: CostRow) -> None:
    """Raise what a lot carries of one record's cost."""
    cost = db.session.get(LotCost, (lot.id, row.purpose, row.source_id))
    if cost is None:
        cost = LotCost(lot_id=lot.id, purpose=row.purpose, source_id=row.source_id, amount_minor=0)
        db.session.add(cost)
    cost.amount_minor += row.amount_minor


def locked_costs(lot: Lot) -> list[LotCost]:
    """A lot's cost rows in receipt order as they are under its lock."""
    rows = db.session.scalars(
        select(LotCost).where(LotCost.lot_id == lot.id).execution_options(populate_existing=True)
    ).all()
    return sorted(rows, key=lambda row: sort_key(CostRow(row.purpose, row.source_id, 0)))


def taken_of(costs: Sequence[CostRow], quantity: int, remaining: int) -> list[CostRow]:
    """What one taking of a quantity takes of each cost (rule 1), without rows at zero."""
    parts = take([row.amount_minor for row in costs], quantity, remaining)
    return [CostRow(row.purpose, row.source_id, part) for row, part in zip(costs, parts, strict=True) if part]


def _take_costs(lot: Lot, quantity: int) -> list[CostRow]:
    rows = locked_costs(lot)
    parts = take([row.amount_minor for row in rows], quantity, lot.remaining)
    taken = []
    for row, part in zip(rows, parts, strict=True):
        if part:
            row.amount_minor -= part
            taken.append(CostRow(row.purpose, row.source_id, part))
    return taken


def _home(lot: Lot, member: Member) -> HomeHolding:
    home = db.session.get(HomeHolding, (lot.id, member.id), populate_existing=True)
    if home is None:
        home = HomeHolding(lot_id=lot.id, member_id=member.id, issued=0, used=0, returned=0, scrap=0, held=0)
        db.session.add(home)
    return home


def _note(
    lot: Lot, kind: str, quantity: int, cause: Cause, costs: Sequence[CostRow], member: Member | None = None
) -> Movement:
    """Write the movement, what it did to the costs, and, where cost came in, the costs themselves."""
    movement = movement_of(lot, kind, quantity, cause, member)
    db.session.add(movement)
    for row in costs:
        if row.amount_minor > 0:
            add_cost(lot, row)
    db.session.flush()
    moved = [
        {
            "movement_id": movement.id,
            "purpose": row.purpose,
            "source_id": row.source_id,
            "lot_id": lot.id,
            "amount_minor": row.amount_minor,
        }
        for row in costs
        if row.amount_minor
    ]
    insert_rows(CostMovement, moved)
    return movement


def movement_of(lot: Lot, kind: str, quantity: int, cause: Cause, member: Member | None = None) -> Movement:
    """The row that says why a lot's counters changed, not yet stored."""
    return Movement(
        id=ids.new_id(),
        organisation_id=lot.organisation_id,
        lot_id=lot.id,
        kind=kind,
        quantity=quantity,
        member_id=member.id if member else None,
        source=cause.source,
        moved_on=cause.on,
        at=clock.now(),
        note=cause.note,
        photo_sha256=cause.photo_sha256,
        client_key=cause.client_key,
    )


def _refuse_nothing(quantity: int) -> None:
    if quantity <= 0:
        raise QuantityNotPositive
