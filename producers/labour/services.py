"""The only writer of work and own costs. Signing off a step's labour is what posts the step."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.exact import read_exact
from marketplace.kernel.money import Money, round_half_away
from producers.cooperatives.models import Member
from producers.decisions.queries import figure_on
from producers.labour.models import OwnCost, WorkRecord
from producers.labour.queries import own_costs_of_step, work_of_step
from producers.lots.errors import StepNotOpen
from producers.lots.models import Step
from producers.lots.steps import AddedCost, discard_step, post_step


class WorkUnreadable(Invalid):
    """Pieces and hours are plain numbers."""

    code = "work_unreadable"
    message = _l("%(text)s is not a number of pieces or hours. Enter for example 7.5.")


class HoursMissing(Invalid):
    """Hours are counted for piece work, too: without them nobody knows what an hour earned."""

    code = "hours_missing"
    message = _l("Enter the hours that the work took. Piece work takes hours, too.")


class RateMissing(Invalid):
    """Work is paid by a rate, typed in or decided."""

    code = "rate_missing"
    message = _l("Enter the rate, or choose one that a meeting decided.")


class RateNegative(Invalid):
    """Nobody pays to work."""

    code = "rate_negative"
    message = _l("A rate or cost must be more than zero. Enter what was agreed.")


class ForeignMember(Conflict):
    """Work in a cooperative's step is done by its members."""

    code = "foreign_member"
    message = _l("Member %(number)s belongs to another cooperative. Choose one of your own.")


def record_work(
    actor: Actor,
    step: Step,
    member: Member,
    *,
    kind: str,
    quantity: Decimal | str,
    hours: Decimal | str,
    rate: Money | None = None,
    rate_key: str | None = None,
    per: str = "",
    note: str = "",
    client_key: str | None = None,
    id: str | None = None,
) -> WorkRecord:
    """Record pieces (good output only) or hours in a step that is still open; the pay is rounded once (rule 8).

    The rate is given, or looked up as the decided figure `rate:<rate_key>`. `hours` are recorded for piece work,
    too: the hourly check needs them. Refuses numbers it cannot read, work of no hours, and a step that is closed.
    """
    known = client_key and db.session.scalar(
        select(WorkRecord).where(
            WorkRecord.organisation_id == step.organisation_id, WorkRecord.client_key == client_key
        )
    )
    if known:
        return known
    _refuse_closed(step, member)
    pieces = exact_number(quantity)
    if not exact_number(hours):
        raise HoursMissing
    rate_minor, decision_id = _rate(step, rate, rate_key)
    record = WorkRecord(
        id=id or ids.new_id(),
        organisation_id=step.organisation_id,
        member_id=member.id,
        step_id=step.id,
        kind=kind,
        quantity=str(quantity).strip(),
        per=per,
        rate_minor=rate_minor,
        rate_decision_id=decision_id,
        hours=str(hours).strip(),
        amount_minor=round_half_away(pieces * rate_minor),
        worked_on=step.worked_on,
        note=note,
        client_key=client_key,
    )
    db.session.add(record)
    db.session.flush()
    return record


def record_own_cost(
    actor: Actor,
    step: Step,
    member: Member,
    *,
    what: str,
    amount: Money,
    is_reimbursed: bool,
    id: str | None = None,
) -> OwnCost:
    """Record what a member laid out for a step; refuses nothing or less, and a step that is closed."""
    _refuse_closed(step, member)
    if amount.minor <= 0:
        raise RateNegative
    cost = OwnCost(
        id=id or ids.new_id(),
        organisation_id=step.organisation_id,
        member_id=member.id,
        step_id=step.id,
        what=what,
        amount_minor=amount.minor,
        is_reimbursed=is_reimbursed,
        worked_on=step.worked_on,
    )
    db.session.add(cost)
    db.session.flush()
    return cost


def sign_off_step(actor: Actor, step: Step, *, confirms_excess: bool = False) -> Step:
    """Sign off all labour of a step and post the step: the pay is owed, the output is usable.

    A step without labour, such as a split, is closed the same way. Refuses what `post_step` refuses, among it more
    than the recipe allows unless the actor `confirms_excess`.
    """
    work, laid_out = work_of_step(step.id), own_costs_of_step(step.id)
    records: list[WorkRecord | OwnCost] = [*work, *laid_out]
    moment = clock.now()
    for record in records:
        _sign_off(record, actor, moment)
    added = [AddedCost("labour", it.id, it.amount_minor, wages_payable(it.member)) for it in work]
    added += [
        AddedCost("own_costs", it.id, it.amount_minor, wages_payable(it.member)) for it in laid_out if it.is_reimbursed
    ]
    costs = [cost for cost in added if cost.amount_minor]
    return post_step(actor, step, costs, confirms_excess=confirms_excess)


def discard(actor: Actor, step: Step) -> Step:
    """Drop an open step together with the work recorded in it; refuses one that is posted."""
    step = discard_step(actor, step)
    records: list[WorkRecord | OwnCost] = [*work_of_step(step.id), *own_costs_of_step(step.id)]
    for record in records:
        record.state = "discarded"
    db.session.flush()
    return step


def wages_payable(member: Member) -> str:
    """The account on which a member's pay is owed."""
    return f"wages_payable:{member.number}"


def exact_number(text: Decimal | str) -> Fraction:
    """The exact value of typed pieces or hours; refuses what is no number, and less than nothing."""
    try:
        return read_exact(str(text))
    except ValueError as error:
        raise WorkUnreadable(text=text) from error


def _sign_off(record: WorkRecord | OwnCost, actor: Actor, moment: datetime) -> None:
    record.state, record.signed_off_by, record.signed_off_at = "signed_off", actor.user_id, moment


def _rate(step: Step, rate: Money | None, rate_key: str | None) -> tuple[int, str | None]:
    if rate_key is not None:
        figure = figure_on(step.organisation_id, f"rate:{rate_key}", step.worked_on)
        return int(Fraction(figure.value)), figure.decision_id
    if rate is None:
        raise RateMissing
    if rate.minor < 0:
        raise RateNegative
    return rate.minor, None


def _refuse_closed(step: Step, member: Member) -> None:
    if step.state != "recorded":
        raise StepNotOpen
    if member.organisation_id != step.organisation_id:
        raise ForeignMember(number=member.number)
