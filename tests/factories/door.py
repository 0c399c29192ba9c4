"""A weavers' cooperative on an ordinary day: yarn in the store, a decided rate, two members at home, a collector."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Organisation, Role, User
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from producers.cooperatives.models import Member
from producers.cooperatives.services import enrol_member, record_opening_cash
from producers.decisions.services import record_decision
from producers.deliveries.models import DeliverySlip
from producers.deliveries.services import record_slip
from producers.deliveries.weighing import weigh_slip
from producers.labour.services import sign_off_step
from producers.lots.models import Lot, Step
from producers.materials.services import buy_material, register_supplier
from producers.wages.models import Payslip
from producers.wages.services import approve_payslip, prepare_payslip
from tests.factories.accounts import join, make_organisation, make_user

RATE = 8_500_000
"""Rp85.000 a shawl, in minor units."""


@dataclass
class Door:
    """Rows and actors of the day; inside an application context."""

    organisation: Organisation
    yarn: Lot
    maria: Member
    yuliana: Member
    collector: Actor
    bookkeeper: Actor
    manager: Actor

    def deliver(self, *, key: str = "K-1", member: Member | None = None, **entered: Any) -> DeliverySlip:
        """A slip made by the collector: 600 g out, 3 good pieces in, Rp100.000 paid, unless said otherwise."""
        figures = {"lot_id": self.yarn.id, "issued": 600, "rate_key": "tenun", "good": 3, "paid_minor": 10_000_000}
        member_id = (member or self.maria).id
        return record_slip(self.collector, self.organisation, member_id, figures | entered, client_key=key)

    def weigh(self, slip: DeliverySlip, **weighed: Any) -> None:
        """Weigh the slip's pieces and sign the work off, by two people."""
        sign_off_step(self.manager, self.weigh_only(slip, **weighed))

    def weigh_only(self, slip: DeliverySlip, **weighed: Any) -> Step:
        """Weigh the slip's pieces; the step waits for sign-off."""
        scales = {
            "lot_id": self.yarn.id,
            "used_g": 560,
            "good": slip.good,
            "mass_g": 540,
            "least_g": 150,
            "hours": "30",
        }
        return weigh_slip(self.bookkeeper, slip, scales | weighed)

    def payslip(self, record_ids: list[str], member: Member | None = None) -> Payslip:
        """An approved payslip over some records."""
        due = date(2026, 12, 31)
        slip = prepare_payslip(self.bookkeeper, self.organisation, member or self.maria, record_ids, due_on=due)
        return approve_payslip(self.manager, slip)


def make_door(slug: str = "lepo") -> Door:
    """The cooperative, ready for a delivery; not committed."""
    organisation = make_organisation(slug, name="Lepo Waru")
    record_opening_cash(SYSTEM, organisation, Money(500_000_000, "IDR"))
    record_decision(
        SYSTEM, organisation, title="Ongkos tenun", figures={"rate:tenun": str(RATE)}, present=9, votes_for=9
    )
    supplier = register_supplier(SYSTEM, organisation, name="Toko Benang")
    cost = Money(60_000_000, "IDR")
    bought = buy_material(
        SYSTEM,
        organisation,
        supplier=supplier,
        name="Benang nila",
        quantity=6_000,
        unit="GRM",
        cost=cost,
        number="BNG-1",
    )
    member = enrol_member(
        SYSTEM, organisation, name="Maria Nona", user_id=make_staff(organisation, Role.MEMBER, "Maria Nona").id
    )
    other = enrol_member(SYSTEM, organisation, name="Yuliana Nurak")
    actors = [
        Actor(make_staff(organisation, role, role.value.title()).id, organisation.id, frozenset({role}))
        for role in (Role.COLLECTOR, Role.BOOKKEEPER, Role.MANAGER)
    ]
    return Door(organisation, bought.lot, member, other, *actors)


def make_staff(organisation: Organisation, role: Role, name: str) -> User:
    """A user with one role."""
    user = make_user(name)
    join(user, organisation, role)
    db.session.flush()
    return user
