"""Lots come into being, are brought in, sent back, held. Steps are in `steps`, their sale in `selling`."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import credit, debit, post
from producers.cooperatives.models import Member
from producers.cooperatives.numbers import free_number
from producers.fairprice.pricing import COST_PURPOSES, CostRow
from producers.lots import keeping
from producers.lots.errors import (
    CostMissing,
    CostNegative,
    CostStands,
    LotNumberTaken,
    NotABaseUnit,
    QuantityNotPositive,
)
from producers.lots.keeping import Cause
from producers.lots.models import Lot, OpeningAuthor, OpeningStock
from producers.lots.queries import awaits_cost, costs_of, lot_numbered
from producers.lots.selling import inventory_account

BASE_UNITS = frozenset({"GRM", "H87"})


class NotSold(Conflict):
    """More came back than was sold."""

    code = "not_sold"
    message = _l("Only %(out)s of lot %(number)s are with buyers. Enter what really came back.")


def open_lot(
    organisation: Organisation,
    *,
    name: str,
    unit: str,
    number: str | None = None,
    made_on: date | None = None,
    owner: Member | None = None,
    earning_mode: str = "work",
    claims: Sequence[str] = (),
    is_declared: bool = False,
) -> Lot:
    """A new, empty lot; without a number it gets the next free one. Refuses a number taken and a derived unit."""
    if unit not in BASE_UNITS:
        raise NotABaseUnit(unit=unit)
    if number is None:
        number = free_number(organisation.id, "P", lambda it: lot_numbered(organisation.id, it) is not None)
    elif lot_numbered(organisation.id, number):
        raise LotNumberTaken(number=number)
    lot = Lot(
        id=ids.new_id(),
        organisation_id=organisation.id,
        number=number,
        code=ids.public_code(),
        name=name,
        unit=unit,
        made_on=made_on or clock.today(organisation.zone),
        owner_member_id=owner.id if owner else None,
        earning_mode=earning_mode,
        claims=sorted(set(claims)),
        is_declared=is_declared,
    )
    db.session.add(lot)
    db.session.flush()
    return lot


def bring_in(
    actor: Actor,
    organisation: Organisation,
    *,
    name: str,
    quantity: int,
    unit: str,
    costs: Mapping[str, int] | None = None,
    number: str | None = None,
    claims: Sequence[str] = (),
    owner: Member | None = None,
    earning_mode: str = "work",
    note: str = "",
    client_key: str | None = None,
    id: str | None = None,
) -> Lot:
    """Take in goods that have no record behind them; their cost (purpose → minor units) is typed in and declared.

    Without a cost the lot waits for `declare_cost`; until then no step uses it and it cannot be published. Refuses
    nothing, and negative costs. The same `client_key` again gives the same lot.
    """
    known = keeping.earlier(organisation.id, client_key)
    if known:
        return db.session.get_one(Lot, known.lot_id)
    if quantity <= 0:
        raise QuantityNotPositive
    lot = open_lot(
        organisation,
        name=name,
        unit=unit,
        number=number,
        owner=owner,
        earning_mode=earning_mode,
        claims=claims,
        is_declared=True,
    )
    opening = OpeningStock(
        id=id or ids.new_id(), organisation_id=organisation.id, lot_id=lot.id, note=note, brought_in_on=lot.made_on
    )
    _add_typed(actor, opening)
    rows = _declared_rows(opening.id, costs or {})
    keeping.receive(lot, quantity, rows, Cause(opening.id, lot.made_on, client_key=client_key))
    _post_brought_in(lot, opening.id, rows)
    return lot


def declare_cost(actor: Actor, lot: Lot, costs: Mapping[str, int]) -> Lot:
    """Type in the cost of a brought-in lot that has none, after which it reads declared.

    Refuses no amount at all, and a lot that has a cost or of which goods were taken already.
    """
    if not any(costs.values()):
        raise CostMissing
    lot = keeping.lock([lot.id])[lot.id]
    if not awaits_cost(lot):
        raise CostStands(number=lot.number)
    opening = db.session.scalars(select(OpeningStock).where(OpeningStock.lot_id == lot.id)).one()
    second = OpeningStock(
        organisation_id=lot.organisation_id,
        lot_id=lot.id,
        note=opening.note,
        brought_in_on=clock.today(lot.organisation.zone),
    )
    _add_typed(actor, second)
    rows = _declared_rows(second.id, costs)
    keeping.revalue(lot, rows, Cause(second.id, second.brought_in_on))
    _post_brought_in(lot, second.id, rows)
    return lot


def bring_in_more(lot: Lot, quantity: int, *, source: str) -> None:
    """Raise a brought-in lot by a further quantity without a cost; refuses nothing and a lot that has a cost."""
    lot = keeping.lock([lot.id])[lot.id]
    if not lot.is_declared or costs_of(lot.id):
        raise CostStands(number=lot.number)
    keeping.receive(lot, quantity, (), Cause(source, clock.today(lot.organisation.zone)))


def return_from_sale(lot_id: str, quantity: int, costs: Sequence[CostRow], *, restocked: bool, source: str) -> None:
    """Count goods a buyer sent back: restocked with exactly the refunded `costs`, or lost; refuses more than sold."""
    lot = keeping.lock([lot_id])[lot_id]
    if quantity > lot.sold - lot.returned:
        raise NotSold(out=lot.sold - lot.returned, number=lot.number)
    keeping.take_back(lot, quantity, costs, Cause(source, clock.today(lot.organisation.zone)), restocked=restocked)


def cost_preview(lot_id: str, quantity: int) -> list[CostRow]:
    """What one taking of a quantity would cost now, without taking it; refuses more than remains."""
    lot = db.session.get_one(Lot, lot_id)
    keeping.refuse_more_than_remains(lot, quantity)
    return keeping.taken_of(costs_of(lot_id), quantity, lot.remaining)


def put_on_hold(actor: Actor, lot: Lot) -> Lot:
    """Stop a lot from moving while a question about it is open."""
    lot = keeping.lock([lot.id])[lot.id]
    lot.on_hold = True
    db.session.flush()
    return lot


def clear_hold(actor: Actor, lot: Lot) -> Lot:
    """Let a lot move again."""
    lot = keeping.lock([lot.id])[lot.id]
    lot.on_hold = False
    db.session.flush()
    return lot


def _add_typed(actor: Actor, opening: OpeningStock) -> None:
    db.session.add(opening)
    db.session.flush()
    if actor.user_id:
        db.session.add(OpeningAuthor(opening_id=opening.id, typed_by=actor.user_id, typed_at=clock.now()))


def _declared_rows(source_id: str, costs: Mapping[str, int]) -> list[CostRow]:
    for purpose, minor in costs.items():
        if minor < 0 or purpose not in COST_PURPOSES:
            raise CostNegative(purpose=purpose)
    return [CostRow(purpose, source_id, costs[purpose]) for purpose in COST_PURPOSES if costs.get(purpose)]


def _post_brought_in(lot: Lot, source: str, rows: Sequence[CostRow]) -> None:
    total = Money(sum(row.amount_minor for row in rows), lot.organisation.currency)
    book = db.session.get_one(Book, lot.organisation.book_id)
    sides = [debit(inventory_of(lot), total), credit("stock_brought_in", total)]
    post(book, source, sides, on=clock.today(lot.organisation.zone))


def inventory_of(lot: Lot) -> str:
    """The account that a lot's cost lies on."""
    return inventory_account(lot.number)
