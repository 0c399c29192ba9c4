"""Reading who is owed what, and what of an order has been paid on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, func, select

from marketplace.config import FEE_HOURS_MAX
from marketplace.kernel import clock
from marketplace.kernel.dates import day_in
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.plain import run
from marketplace.kernel.statements import among
from orders.checkout.models import Order
from orders.settlement.models import FeeReport, Payout, SettlementItem, TaxRemittance


def sellers_paid_for(order: Order) -> set[str]:
    """The ids of the sellers whose payout that covers the order's sale is confirmed."""
    return set(run(_paid_for(), {"order_id": order.id}).scalars())


@cache
def _paid_for() -> Select[tuple[str]]:
    query = select(SettlementItem.organisation_id).join(Payout, Payout.id == SettlementItem.payout_id)
    query = query.where(SettlementItem.order_id == bindparam("order_id"), SettlementItem.kind == "sale")
    return query.where(Payout.confirmed_at.is_not(None))


def sellers_with_tax_remitted(order: Order) -> set[str]:
    """The ids of the sellers who have handed on the tax of orders paid when this one was."""
    if order.paid_at is None:
        return set()
    # A remittance covers days as they are counted where its seller lies.
    paid_on = {line.organisation_id: day_in(order.paid_at, line.organisation.zone) for line in order.lines}
    remitted = run(_tax_remitted(), {"sellers": list(paid_on)})
    return {seller for seller, covered in remitted if covered >= paid_on[seller]}


@cache
def _tax_remitted() -> Select[tuple[str, date]]:
    query = select(TaxRemittance.organisation_id, func.max(TaxRemittance.covers_until))
    chosen = among(TaxRemittance.organisation_id, "sellers")
    return query.where(chosen).group_by(TaxRemittance.organisation_id)


def open_amounts() -> list[tuple[str, Money]]:
    """What each seller is owed and not yet paid out, by its id; negative where it owes."""
    total = func.sum(SettlementItem.origin_minor)
    rows = db.session.execute(
        select(SettlementItem.organisation_id, SettlementItem.currency, total)
        .where(SettlementItem.payout_id.is_(None))
        .group_by(SettlementItem.organisation_id, SettlementItem.currency)
        .order_by(SettlementItem.organisation_id)
    )
    return [(organisation_id, Money(int(minor), currency)) for organisation_id, currency, minor in rows]


def payouts_of(organisation_id: str, limit: int) -> Sequence[Payout]:
    """A seller's payouts, the newest first."""
    return db.session.scalars(
        select(Payout).where(Payout.organisation_id == organisation_id).order_by(Payout.id.desc()).limit(limit)
    ).all()


def owed_to(organisation_id: str) -> list[SettlementItem]:
    """What stands behind the sum a seller is owed now, the earliest first."""
    query = select(SettlementItem).where(
        SettlementItem.organisation_id == organisation_id, SettlementItem.payout_id.is_(None)
    )
    return list(db.session.scalars(query.order_by(SettlementItem.id)))


def payouts_newest_first(organisation_id: str | None = None) -> Select[tuple[Payout]]:
    """Payouts, of one seller or of all."""
    query = select(Payout).order_by(Payout.id.desc())
    return query.where(Payout.organisation_id == organisation_id) if organisation_id else query


def payout_of(organisation_id: str, payout_id: str) -> Payout:
    """A seller's payout; NotFound where it is none of its own."""
    query = select(Payout).where(Payout.id == payout_id, Payout.organisation_id == organisation_id)
    payout = db.session.scalar(query)
    if payout is None:
        raise NotFound
    return payout


def payouts_unconfirmed(organisation_id: str) -> Sequence[Payout]:
    """Payouts that a seller has not confirmed, the earliest first."""
    query = select(Payout).where(Payout.organisation_id == organisation_id, Payout.confirmed_at.is_(None))
    return db.session.scalars(query.order_by(Payout.id)).all()


def payouts_due() -> tuple[int, datetime | None]:
    """How many sellers are owed money, and since when the oldest sale among it."""
    owed = (
        select(func.min(SettlementItem.noted_at).label("since"))
        .where(SettlementItem.payout_id.is_(None))
        .group_by(SettlementItem.organisation_id)
        .having(func.sum(SettlementItem.origin_minor) > 0)
        .subquery()
    )
    count, since = db.session.execute(select(func.count(), func.min(owed.c.since))).one()
    return count, since


def fees_awaited() -> Select[tuple[Order]]:
    """Card orders whose real fee the provider has not told within FEE_HOURS_MAX, the earliest paid first."""
    last = clock.now() - timedelta(hours=FEE_HOURS_MAX)
    query = select(Order).where(Order.state == "paid", Order.method == "card", Order.fee_reported.is_(False))
    return query.where(Order.paid_at < last).order_by(Order.paid_at, Order.id)


def waiting_fees() -> tuple[int, datetime | None]:
    """How many of them there are, and since when the oldest waits."""
    orders = fees_awaited().order_by(None).subquery()
    count, since = db.session.execute(select(func.count(), func.min(orders.c.paid_at))).one()
    return count, since


def fee_reports_of(order_id: str) -> Sequence[FeeReport]:
    """What was said of an order's real fee, the earliest first."""
    return db.session.scalars(select(FeeReport).where(FeeReport.order_id == order_id).order_by(FeeReport.ordinal)).all()
