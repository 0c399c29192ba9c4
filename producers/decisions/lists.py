"""What the console lists of decisions: those recorded, and the figures in force with the decision each cites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload, lazyload

from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.paging import Page, paged
from producers.decisions.figures import KINDS
from producers.decisions.models import DecidedFigure, Decision


@dataclass(frozen=True, slots=True)
class Standing:
    """A figure in force, and the decision that it cites."""

    code: str
    value: str
    decision: Decision


def decision_of(organisation_id: str, decision_id: str) -> Decision:
    """The decision with this id; NotFound where it is not this cooperative's."""
    decision = db.session.get(Decision, decision_id)
    if decision is None or decision.organisation_id != organisation_id:
        raise NotFound
    return decision


def standing_figures(organisation_id: str, on: date) -> dict[str, Standing]:
    """Every figure in force on a day by its code: of several decisions the one that took force last."""
    rows = db.session.execute(
        select(DecidedFigure.kind, DecidedFigure.value, Decision)
        .join(Decision, Decision.id == DecidedFigure.decision_id)
        .where(Decision.organisation_id == organisation_id, Decision.effective_on <= on)
        .order_by(Decision.effective_on, Decision.recorded_at, Decision.id)
        .options(lazyload(Decision.figures))
    )
    return {code: Standing(code, value, decision) for code, value, decision in rows}


def missing_kinds(standing: Sequence[str] | dict[str, Standing]) -> list[str]:
    """The codes of what every cooperative decides and this one has not."""
    return [kind.code for kind in KINDS if kind.code not in standing]


def listed_decisions(organisation_id: str, number: int) -> Page[Decision]:
    """A page of decisions with their figures, the last to take force first."""
    query = select(Decision).where(Decision.organisation_id == organisation_id).options(joinedload(Decision.figures))
    return paged(query.order_by(Decision.effective_on.desc(), Decision.id.desc()), number)


def has_decisions(organisation_id: str) -> bool:
    """Whether any decision is recorded."""
    return bool(db.session.scalar(select(exists().where(Decision.organisation_id == organisation_id))))
