"""What `lumbung verify` asks of delivery slips: their figures, their money in the ledger, their gapless numbers."""

from collections.abc import Iterator

from sqlalchemy import func, select

from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.ledger.models import Account, Entry, Posting
from producers.deliveries.models import AdvanceUse, DeliverySlip, SlipVoid
from producers.deliveries.voiding import entries_of
from producers.lots.models import Movement

NAME = "delivery slips"
TABLE = "delivery_slip"
VOIDS = "delivery_slip_void"


def check() -> Iterator[Broken]:
    """Yield every slip whose wage, material, money or number is not what the other books say."""
    yield from _wages()
    yield from _money()
    yield from _material()
    yield from _numbers()
    yield from _uses()
    yield from _voids()


def _wages() -> Iterator[Broken]:
    wrong = select(DeliverySlip.id).where(DeliverySlip.wage_minor != DeliverySlip.good * DeliverySlip.rate_minor)
    for slip_id in db.session.scalars(wrong):
        yield Broken(NAME, TABLE, slip_id, "wage is not pieces × rate")


def _money() -> Iterator[Broken]:
    for table, column, sign, what in (
        (DeliverySlip, DeliverySlip.paid_minor, 1, "money"),
        (AdvanceUse, AdvanceUse.amount_minor, -1, "counted money"),
    ):
        posted = (
            select(Entry.source, func.sum(Posting.amount_minor).label("minor"))
            .join(Posting, Posting.entry_id == Entry.id)
            .join(Account, Account.id == Posting.account_id)
            .where(Account.code.startswith("wages_advanced:"))
            .group_by(Entry.source)
            .subquery()
        )
        wrong = (
            select(table.id)
            .outerjoin(posted, posted.c.source == table.id)
            .where(func.coalesce(posted.c.minor, 0) * sign != column)
        )
        for row_id in db.session.scalars(wrong):
            yield Broken(NAME, table.__tablename__, row_id, f"{what} is not what the ledger posted for it")


def _material() -> Iterator[Broken]:
    moved = (
        select(Movement.source, func.sum(Movement.quantity).label("quantity"))
        .where(Movement.kind == "issued")
        .group_by(Movement.source)
        .subquery()
    )
    wrong = (
        select(DeliverySlip.id)
        .outerjoin(moved, moved.c.source == DeliverySlip.id)
        .where(func.coalesce(moved.c.quantity, 0) != DeliverySlip.issued_quantity)
    )
    for slip_id in db.session.scalars(wrong):
        yield Broken(NAME, TABLE, slip_id, "material is not what moved to the home")


def _numbers() -> Iterator[Broken]:
    rows = db.session.execute(
        select(DeliverySlip.organisation_id, func.count(), func.min(DeliverySlip.number), func.max(DeliverySlip.number))
        .group_by(DeliverySlip.organisation_id)
    )  # fmt: skip
    for organisation_id, count, first, last in rows:
        if first != 1 or last != count:
            yield Broken(NAME, TABLE, organisation_id, f"{count} slips are numbered from {first} to {last}")


def _uses() -> Iterator[Broken]:
    used = func.sum(AdvanceUse.amount_minor)
    wrong = (
        select(DeliverySlip.id)
        .join(AdvanceUse, AdvanceUse.slip_id == DeliverySlip.id)
        .group_by(DeliverySlip.id, DeliverySlip.paid_minor)
        .having(used > DeliverySlip.paid_minor)
    )
    for slip_id in db.session.scalars(wrong):
        yield Broken(NAME, TABLE, slip_id, "payslips count more than was paid with it")


def _voids() -> Iterator[Broken]:
    """A void slip has moved everything back, to the unit, by a second person, and nothing was made of it."""
    for void, slip in db.session.execute(select(SlipVoid, DeliverySlip).join(DeliverySlip)):
        back = select(func.coalesce(func.sum(Movement.quantity), 0)).where(
            Movement.source == void.id,
            Movement.kind == "brought_back",
            Movement.lot_id == slip.lot_id,
            Movement.member_id == slip.member_id,
        )
        if db.session.scalar(back) != slip.issued_quantity:
            yield Broken(NAME, VOIDS, void.id, "material that went out is not what came back")
        if entries_of(slip):
            yield Broken(NAME, VOIDS, void.id, "an entry of the slip is not reversed")
        if slip.uses or (slip.step and slip.step.state != "discarded"):
            yield Broken(NAME, VOIDS, void.id, "its pieces or its money went further")
        if void.made_by != slip.made_by or void.moved != slip.moved or (slip.moved and void.voided_by == slip.made_by):
            yield Broken(NAME, VOIDS, void.id, "no second person made it void")
