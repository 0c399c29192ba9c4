"""Lots as the console lists them, and what a step can draw on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import noload

from marketplace.config import STEP_SOURCES_SHOWN
from marketplace.kernel.db import db
from marketplace.kernel.paging import Page, paged
from producers.cooperatives.models import Member
from producers.lots.models import CostMovement, HomeHolding, Lot, Movement

LEFT = Lot.stock + Lot.held > 0
FILTERS: dict[str, Any] = {
    "left": LEFT,
    "finished": and_(~LEFT, Lot.quantity_in > 0),
    "sold": Lot.sold > 0,
    "all": True,
}
"""Which lots a list shows: with goods left, with nothing left, sold of, or all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Goods of a lot in one place: the store, or a member's home."""

    lot: Lot
    member: Member | None
    quantity: int

    @property
    def key(self) -> str:
        """What a form sends for it."""
        return f"{self.lot.id}@{self.member.id}" if self.member else self.lot.id


def listed_lots(organisation_id: str, *, number: int, state: str, sought: str) -> Page[Lot]:
    """A page of a cooperative's lots, the newest first; `sought` is part of a number or name."""
    query = select(Lot).where(Lot.organisation_id == organisation_id).options(noload(Lot.organisation))
    if state != "all":
        query = query.where(FILTERS[state])
    if sought:
        query = query.where(
            or_(Lot.number.icontains(sought, autoescape=True), Lot.name.icontains(sought, autoescape=True))
        )
    return paged(query.order_by(Lot.id.desc()), number)


def places(organisation_id: str, *, first: str = "") -> list[Place]:
    """Where goods lie that a step can use: the newest lots with goods left, and always the lot `first`."""
    free = and_(Lot.organisation_id == organisation_id, LEFT, ~Lot.on_hold)
    newest = select(Lot.id).where(free).order_by(Lot.id.desc()).limit(STEP_SOURCES_SHOWN)
    wanted: Select[Any] = select(Lot).where(
        Lot.organisation_id == organisation_id, or_(Lot.id.in_(newest), Lot.id == first)
    )
    lots = db.session.scalars(wanted.options(noload(Lot.organisation)).order_by(Lot.number)).all()
    homes = _homes([lot.id for lot in lots if lot.held])
    found = []
    for lot in lots:
        if lot.stock:
            found.append(Place(lot, None, lot.stock))
        found += [Place(lot, member, home.held) for home, member in homes if home.lot_id == lot.id]
    return found


def homes_of(lot_id: str) -> list[tuple[HomeHolding, Member]]:
    """The passbook lines of a lot, with the member of each home."""
    return [
        (home, member)
        for home, member in db.session.execute(
            select(HomeHolding, Member)
            .join(Member, Member.id == HomeHolding.member_id)
            .where(HomeHolding.lot_id == lot_id)
            .options(noload(Member.organisation))
            .order_by(Member.number)
        )
    ]


def movements(lot_id: str, number: int) -> Page[Any]:
    """A page of what moved a lot, the latest first, each with the member whose home it concerned, if any."""
    query = (
        select(Movement, Member)
        .outerjoin(Member, Member.id == Movement.member_id)
        .where(Movement.lot_id == lot_id)
        .options(noload(Member.organisation))
    )
    return paged(query.order_by(Movement.at.desc(), Movement.id.desc()), number)


def without_cost(organisation_id: str) -> tuple[int, date | None, str | None]:
    """How many brought-in lots wait for their cost, since which day, and the lot that waits longest."""
    costed = select(CostMovement.lot_id).where(CostMovement.lot_id == Lot.id).exists()
    untouched = and_(Lot.used == 0, Lot.lost == 0, Lot.sold == 0)
    waits = and_(Lot.organisation_id == organisation_id, Lot.is_declared, LEFT, untouched, ~costed)
    count, since, lot_id = db.session.execute(
        select(func.count(Lot.id), func.min(Lot.made_on), func.min(Lot.id)).where(waits)
    ).one()
    return count, since, lot_id


def count_of(organisation_id: str) -> int:
    """How many lots the cooperative ever had."""
    return db.session.scalar(select(func.count(Lot.id)).where(Lot.organisation_id == organisation_id)) or 0


def _homes(lot_ids: Collection[str]) -> Sequence[Any]:
    if not lot_ids:
        return []
    return db.session.execute(
        select(HomeHolding, Member)
        .join(Member, Member.id == HomeHolding.member_id)
        .where(HomeHolding.lot_id.in_(lot_ids), HomeHolding.held > 0)
        .options(noload(Member.organisation))
        .order_by(Member.number)
    ).all()
