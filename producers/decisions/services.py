"""The only writer of decisions."""

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel import clock, ids, memo
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.exact import read_exact
from producers.cooperatives.numbers import free_number
from producers.decisions.models import DecidedFigure, Decision

SHARES = ("tax", "overhead_on_labour", "premium", "reserve", "platform_fee", "fee_rate", "refund_reserve")
"""Kinds whose value is a rate of nothing or more; `platform_fee:<slug>` is the platform's rate for one cooperative."""

AMOUNTS = ("fee_fixed_minor",)
"""Kinds whose value is whole minor units."""

WORDS = ("loss_rule",)
"""Kinds whose value is a sentence."""


class FigureKindUnknown(Invalid):
    """A figure that nothing would read."""

    code = "figure_kind_unknown"
    message = _l("There is no figure called %(kind)s. Choose one from the list.")


class FigureUnreadable(Invalid):
    """A figure whose value is not what its kind needs."""

    code = "figure_unreadable"
    message = _l("%(value)s cannot be used for %(kind)s. Enter a number of zero or more, for example 0.05.")


class DecisionNumberTaken(Conflict):
    """Two decisions of one cooperative cannot share a number."""

    code = "decision_number_taken"
    message = _l("Decision %(number)s is recorded already. A changed decision gets a new number.")


class VotesExceedPresent(Invalid):
    """More votes than people."""

    code = "votes_exceed_present"
    message = _l("%(votes)s votes were counted but %(present)s people were there. Correct one of the two.")


def record_decision(
    actor: Actor,
    organisation: Organisation,
    *,
    title: str,
    figures: Mapping[str, str],
    decided_on: date | None = None,
    effective_on: date | None = None,
    minutes: str = "",
    number: str | None = None,
    present: int = 0,
    votes_for: int = 0,
    votes_against: int = 0,
    votes_abstained: int = 0,
    id: str | None = None,
) -> Decision:
    """Record a decision with its figures (kind → exact text), in force from `effective_on`.

    Refuses a figure nobody reads or that is no number where one is needed, a number taken, more votes than people.
    """
    for kind, value in figures.items():
        _refuse_figure(kind, value)
    votes = votes_for + votes_against + votes_abstained
    if votes > present:
        raise VotesExceedPresent(votes=votes, present=present)
    if number and _is_taken(organisation.id, number):
        raise DecisionNumberTaken(number=number)
    decided_on = decided_on or clock.today(organisation.zone)
    decision = Decision(
        id=id or ids.new_id(),
        organisation_id=organisation.id,
        number=number or free_number(organisation.id, "K", lambda it: _is_taken(organisation.id, it)),
        title=title,
        minutes=minutes,
        decided_on=decided_on,
        effective_on=effective_on or decided_on,
        present=present,
        votes_for=votes_for,
        votes_against=votes_against,
        votes_abstained=votes_abstained,
        recorded_at=clock.now(),
        figures=[DecidedFigure(kind=kind, value=value.strip()) for kind, value in sorted(figures.items())],
    )
    db.session.add(decision)
    db.session.flush()
    memo.forget()  # figures read before this decision
    return decision


def _is_taken(organisation_id: str, number: str) -> bool:
    query = select(Decision.id).where(Decision.organisation_id == organisation_id, Decision.number == number)
    return db.session.scalar(query) is not None


def _refuse_figure(kind: str, value: str) -> None:
    if kind in WORDS:
        return
    stem = kind.partition(":")[0]
    known = kind in SHARES or kind in AMOUNTS or (stem in {"rate", "platform_fee"} and kind != stem)
    if not known:
        raise FigureKindUnknown(kind=kind)
    try:
        figure = read_exact(value)
    except ValueError as error:
        raise FigureUnreadable(kind=kind, value=value) from error
    whole = kind in AMOUNTS or stem == "rate"
    if whole and figure.denominator != 1:
        raise FigureUnreadable(kind=kind, value=value)
