"""A cooperative at work for tests: people, decisions, yarn, steps; inside an application context, not committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Organisation, Role
from marketplace.accounts.organisations import register_organisation
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from producers.cooperatives.models import Member
from producers.cooperatives.services import enrol_member, record_certificate
from producers.decisions.services import record_decision
from producers.labour.services import record_work, sign_off_step
from producers.lots.models import Lot, Step
from producers.lots.queries import lot_numbered
from producers.lots.steps import InputLine, OutputLine, record_step
from producers.materials.models import Purchase
from producers.materials.services import buy_material, register_supplier
from tests.factories.accounts import join, make_organisation, make_user


@dataclass
class Coop:
    """A cooperative with two members, somebody who prepares and somebody who approves."""

    organisation: Organisation
    ani: Member
    budi: Member
    preparer: Actor
    approver: Actor

    def money(self, minor: int) -> Money:
        """An amount in the cooperative's currency."""
        return Money(minor, self.organisation.currency)


def make_platform() -> Organisation:
    """The platform with its decisions: 6 % fee, 2.9 % + 0.30 estimated, 20 % refund reserve; one a house."""
    known = db.session.scalar(select(Organisation).where(Organisation.kind == "platform"))
    if known:
        return known
    platform = register_organisation(slug="platform", name="Lumbung", currency="USD", kind="platform", zone="UTC")
    figures = {"platform_fee": "0.06", "fee_rate": "0.029", "fee_fixed_minor": "30", "refund_reserve": "0.20"}
    record_decision(SYSTEM, platform, title="Fees", figures=figures)
    return platform


def make_coop(slug: str = "", *, currency: str = "IDR") -> Coop:
    """A cooperative that has decided: 20 % overhead on labour, 5 % premium, no reserve, no tax."""
    organisation = make_organisation(slug, currency=currency)
    figures = {"tax": "0", "overhead_on_labour": "0.20", "premium": "0.05", "reserve": "0"}
    record_decision(SYSTEM, organisation, title="First decisions", figures=figures)
    preparer = join(make_user("Rina"), organisation, Role.BOOKKEEPER)
    approver = join(make_user("Dewi"), organisation, Role.MANAGER)
    ani = enrol_member(SYSTEM, organisation, name="Ani", number="A1")
    budi = enrol_member(SYSTEM, organisation, name="Budi", number="B1")
    return Coop(organisation, ani, budi, preparer, approver)


def buy_yarn(
    coop: Coop, number: str, *, quantity: int = 1000, cost_minor: int = 100_000, claims: Sequence[str] = ()
) -> Purchase:
    """Yarn in grams, owed to a supplier of its own; each claim has a certificate in date."""
    today = clock.today(coop.organisation.zone)
    papers = {
        claim: record_certificate(
            SYSTEM,
            coop.organisation,
            kind=claim,
            holder="S",
            issuer="test",
            number=f"{claim}-{number}",
            valid_from=today,
            valid_until=today + timedelta(days=1),
        )
        for claim in claims
    }
    supplier = register_supplier(SYSTEM, coop.organisation, name="Toko Benang")
    return buy_material(
        coop.preparer,
        coop.organisation,
        supplier=supplier,
        name="yarn",
        number=number,
        quantity=quantity,
        unit="GRM",
        cost=coop.money(cost_minor),
        claims=papers,
    )


def weave(
    coop: Coop,
    lot: Lot,
    *,
    grams: int,
    pieces: int,
    number: str,
    rate_minor: int = 50_000,
    member: Member | None = None,
) -> Step:
    """Pieces of 100 g out of yarn, paid by the piece to Ani unless another is named; recorded, not yet signed off."""
    step = record_step(
        coop.preparer,
        coop.organisation,
        name="weaving",
        craft="weaving",
        max_yield="1/100",
        inputs=[InputLine(lot, grams)],
        outputs=[OutputLine(pieces, "H87", mass_g=pieces * 100, number=number)],
        loss_g=grams - pieces * 100,
    )
    record_work(
        coop.preparer,
        step,
        member or coop.ani,
        kind="piece",
        quantity=str(pieces),
        hours="8",
        rate=coop.money(rate_minor),
        per="piece",
    )
    return step


def woven_lot(coop: Coop, number: str = "K-1", *, pieces: int = 5) -> Lot:
    """A finished lot of woven pieces: yarn of 1,000.00 and work of 500.00 a piece."""
    purchase = buy_yarn(coop, f"yarn of {number}", quantity=pieces * 110)
    sign_off_step(coop.approver, weave(coop, purchase.lot, grams=pieces * 110, pieces=pieces, number=number))
    lot = lot_numbered(coop.organisation.id, number)
    assert lot is not None
    return lot
