"""What holds on a day, each figure with the decision it cites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, bindparam, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import platform_facts
from marketplace.kernel import kept, memo
from marketplace.kernel.db import db
from marketplace.kernel.errors import Conflict
from producers.decisions.models import DecidedFigure, Decision
from producers.fairprice.pricing import Rules

_READ_FROM = (Decision.__tablename__, DecidedFigure.__tablename__)


class NotDecided(Conflict):
    """A figure is needed that no decision gives yet."""

    code = "not_decided"
    message = _l("No decision says what %(kind)s is on %(on)s. Record the decision first.")


@dataclass(frozen=True, slots=True)
class Figure:
    """A decided value and the decision that it cites."""

    kind: str
    value: str
    decision_id: str


@dataclass(frozen=True, slots=True)
class FeeEstimate:
    """What the provider is expected to keep: a share of the charge and a fixed part in the platform's currency."""

    rate: Fraction
    fixed_minor: int


def figures_on(organisation_id: str, on: date) -> dict[str, Figure]:
    """Every figure in force on a day by its kind: of several decisions the one that took force last."""
    return memo.once(("figures", organisation_id, on), lambda: _figures_on(organisation_id, on))


def _figures_on(organisation_id: str, on: date) -> dict[str, Figure]:
    rows = db.session.execute(_figures(), {"organisation_id": organisation_id, "on": on})
    return {kind: Figure(kind, value, decision_id) for kind, value, decision_id in rows}


@cache
def _figures() -> Select[tuple[str, str, str]]:
    return (
        select(DecidedFigure.kind, DecidedFigure.value, Decision.id)
        .join(Decision, Decision.id == DecidedFigure.decision_id)
        .where(Decision.organisation_id == bindparam("organisation_id"), Decision.effective_on <= bindparam("on"))
        .order_by(Decision.effective_on, Decision.recorded_at, Decision.id)
    )


def figure_on(organisation_id: str, kind: str, on: date) -> Figure:
    """The figure of one kind in force on a day; raises NotDecided where there is none."""
    return _pick(figures_on(organisation_id, on), kind, on)


def rule_figures_on(organisation_id: str, on: date) -> dict[str, Figure]:
    """The five figures that a price is split by; the platform's fee is the platform's decision."""
    own = figures_on(organisation_id, on)
    picked = {kind: _pick(own, kind, on) for kind in ("tax", "overhead_on_labour", "premium", "reserve")}
    slug = db.session.get_one(Organisation, organisation_id).slug
    of_platform = figures_on(platform_facts().id, on)
    special = f"platform_fee:{slug}"
    picked["platform_fee"] = _pick(of_platform, special if special in of_platform else "platform_fee", on)
    return picked


def rules_on(organisation_id: str, on: date) -> Rules:
    """The rates that a cooperative's prices are split by on a day; raises NotDecided where one is missing."""
    return kept.a_moment(
        ("rules", organisation_id, on),
        [*_READ_FROM, Organisation.__tablename__],
        lambda: _rules_on(organisation_id, on),
    )


def _rules_on(organisation_id: str, on: date) -> Rules:
    figures = rule_figures_on(organisation_id, on)
    return Rules(**{kind: Fraction(figure.value) for kind, figure in figures.items()})


def fee_estimate_on(on: date) -> FeeEstimate:
    """The payment fee the platform reckons with; raises NotDecided where it has not decided."""
    return kept.a_moment(("fee_estimate", on), _READ_FROM, lambda: _fee_estimate_on(on))


def _fee_estimate_on(on: date) -> FeeEstimate:
    figures = figures_on(platform_facts().id, on)
    return FeeEstimate(
        Fraction(_pick(figures, "fee_rate", on).value), int(Fraction(_pick(figures, "fee_fixed_minor", on).value))
    )


def refund_reserve_on(on: date) -> Fraction:
    """The share of platform fees set aside for refunds; raises NotDecided where the platform has not decided."""
    return kept.a_moment(
        ("refund_reserve", on),
        _READ_FROM,
        lambda: Fraction(figure_on(platform_facts().id, "refund_reserve", on).value),
    )


def decisions(organisation_id: str) -> Sequence[Decision]:
    """A cooperative's decisions, the newest first."""
    return db.session.scalars(
        select(Decision)
        .where(Decision.organisation_id == organisation_id)
        .order_by(Decision.effective_on.desc(), Decision.id.desc())
    ).all()


def _pick(figures: dict[str, Figure], kind: str, on: date) -> Figure:
    if kind not in figures:
        raise NotDecided(kind=kind, on=on.isoformat())
    return figures[kind]
