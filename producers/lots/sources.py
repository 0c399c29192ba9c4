"""What made a lot's costs, in words: for each record behind a cost its kind, what it was, and its day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.kernel.db import db
from producers.labour.models import OwnCost, WorkRecord
from producers.lots.models import Lot, OpeningStock, Step
from producers.materials.models import Purchase


@dataclass(frozen=True, slots=True)
class Source:
    """A record behind a cost. No names: whose work it was is on the record's own page."""

    text: str
    on: date


def sources_of(source_ids: Collection[str]) -> dict[str, Source]:
    """The records behind some costs, by their id; four questions whatever their number."""
    found: dict[str, Source] = {}
    if not source_ids:
        return found
    bought = select(Purchase.id, Lot.number, Lot.name, Purchase.bought_on).join(Lot, Lot.id == Purchase.lot_id)
    for source_id, number, name, on in db.session.execute(bought.where(Purchase.id.in_(source_ids))):
        found[source_id] = Source(_("Bought: %(name)s, %(number)s", name=name, number=number), on)
    worked = select(WorkRecord.id, Step.name, WorkRecord.worked_on).join(Step, Step.id == WorkRecord.step_id)
    for source_id, name, on in db.session.execute(worked.where(WorkRecord.id.in_(source_ids))):
        found[source_id] = Source(_("Work: %(step)s", step=name), on)
    laid_out = select(OwnCost.id, OwnCost.what, OwnCost.worked_on).where(OwnCost.id.in_(source_ids))
    for source_id, what, on in db.session.execute(laid_out):
        found[source_id] = Source(_("Laid out: %(what)s", what=what), on)
    opened = select(OpeningStock.id, OpeningStock.brought_in_on).where(OpeningStock.id.in_(source_ids))
    for source_id, on in db.session.execute(opened):
        found[source_id] = Source(_("Typed in when the goods were brought in"), on)
    return found
