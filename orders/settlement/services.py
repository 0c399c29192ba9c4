"""Services on payouts and on tax that is handed on."""

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import platform
from marketplace.accounts.policy import PREPARES
from marketplace.kernel import clock, outbox
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.kernel.money import Money, fraction
from marketplace.ledger.services import credit, debit
from orders.checkout.posting import post_in
from orders.checkout.terms import positive_text, refuse_unless_operator
from orders.settlement.models import Payout, SettlementItem, TaxRemittance


class NothingOwed(Conflict):
    """The seller is owed nothing, or owes the platform: that waits for its next sale."""

    code = "payout_nothing_owed"
    message = _l("Nothing is owed to this cooperative now. What it owes is taken from its next payout.")


class NoBankRate(Conflict):
    """A payout in another currency needs the rate at which the bank sold it."""

    code = "payout_rate_missing"
    message = _l("Enter the bank's rate for %(currency)s.")


class NotYours(NotAllowed):
    """Only who receives money can say that it came."""

    code = "payout_not_yours"
    message = _l("Only the cooperative that receives a payout can confirm it.")


def make_payout(
    actor: Actor,
    organisation: Organisation,
    *,
    bank_rates: Mapping[str, str],
    rail: str,
    proof: str = "",
    id: str | None = None,
) -> Payout:
    """Pay a seller all it is owed; what it owes (refunds after a payout) is netted.

    `bank_rates` holds, for each charge currency, the units of the seller's currency the bank gave for one.
    What is left of the bridge between currencies is the platform's exchange difference (rule 20). Refuses when
    nothing is owed or a rate is missing.
    """
    refuse_unless_operator(actor)
    db.session.refresh(organisation, with_for_update=True)
    items = db.session.scalars(
        select(SettlementItem)
        .where(SettlementItem.organisation_id == organisation.id, SettlementItem.payout_id.is_(None))
        .order_by(SettlementItem.id)
        .with_for_update()
    ).all()
    owed = Money(sum(item.origin_minor for item in items), organisation.currency)
    if owed.minor <= 0:
        raise NothingOwed
    payout = Payout(
        organisation_id=organisation.id,
        currency=owed.currency,
        amount_minor=owed.minor,
        bank_rates={currency: positive_text(rate) for currency, rate in sorted(bank_rates.items())},
        rail=rail,
        proof=proof,
        made_at=clock.now(),
        made_by=actor.user_id,
    )
    if id:
        payout.id = id
    db.session.add(payout)
    db.session.flush()
    for item in items:
        item.payout_id = payout.id
    _post_payout(payout, organisation, list(items), owed)
    outbox.publish("payout.made", {"payout_id": payout.id})
    return payout


def confirm_payout(actor: Actor, payout: Payout, *, how: str, source: str | None = None) -> Payout:
    """The seller says that a payout came: its shares of the orders it covers read paid. Once only.

    Refuses everybody but the seller's own bookkeeper or manager and the system.
    """
    own = actor.organisation_id == payout.organisation_id and actor.roles & PREPARES
    if not (own or actor.is_system):
        raise NotYours
    db.session.refresh(payout, with_for_update=True)
    if payout.confirmed_at is None:
        payout.confirmed_at, payout.confirmed_by, payout.confirmed_how = clock.now(), actor.user_id, how
        amount = Money(payout.amount_minor, payout.currency)
        post_in(payout.organisation, source or payout.id, [debit("cash", amount), credit("cash_in_transit", amount)])
        db.session.flush()
    return payout


def remit_tax(
    actor: Actor, organisation: Organisation, amount: Money, *, covers_until: date, proof: str
) -> TaxRemittance:
    """Note that a seller handed its tax on for all orders paid up to a day; their tax rows then read paid.

    Refuses everybody but the seller's own bookkeeper or manager and the system.
    """
    own = actor.organisation_id == organisation.id and actor.roles & PREPARES
    if not (own or actor.is_system):
        raise NotAllowed
    remittance = TaxRemittance(
        organisation_id=organisation.id,
        covers_until=covers_until,
        currency=amount.currency,
        amount_minor=amount.minor,
        proof=proof,
        remitted_at=clock.now(),
        remitted_by=actor.user_id,
    )
    db.session.add(remittance)
    db.session.flush()
    post_in(organisation, remittance.id, [debit("tax_payable", amount), credit("cash", amount)])
    return remittance


def _post_payout(payout: Payout, organisation: Organisation, items: list[SettlementItem], owed: Money) -> None:
    """Four entries: the bank sells, the bridge is cleared, the debt is paid, the seller sees it on its way."""
    source, slug = payout.id, organisation.slug
    left: dict[str, Money] = {}
    for charge_currency in sorted({item.charge_currency for item in items}):
        of_currency = [item for item in items if item.charge_currency == charge_currency]
        origin = Money(sum(item.origin_minor for item in of_currency), owed.currency)
        funded = Money(sum(item.charge_minor for item in of_currency), charge_currency)
        left[charge_currency] = _exchange(payout, slug, origin, funded)
    for difference in left.values():
        sides = [debit("expense:exchange_difference", difference), credit(f"fx:{slug}", difference)]
        post_in(platform(), source, sides)
    post_in(platform(), source, [debit(f"owed:{slug}", owed), credit(f"bank:{owed.currency}", owed)])
    sides = [debit("cash_in_transit", owed), credit("receivable:platform", owed)]
    post_in(organisation, source, sides)


def _exchange(payout: Payout, slug: str, origin: Money, funded: Money) -> Money:
    """Buy the seller's currency with the money of one charge currency; what it cost beyond what was set aside."""
    if funded.currency == origin.currency:
        price = origin
    elif funded.currency not in payout.bank_rates:
        raise NoBankRate(currency=funded.currency)
    else:
        price = origin.converted(1 / fraction(payout.bank_rates[funded.currency]), funded.currency)
    sides = [
        debit(f"bank:{origin.currency}", origin),
        credit(f"fx:{slug}", origin),
        debit(f"fx:{slug}", price),
        credit("provider", price),
    ]
    post_in(platform(), payout.id, sides)
    return price - funded
