"""At the cooperative: the pieces of a slip are weighed and judged, and become a step that waits for sign-off.

Quality is judged here, by a second pair of eyes, never at the door. A piece that was to be repaired earns its rate
as soon as it is judged good.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.kernel.db import db
from producers.deliveries.errors import MorePiecesThanDelivered, NotOnPaper, SlipVoided, WeighedAlready
from producers.deliveries.models import DeliverySlip
from producers.deliveries.notes import waiting_notes
from producers.deliveries.services import lock_slip
from producers.labour.services import record_work
from producers.lots.models import HomeHolding, Lot, Step
from producers.lots.queries import lot_of
from producers.lots.steps import InputLine, OutputLine, record_step

LOT_NAME_MAX = 160


def weigh_slip(actor: Actor, slip: DeliverySlip, weighed: Mapping[str, object]) -> Step:
    """Record the step that a slip's pieces come from, with the member's work in it, at the rate decided for that day.

    `weighed` holds lot_id and used_g (what the home used of it), good (pieces), mass_g (of all of them), hours and
    least_g (what the recipe needs for a piece at least), override_reason where less was needed for each, and the name
    of the new lot. The rest of the material is loss. Refuses a slip that is void, without pieces or weighed before,
    more pieces than were delivered, and all that `record_step` refuses.
    """
    slip = lock_slip(slip)
    delivered = slip.good + slip.to_repair
    if slip.void:
        raise SlipVoided
    if not delivered:
        raise NotOnPaper
    if slip.step_id:
        raise WeighedAlready
    good, used_g, mass_g, least_g = (int(str(weighed[name])) for name in ("good", "used_g", "mass_g", "least_g"))
    if good > delivered:
        raise MorePiecesThanDelivered(delivered=delivered)
    lot = lot_of(slip.organisation_id, str(weighed["lot_id"]))
    work = slip.rate_key or ""
    called = work[:1].upper() + work[1:]
    name = str(weighed.get("name") or f"{called}: {lot.name}")
    step = record_step(
        actor,
        slip.organisation,
        name=called,
        craft=work,
        max_yield=str(Fraction(1, max(1, least_g))),
        inputs=[InputLine(lot, used_g, member=slip.member)],
        outputs=[OutputLine(good, "H87", mass_g, name=name[:LOT_NAME_MAX])],
        loss_g=used_g - mass_g,
        worked_on=slip.made_on,
        override_reason=str(weighed.get("override_reason") or ""),
        client_key=f"slip:{slip.id}",
    )
    record_work(
        actor,
        step,
        slip.member,
        kind="piece",
        quantity=Decimal(good),
        hours=Decimal(str(weighed["hours"])),
        rate_key=slip.rate_key,
        per="H87",
        client_key=f"slip:{slip.id}",
    )
    slip.step_id = step.id
    for note in waiting_notes(slip):
        note.slip_id = slip.id
    db.session.flush()
    return step


def hours_noted(slip: DeliverySlip) -> str:
    """The hours the member herself noted for what the slip brought in; empty where she noted none."""
    hours = sum((Decimal(note.hours) for note in waiting_notes(slip)), Decimal(0))
    return str(hours) if hours else ""


def lots_at_home(member_id: str) -> list[Lot]:
    """The lots of which a home holds something, in grams, the newest first."""
    query = (
        select(Lot)
        .join(HomeHolding, HomeHolding.lot_id == Lot.id)
        .where(HomeHolding.member_id == member_id, HomeHolding.held > 0, Lot.unit == "GRM")
    )
    return list(db.session.scalars(query.order_by(Lot.id.desc())))
