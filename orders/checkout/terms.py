"""What an order is placed under: exchange rates, delivery prices, currencies, the expected payment fee."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, bindparam, select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation, Role
from marketplace.accounts.organisations import platform_facts, platform_today
from marketplace.config import RATE_AGE_DAYS_MAX
from marketplace.kernel import clock, kept, memo
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid, NotAllowed
from marketplace.kernel.money import EXPONENTS, Money
from orders.cart.wishes import Seller
from orders.checkout import totals
from orders.checkout.models import BankAccount, DeliveryPrice, ExchangeRate
from producers.decisions.queries import fee_estimate_on


class BadRate(Invalid):
    """A rate that is no positive number, names an unknown currency, or lies in the future."""

    code = "rate_unusable"
    message = _l("Enter how many units of the seller's currency one unit buys, for example 35.1250, and its day.")


class BadCurrency(Invalid):
    """A currency that cannot be chosen here."""

    code = "currency_unknown"
    message = _l("Choose a currency from the list.")


class NoFreshRate(Conflict):
    """The newest exchange rate is missing or older than RATE_AGE_DAYS_MAX."""

    code = "rate_too_old"
    message = _l("There is no fresh exchange rate for %(currency)s. Pay in another currency or come back later.")


class NoDelivery(Conflict):
    """A cooperative has not said what a parcel to there costs."""

    code = "delivery_not_offered"
    message = _l("%(seller)s does not deliver to this country yet. Take its goods out of the basket.")


class CurrencyNotOffered(Conflict):
    """The buyer cannot pay in this currency."""

    code = "charge_currency_not_offered"
    message = _l("Paying in %(currency)s is not possible. Choose another currency.")


def may_run(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor is the system, the operator or a manager of the cooperative."""
    manages = actor.organisation_id == organisation.id and Role.MANAGER in actor.roles
    return actor.is_system or actor.is_operator or manages


def refuse_unless_operator(actor: Actor) -> None:
    """Let only the operator and the system go on."""
    if not (actor.is_system or actor.is_operator):
        raise NotAllowed


def record_rate(
    actor: Actor, *, charge_currency: str, currency: str, rate: str, source: str, observed_on: date
) -> ExchangeRate:
    """Note units of `currency` for one `charge_currency`, as the operator read them in `source` on a day.

    Refuses others than the operator, a rate that is not a positive decimal, and a day in the future.
    """
    refuse_unless_operator(actor)
    if charge_currency not in EXPONENTS or currency not in EXPONENTS or observed_on > platform_today():
        raise BadRate
    recorded = ExchangeRate(
        charge_currency=charge_currency,
        currency=currency,
        rate=positive_text(rate),
        source=source,
        observed_on=observed_on,
        recorded_at=clock.now(),
        recorded_by=actor.user_id,
    )
    db.session.add(recorded)
    db.session.flush()
    memo.forget()  # rates read before this one
    return recorded


def name_bank_account(actor: Actor, *, currency: str, holder: str, bank: str, number: str) -> BankAccount:
    """From now on buyers who pay in this currency transfer to this account; refuses others than the operator."""
    refuse_unless_operator(actor)
    if currency not in EXPONENTS:
        raise BadCurrency(fields={"currency": BadCurrency.message})
    named = BankAccount(
        currency=currency,
        holder=holder,
        bank=bank,
        number=number,
        recorded_at=clock.now(),
        recorded_by=actor.user_id,
    )
    db.session.add(named)
    db.session.flush()
    return named


def positive_text(rate: str) -> str:
    """The rate as typed, without blanks; refuses what is no positive plain decimal."""
    typed = rate.strip().replace(",", ".")
    if not typed.replace(".", "", 1).isdecimal() or not typed.isascii() or len(typed) > 24 or Fraction(typed) == 0:
        raise BadRate(fields={"rate": BadRate.message})
    return typed


@dataclass(frozen=True, slots=True)
class Rate:
    """A recorded exchange rate as an order freezes and a page shows it."""

    id: str
    charge_currency: str
    currency: str
    rate: str
    source: str
    observed_on: date


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a cooperative asks for a parcel."""

    title: str
    price: Money


def fresh_rate(charge_currency: str, currency: str) -> Rate | None:
    """The rate an order placed today freezes; None where both currencies are one.

    Raises NoFreshRate when there is none of the last RATE_AGE_DAYS_MAX days.
    """
    if charge_currency == currency:
        return None
    today, pair = platform_today(), (charge_currency, currency)
    known = kept.a_moment(("rates", today), [ExchangeRate.__tablename__], lambda: _fresh_rates(today))
    # One that is missing may have been typed a moment ago, in another process.
    found = known.get(pair) or memo.once(("rates", today), lambda: _fresh_rates(today)).get(pair)
    if found is None:
        raise NoFreshRate(currency=currency)
    return found


def _fresh_rates(today: date) -> dict[tuple[str, str], Rate]:
    """The newest rate of every pair that has one of the last RATE_AGE_DAYS_MAX days."""
    rows = db.session.execute(_rates(), {"first": today - timedelta(days=RATE_AGE_DAYS_MAX), "last": today})
    rates = [Rate(*row) for row in rows]
    return {(rate.charge_currency, rate.currency): rate for rate in rates}


@cache
def _rates() -> Select[tuple[str, str, str, str, str, date]]:
    query = select(
        ExchangeRate.id,
        ExchangeRate.charge_currency,
        ExchangeRate.currency,
        ExchangeRate.rate,
        ExchangeRate.source,
        ExchangeRate.observed_on,
    )
    query = query.where(ExchangeRate.observed_on.between(bindparam("first"), bindparam("last")))
    return query.order_by(ExchangeRate.observed_on, ExchangeRate.recorded_at, ExchangeRate.id)


def set_delivery_price(
    actor: Actor, organisation: Organisation, *, reach: str, price: Money, title: str = ""
) -> DeliveryPrice:
    """From now on a parcel of this cooperative costs so much, inside its country (`home`) or `abroad`.

    Refuses others than its manager or the operator, a foreign currency and a price of nothing or less.
    """
    if not may_run(actor, organisation):
        raise NotAllowed
    if reach not in {"home", "abroad"} or price.currency != organisation.currency or price.minor <= 0:
        raise Invalid(fields={"price": _("Enter a price above zero in %(currency)s.", currency=organisation.currency)})
    recorded = DeliveryPrice(
        organisation_id=organisation.id,
        reach=reach,
        title=title or _("Parcel from %(place)s", place=organisation.district or organisation.name),
        currency=price.currency,
        price_minor=price.minor,
        recorded_at=clock.now(),
        recorded_by=actor.user_id,
    )
    db.session.add(recorded)
    db.session.flush()
    memo.forget()  # prices read before this one
    return recorded


def delivery_price(organisation: Organisation | Seller, country: str | None) -> Parcel:
    """What a parcel to the country costs now; raises NoDelivery where the cooperative has set no price."""
    reach = "home" if country and country == organisation.country else "abroad"
    key = ("parcel", organisation.id, reach)
    return kept.a_moment(key, [DeliveryPrice.__tablename__], lambda: _delivery_price(organisation, reach))


def _delivery_price(organisation: Organisation | Seller, reach: str) -> Parcel:
    found = db.session.execute(_price(), {"organisation_id": organisation.id, "reach": reach}).first()
    if found is None:
        raise NoDelivery(seller=organisation.name)
    title, currency, minor = found
    return Parcel(title, Money(minor, currency))


@cache
def _price() -> Select[tuple[str, str, int]]:
    is_it = (DeliveryPrice.organisation_id == bindparam("organisation_id"), DeliveryPrice.reach == bindparam("reach"))
    asked = select(DeliveryPrice.title, DeliveryPrice.currency, DeliveryPrice.price_minor)
    return asked.where(*is_it).order_by(DeliveryPrice.id.desc()).limit(1)


def charge_currencies(seller_currencies: Collection[str]) -> list[str]:
    """What a buyer may pay in: the platform's currency, and every seller's own.

    Which of them can be used now depends on the rates: one is refused where another seller's rate is not fresh.
    """
    return sorted({platform_facts().currency} | set(seller_currencies))


def expected_fee(charges: Sequence[int], charge_currency: str, method: str) -> int:
    """The payment fee expected for an order, minor units: a card's by the platform's decision, none for a transfer.

    The decision's fixed part is in the platform's currency and is converted once at the fresh rate.
    """
    if method != "card":
        return 0
    estimate = fee_estimate_on(platform_today())
    fixed = Money(estimate.fixed_minor, platform_facts().currency)
    rate = fresh_rate(fixed.currency, charge_currency)
    if rate:
        fixed = fixed.converted(rate.rate, charge_currency)
    return totals.fee_estimate(charges, estimate.rate, fixed.minor)
