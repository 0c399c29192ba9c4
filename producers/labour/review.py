"""Sign-off in the console: what waits, and that the second look is a second person's."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import noload

from marketplace.accounts.actor import Actor
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.paging import Page, paged
from producers.cooperatives.models import Member
from producers.labour.models import OwnCost, WorkRecord
from producers.labour.services import sign_off_step
from producers.lots.models import Step


class RecordedBySame(NotAllowed):
    """Who recorded work does not sign it off."""

    code = "recorded_by_same"
    message = _l("You recorded this step, so a second person signs it off. Ask the one your cooperative named.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that waits for sign-off, with the work and own costs in it."""

    step: Step
    work: Sequence[WorkRecord]
    laid_out: Sequence[OwnCost]

    @property
    def member_ids(self) -> set[str]:
        """Whose work or costs these are."""
        return {record.member_id for record in self.work} | {cost.member_id for cost in self.laid_out}

    @property
    def sum_minor(self) -> int:
        """What will be owed: wages, and own costs to be repaid."""
        wages = sum(record.amount_minor for record in self.work)
        return wages + sum(cost.amount_minor for cost in self.laid_out if cost.is_reimbursed)


def waiting_steps(organisation_id: str, number: int) -> Page[Waiting]:
    """A page of the steps not yet signed off, the oldest first, with their work: three questions."""
    query = select(Step).where(Step.organisation_id == organisation_id, Step.state == "recorded")
    page = paged(
        query.options(noload(Step.organisation), noload(Step.inputs), noload(Step.outputs)).order_by(Step.id), number
    )
    ids = [step.id for step in page.items]
    work, laid_out = _by_step(WorkRecord, ids), _by_step(OwnCost, ids)
    items = [Waiting(step, work[step.id], laid_out[step.id]) for step in page.items]
    return Page(items, page.number, page.total, page.size)


def sign_off_by_another(actor: Actor, step: Step, *, confirms_excess: bool = False) -> Step:
    """Sign off a step's labour and post it; refuses the person who recorded it, and what `post_step` refuses."""
    if actor.user_id is not None and actor.user_id == step.recorded_by:
        raise RecordedBySame
    return sign_off_step(actor, step, confirms_excess=confirms_excess)


def _by_step(model: type[WorkRecord] | type[OwnCost], step_ids: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    if step_ids:
        query: Any = select(model).where(model.step_id.in_(step_ids), model.state != "discarded").order_by(model.id)
        for row in db.session.scalars(query.options(noload(model.member, Member.organisation))):
            found[row.step_id].append(row)
    return found
