"""Reading orders, rates, delivery prices."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload, lazyload, selectinload

from marketplace.accounts.organisations import platform_today
from marketplace.config import RATE_AGE_DAYS_MAX, RATE_AGE_DAYS_WARNING
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.plain import run
from orders.checkout.models import BankAccount, DeliveryPrice, ExchangeRate, Order, OrderLine


def order_with_token(token: str) -> Order:
    """The order a secret link leads to, with its lines and lots; NotFound where there is none."""
    order = db.session.scalars(_with_token(), {"token": token}).unique().one_or_none()
    if order is None:
        raise NotFound
    return order


@cache
def _with_token() -> Select[tuple[Order]]:
    """The order's page tells neither a line's lot nor its split: whoever needs them asks."""
    lines = joinedload(Order.lines).options(lazyload(OrderLine.splits), lazyload(OrderLine.organisation))
    return select(Order).where(Order.token == bindparam("token")).options(lines)


def state_of(order_id: str) -> str:
    """How an order stands."""
    return str(run(_state(), {"order_id": order_id}).scalar_one())


@cache
def _state() -> Select[tuple[str]]:
    return select(Order.state).where(Order.id == bindparam("order_id"))


def order_numbered(number: str) -> Order:
    """The order of this number, for those who see all orders; NotFound where there is none."""
    query = select(Order).where(Order.number == number).options(selectinload(Order.lines))
    order = db.session.scalar(query)
    if order is None:
        raise NotFound
    return order


def orders_newest_first(states: Sequence[str] = (), method: str | None = None) -> Select[tuple[Order]]:
    """All orders, for the operator: those of some states, of one way of paying."""
    query = select(Order).order_by(Order.placed_at.desc(), Order.id.desc())
    if states:
        query = query.where(Order.state.in_(states))
    return query.where(Order.method == method) if method else query


def rates_in_use() -> Sequence[ExchangeRate]:
    """The newest rate of every pair of currencies, fresh or not."""
    rates = db.session.scalars(
        select(ExchangeRate).order_by(
            ExchangeRate.charge_currency,
            ExchangeRate.currency,
            ExchangeRate.observed_on.desc(),
            ExchangeRate.recorded_at.desc(),
            ExchangeRate.id.desc(),
        )
    )
    newest: dict[tuple[str, str], ExchangeRate] = {}
    for rate in rates:
        newest.setdefault((rate.charge_currency, rate.currency), rate)
    return list(newest.values())


def is_fresh(rate: ExchangeRate) -> bool:
    """Whether an order placed today may freeze the rate."""
    return rate.observed_on >= platform_today() - timedelta(days=RATE_AGE_DAYS_MAX)


def aging_rates() -> list[ExchangeRate]:
    """Rates in use that the operator should type anew, before they are refused; the oldest first."""
    rates = rates_in_use()
    if not rates:
        return []  # as in a house whose platform is not set up yet
    last = platform_today() - timedelta(days=RATE_AGE_DAYS_WARNING)
    return sorted((rate for rate in rates if rate.observed_on < last), key=lambda rate: rate.observed_on)


def delivery_prices(organisation_id: str) -> dict[str, DeliveryPrice]:
    """What a cooperative asks for a parcel now, by reach; a reach it has set no price for is absent."""
    query = select(DeliveryPrice).where(DeliveryPrice.organisation_id == organisation_id).order_by(DeliveryPrice.id)
    return {price.reach: price for price in db.session.scalars(query)}


def bank_account(currency: str) -> BankAccount | None:
    """The account that transfers in a currency go to: the newest that was named."""
    query = select(BankAccount).where(BankAccount.currency == currency).order_by(BankAccount.id.desc()).limit(1)
    return db.session.scalar(query)


def bank_accounts() -> dict[str, BankAccount]:
    """The account in use for each currency."""
    return {account.currency: account for account in db.session.scalars(select(BankAccount).order_by(BankAccount.id))}
