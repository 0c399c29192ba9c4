"""What is told of a lot in public: the steps behind it, the material, how many made it.

No place finer than a district, no name without consent, no amount of anybody's pay. With its masses it is all that the
shop window needs to draw the graph of lots; what is evidence stays inside, only how much there is of it is told.
"""

from typing import Any

from sqlalchemy import func, select

from marketplace.kernel.db import db
from marketplace.kernel.journal.canonical import digest
from producers.cooperatives.models import Certificate, Member
from producers.cooperatives.queries import consenting
from producers.fairprice.sheet import CostSheet
from producers.labour.models import WorkRecord
from producers.lots.models import Lot, Step, StepInput, StepOutput
from producers.lots.queries import costs_of, steps_behind
from producers.materials.models import Purchase, PurchaseClaim
from producers.publishing.hourly import hourly_of_item


def story_of(lot: Lot, makers: set[str]) -> dict[str, Any]:
    """The public story of a lot: JSON of text, whole numbers and dates as text."""
    steps = steps_behind(lot.id)
    lot_ids = {lot.id} | {it.lot_id for step in steps for it in step.inputs}
    return {
        "lot": {"code": lot.code, "name": lot.name, "quantity": lot.quantity_in, "unit": lot.unit},
        "claims": _claims(lot, lot_ids),
        "is_declared": lot.is_declared,
        "made_on": lot.made_on.isoformat(),
        "makers": len(makers),
        "materials": _materials(lot_ids),
        "steps": [_step(step) for step in steps],
        "hourly": hourly_of_item(lot.organisation, makers, steps),
    }


def names_of(makers: set[str]) -> dict[str, str]:
    """The makers who agreed to be named, by name; apart from the story, which is hashed and stays."""
    query = select(Member.id, Member.name).where(Member.id.in_(consenting(makers, "show_name")))
    return dict(sorted(db.session.execute(query).tuples(), key=lambda row: row[1].casefold()))


def source_digest(lot: Lot, sheet: CostSheet, price_minor: int, story: dict[str, Any]) -> str:
    """The hash of everything a publication is made of: whoever holds the records can work it out again."""
    figures = {kind: {"value": it.value, "decision": it.decision_id} for kind, it in sheet.figures.items()}
    return digest(
        {
            "v": 1,
            "lot": {"id": lot.id, "number": lot.number, "remaining": lot.remaining},
            "costs": [[row.purpose, row.source_id, row.amount_minor] for row in costs_of(lot.id)],
            "piece": [[row.purpose, row.source_id, row.amount_minor] for row in sheet.costs],
            "figures": figures,
            "fee_rate": str(sheet.fee_rate),
            "price_minor": price_minor,
            "floor_minor": sheet.floor.minor,
            "currency": sheet.currency,
            "story": story,
        }
    )


def _claims(lot: Lot, lot_ids: set[str]) -> list[dict[str, str]]:
    """Each claim with the day on which the first certificate behind it ends: from then on it drops off by itself."""
    query = (
        select(PurchaseClaim.claim, func.min(Certificate.valid_until))
        .join(Purchase, Purchase.id == PurchaseClaim.purchase_id)
        .join(Certificate, Certificate.id == PurchaseClaim.certificate_id)
        .where(Purchase.lot_id.in_(lot_ids))
        .group_by(PurchaseClaim.claim)
    )
    ends = dict(db.session.execute(query).tuples().all())
    return [{"name": claim, "until": ends[claim].isoformat() if claim in ends else ""} for claim in lot.claims]


def _materials(lot_ids: set[str]) -> list[dict[str, Any]]:
    query = select(Purchase).where(Purchase.lot_id.in_(lot_ids)).order_by(Purchase.bought_on, Purchase.id)
    return [
        {
            "code": purchase.lot.code,
            "name": purchase.lot.name,
            "origin": purchase.origin,
            "claims": list(purchase.lot.claims),
            "on": purchase.bought_on.isoformat(),
            "evidence": {"documents": int(bool(purchase.document_sha256)), "certificates": len(purchase.claims)},
        }
        for purchase in db.session.scalars(query)
    ]


def _step(step: Step) -> dict[str, Any]:
    people = db.session.scalars(
        select(WorkRecord.member_id).where(WorkRecord.step_id == step.id, WorkRecord.state == "signed_off")
    ).all()
    return {
        "on": step.worked_on.isoformat(),
        "name": step.name,
        "kind": "process",
        "craft": step.craft,
        "district": step.district or "",
        "people": len(set(people)),
        "inputs": [_goods(line) | {"role": line.role} for line in step.inputs],
        "outputs": [_goods(line) for line in step.outputs],
        "main_in_g": step.main_in_g,
        "out_g": step.out_g,
        "loss_g": step.loss_g,
        "evidence": {"work_records": len(people), "photos": int(bool(step.photo_sha256))},
    }


def _goods(line: StepInput | StepOutput) -> dict[str, Any]:
    return {
        "code": line.lot.code,
        "name": line.lot.name,
        "quantity": line.quantity,
        "unit": line.lot.unit,
        "mass_g": line.mass_g,
    }
