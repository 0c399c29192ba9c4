"""Two cooperatives at work, with a cloth each on sale, in two currencies, and an operator; for journeys of buyers.

Inside an application context, not committed.
"""

from dataclasses import dataclass

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Organisation, Role
from marketplace.catalogue.listings import publish_profile
from marketplace.catalogue.models import Listing
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.checkout.terms import name_bank_account, record_rate, set_delivery_price
from tests.factories.accounts import join, make_organisation, make_user
from tests.factories.workshop import Workshop, make_workshop

PARCELS = {"IDR": 5_000_000, "THB": 25_000}
RATES = {"IDR": "16285.50", "THB": "35.1250"}


@dataclass
class Market:
    """What a journey asks for by name."""

    weavers: Workshop
    silk: Workshop
    goods: dict[str, str]
    operator: str
    manager: str


def make_market() -> Market:
    """Weavers in Sikka and silk weavers in Khon Kaen, two cloths of each to be had."""
    operator = make_user("Oki Operator", is_operator=True)
    desk = Actor(operator.id, is_operator=True)
    name_bank_account(desk, currency="USD", holder="Lumbung", bank="Bank Contoh", number="12345678")
    sellers = [
        make_organisation("weavers", name="Tenun Waru", currency="IDR", country="ID"),
        make_organisation("silk", name="Mudmee Silk", currency="THB", country="TH"),
    ]
    weavers, silk = (_open(desk, organisation) for organisation in sellers)
    manager = make_user("Mirna Manager")
    join(manager, sellers[0], Role.MANAGER)
    goods = {
        organisation.slug: db.session.get_one(Listing, made.listing).slug
        for organisation, made in zip(sellers, (weavers, silk), strict=True)
    }
    return Market(weavers, silk, goods, operator.id, manager.id)


def _open(desk: Actor, organisation: Organisation) -> Workshop:
    """A month of work, told to the public, delivered anywhere, paid in dollars at today's rate."""
    made = make_workshop(organisation)
    currency = organisation.currency
    publish_profile(SYSTEM, organisation, summary="Cloth of our own", members_count=2, since_year=2001)
    for reach in ("home", "abroad"):
        price = Money(PARCELS[currency], currency)
        set_delivery_price(SYSTEM, organisation, reach=reach, price=price, title=f"Parcel from {organisation.name}")
    rate = {"rate": RATES[currency], "source": "Bank Contoh", "observed_on": clock.today()}
    record_rate(desk, charge_currency="USD", currency=currency, **rate)
    return made
