"""What `inputs` implies before the first event: organisations, decisions, members, consents, benchmarks, two people."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.accounts.actor import SYSTEM, Actor
from marketplace.accounts.models import Organisation, Role, User
from marketplace.accounts.organisations import PLATFORM_SLUG, approve_organisation, grant_role, register_organisation
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.money import Money
from orders.replay.world import Event, NotEmpty, World, day
from producers.cooperatives.models import CONSENT_KINDS, Member
from producers.cooperatives.services import enrol_member, give_consent
from producers.decisions.services import record_decision
from producers.fairprice.services import record_benchmark

HOW = "set up for a replay"
BENCHMARK_DAYS = 730
ZONE = "UTC"
"""Events carry dates without a zone, so every cooperative of a replay keeps the same calendar."""


def set_up(inputs: Event) -> World:
    """Make everything that the events take for granted, on the day of the first; refuses a database in use."""
    if db.session.scalar(select(Organisation.id).limit(1)):
        raise NotEmpty
    with clock.at(min(day(event["at"]) for event in inputs["events"])):
        platform = _platform(inputs)
        cooperatives = {slug: _cooperative(slug, facts) for slug, facts in inputs["cooperatives"].items()}
        preparer, approver = (_person(name, list(cooperatives.values())) for name in ("Preparer", "Approver"))
        for slug, facts in inputs["cooperatives"].items():
            _decide(platform, cooperatives[slug], facts["rules"])
        members = {
            number: _member(number, cooperatives[facts["coop"]]) for number, facts in inputs.get("members", {}).items()
        }
        for slug, figures in inputs.get("benchmarks", {}).items():
            _benchmarks(cooperatives[slug], figures)
    return World(inputs, platform, cooperatives, members, preparer, approver)


def _platform(inputs: Event) -> Organisation:
    facts = inputs["platform"]
    platform = register_organisation(
        slug=PLATFORM_SLUG, name="Lumbung", currency=facts["currency"], kind="platform", zone=ZONE
    )
    figures = {
        "fee_rate": facts["fee_estimate"]["rate"],
        "fee_fixed_minor": str(facts["fee_estimate"]["fixed_minor"]),
        "refund_reserve": facts["refund_reserve"],
    }
    record_decision(SYSTEM, platform, title="Fee estimate and refund reserve", figures=figures)
    return platform


def _cooperative(slug: str, facts: Event) -> Organisation:
    organisation = register_organisation(slug=slug, name=facts["name"], currency=facts["currency"], zone=ZONE)
    approve_organisation(SYSTEM, organisation)
    return organisation


def _person(name: str, cooperatives: list[Organisation]) -> Actor:
    """A user who may prepare or approve in every cooperative of the replay."""
    user = User(name=name, created_at=clock.now())
    db.session.add(user)
    db.session.flush()
    for organisation in cooperatives:
        grant_role(SYSTEM, user, organisation, Role.MANAGER)
    return Actor(user.id, roles=frozenset({Role.MANAGER}))


def _decide(platform: Organisation, organisation: Organisation, rules: dict[str, str]) -> None:
    own = {kind: value for kind, value in rules.items() if kind != "platform_fee"}
    title = "Tax, overhead, premium, reserve and who bears a loss"
    loss_rule = "The refund reserve bears it, then the cooperative, never a member."
    record_decision(SYSTEM, organisation, title=title, figures={**own, "loss_rule": loss_rule})
    figures = {f"platform_fee:{organisation.slug}": rules["platform_fee"]}
    record_decision(SYSTEM, platform, title=f"Platform fee for {organisation.name}", figures=figures)


def _member(number: str, organisation: Organisation) -> Member:
    member = enrol_member(SYSTEM, organisation, name=number, number=number)
    for kind in CONSENT_KINDS:
        if kind != "photo":
            give_consent(SYSTEM, member, kind, how=HOW)
    return member


def _benchmarks(organisation: Organisation, figures: dict[str, Any]) -> None:
    today = clock.today(organisation.zone)
    rows = (
        ("minimum", figures["minimum_day_minor"], figures["hours_per_day"]),
        ("living", figures["living_month_minor"], figures["hours_per_month"]),
    )
    for kind, minor, hours in rows:
        record_benchmark(
            SYSTEM,
            organisation,
            kind=kind,
            amount=Money(minor, organisation.currency),
            hours=hours,
            source=figures.get("note") or "replay",
            reviewed_by=HOW,
            valid_from=today,
            valid_until=today + timedelta(days=BENCHMARK_DAYS),
        )
