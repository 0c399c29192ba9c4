"""Steps: recorded when the work is done, posted when its labour is signed off.

Recording checks masses and the recipe and opens the output lots empty, so that a slip can name them. Posting moves
quantities and costs, under the locks of all lots concerned. Between the two a step can be discarded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.money import Money, take
from marketplace.ledger.models import Book
from marketplace.ledger.services import Side, credit, debit, post
from producers.cooperatives.models import Member
from producers.fairprice.pricing import CostRow, sort_key
from producers.lots import keeping
from producers.lots.errors import (
    ExcessNotConfirmed,
    ForeignLot,
    MassMissing,
    MassNotBalanced,
    NotABaseUnit,
    PricesForAllOrNone,
    QuantityNotPositive,
    StepNotOpen,
    StepWithoutMain,
    UnlikeMass,
    WithoutCost,
    YieldTooHigh,
)
from producers.lots.keeping import Cause
from producers.lots.models import Lot, Step, StepInput, StepOutput, StepOverride
from producers.lots.queries import lacks_cost
from producers.lots.services import BASE_UNITS, inventory_of, open_lot
from producers.lots.yields import Goods, excess_of


@dataclass(frozen=True, slots=True)
class InputLine:
    """What goes in: from the store, or from a member's home. Pieces are weighed; auxiliary inputs bring no mass."""

    lot: Lot
    quantity: int
    role: str = "main"
    mass_g: int | None = None
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class OutputLine:
    """What comes out, as a new lot; `list_price_minor` is one unit's price of the day, for joint products."""

    quantity: int
    unit: str
    mass_g: int | None = None
    number: str | None = None
    name: str | None = None
    list_price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class AddedCost:
    """What the work of a step costs, by the record that made it, and the account that it is owed on."""

    purpose: str
    source_id: str
    amount_minor: int
    account: str


def record_step(
    actor: Actor,
    organisation: Organisation,
    *,
    name: str,
    max_yield: str,
    inputs: Sequence[InputLine],
    outputs: Sequence[OutputLine],
    loss_g: int,
    worked_on: date | None = None,
    craft: str = "",
    district: str | None = None,
    photo_sha256: str | None = None,
    override_reason: str = "",
    client_key: str | None = None,
    id: str | None = None,
) -> Step:
    """Record a step and open its output lots, empty until the step is posted.

    Refuses masses that do not balance, more output than the recipe's yield without a reason, more input than there
    is, joint products without prices, brought-in lots that lack a cost, and lots of another cooperative. The same
    `client_key` again gives the same step. With an `override_reason` more than the recipe allows is recorded, too,
    for a second person to confirm.
    """
    known = client_key and db.session.scalar(
        select(Step).where(Step.organisation_id == organisation.id, Step.client_key == client_key)
    )
    if known:
        return known
    mains = [line for line in inputs if line.role == "main"]
    main_in_g, out_g = _weigh(organisation, inputs, mains, outputs, loss_g)
    override = _override(actor, mains, outputs, max_yield, override_reason.strip())
    _refuse_unlike_products(outputs)
    worked_on = worked_on or clock.today(organisation.zone)
    step = Step(
        id=id or ids.new_id(),
        organisation_id=organisation.id,
        name=name,
        craft=craft,
        max_yield=max_yield.strip(),
        main_in_g=main_in_g,
        out_g=out_g,
        loss_g=loss_g,
        worked_on=worked_on,
        district=district or organisation.district,
        photo_sha256=photo_sha256,
        recorded_by=actor.user_id,
        recorded_at=clock.now(),
        client_key=client_key,
        override=override,
        inputs=[_input(ordinal, line) for ordinal, line in enumerate(inputs)],
        outputs=[
            _output(organisation, ordinal, line, mains[0].lot.name, worked_on) for ordinal, line in enumerate(outputs)
        ],
    )
    db.session.add(step)
    db.session.flush()
    return step


def post_step(actor: Actor, step: Step, added: Sequence[AddedCost], *, confirms_excess: bool = False) -> Step:
    """Let a recorded step happen: inputs used, outputs there, cost moved on with the work's cost added.

    Refuses a step that is posted or discarded, inputs that are no longer there, free or clear, and more output than
    the recipe allows unless a second person `confirms_excess`. The output's claims are what all main inputs hold now.
    `added` is the signed-off work of the step.
    """
    step = _lock_open(step)
    if step.override:
        _confirm(actor, step.override, confirms_excess=confirms_excess)
    lots = keeping.lock({it.lot_id for it in step.inputs} | {it.lot_id for it in step.outputs})
    cause = Cause(step.id, step.worked_on)
    pool: dict[tuple[str, str], int] = {}
    credits: dict[str, int] = {}
    for line in step.inputs:
        member = db.session.get(Member, line.member_id) if line.member_id else None
        lot = lots[line.lot_id]
        for row in keeping.draw(lot, line.quantity, "used", cause, member):
            _raise(pool, (row.purpose, row.source_id), row.amount_minor)
            _raise(credits, inventory_of(lot), row.amount_minor)
    for cost in added:
        _raise(pool, (cost.purpose, cost.source_id), cost.amount_minor)
        _raise(credits, cost.account, cost.amount_minor)
    claims = set.intersection(*(set(lots[line.lot_id].claims) for line in step.inputs if line.role == "main"))
    costs = sorted((CostRow(*key, amount) for key, amount in pool.items()), key=sort_key)
    debits = _fill_outputs(step, lots, sorted(claims), costs, cause)
    step.cost_minor = sum(pool.values())
    step.state, step.posted_by, step.posted_at = "posted", actor.user_id, clock.now()
    _post_entry(step, debits, credits)
    db.session.flush()
    return step


def discard_step(actor: Actor, step: Step) -> Step:
    """Drop a step that was recorded by mistake; its output lots stay empty. Refuses one that is posted."""
    step = _lock_open(step)
    step.state = "discarded"
    db.session.flush()
    return step


def _weigh(
    organisation: Organisation,
    inputs: Sequence[InputLine],
    mains: Sequence[InputLine],
    outputs: Sequence[OutputLine],
    loss_g: int,
) -> tuple[int, int]:
    """The grams that went in and came out; refuses inputs that are not there and masses that do not balance."""
    if not mains or not outputs:
        raise StepWithoutMain
    for line in inputs:
        _refuse_input(organisation, line)
    main_in_g = sum(_mass(line.lot.number, line.lot.unit, line.quantity, line.mass_g) for line in mains)
    out_g = sum(_mass(line.number or "", line.unit, line.quantity, line.mass_g) for line in outputs)
    if loss_g < 0 or main_in_g != out_g + loss_g:
        raise MassNotBalanced(in_g=main_in_g, out_g=out_g + loss_g)
    return main_in_g, out_g


def _fill_outputs(
    step: Step, lots: dict[str, Lot], claims: list[str], costs: list[CostRow], cause: Cause
) -> list[tuple[str, int]]:
    """Take each output's cost from the pool, one after another, in the order given; the last takes all (rule 4)."""
    weights = [line.quantity * (line.list_price_minor or 1) for line in step.outputs]
    left = [row.amount_minor for row in costs]
    debits = []
    for place, line in enumerate(step.outputs):
        parts = take(left, weights[place], sum(weights[place:]))
        left = [amount - part for amount, part in zip(left, parts, strict=True)]
        rows = [CostRow(row.purpose, row.source_id, part) for row, part in zip(costs, parts, strict=True) if part]
        lot = lots[line.lot_id]
        lot.claims = claims
        keeping.receive(lot, line.quantity, rows, cause)
        debits.append((inventory_of(lot), sum(parts)))
    return debits


def _post_entry(step: Step, debits: list[tuple[str, int]], credits: dict[str, int]) -> None:
    currency = step.organisation.currency
    sides: list[Side] = [debit(account, Money(minor, currency)) for account, minor in debits]
    sides += [credit(account, Money(minor, currency)) for account, minor in credits.items()]
    post(db.session.get_one(Book, step.organisation.book_id), step.id, sides, on=step.worked_on)


def _lock_open(step: Step) -> Step:
    locked = db.session.scalars(
        select(Step).where(Step.id == step.id).with_for_update(of=Step).execution_options(populate_existing=True)
    ).one()
    if locked.state != "recorded":
        raise StepNotOpen
    return locked


def _raise(sums: dict, key: object, amount: int) -> None:  # type: ignore[type-arg]
    sums[key] = sums.get(key, 0) + amount


def _refuse_input(organisation: Organisation, line: InputLine) -> None:
    if line.lot.organisation_id != organisation.id:
        raise ForeignLot(number=line.lot.number)
    if lacks_cost(line.lot):
        raise WithoutCost(number=line.lot.number)
    keeping.refuse_more_than_there(line.lot, line.quantity, line.member)


def _mass(number: str, unit: str, quantity: int, mass_g: int | None) -> int:
    if quantity <= 0:
        raise QuantityNotPositive
    if unit not in BASE_UNITS:
        raise NotABaseUnit(unit=unit)
    if unit == "GRM":
        if mass_g not in (None, quantity):
            raise UnlikeMass(number=number, quantity=quantity)
        return quantity
    if mass_g is None or mass_g <= 0:
        raise MassMissing(number=number)
    return mass_g


def _override(
    actor: Actor, mains: Sequence[InputLine], outputs: Sequence[OutputLine], max_yield: str, reason: str
) -> StepOverride | None:
    """The excess over the recipe, with its reason; refuses one without a reason or without a person who gives it."""
    went_in = [Goods(line.lot.unit, line.quantity, line.mass_g or line.quantity) for line in mains]
    came_out = [Goods(line.unit, line.quantity, line.mass_g or line.quantity) for line in outputs]
    excess = excess_of(went_in, came_out, max_yield)
    if excess is None:
        return None
    if not reason or actor.user_id is None:
        raise YieldTooHigh(quantity=excess.quantity, most=excess.most)
    return StepOverride(
        unit=excess.unit, quantity=excess.quantity, most=excess.most, reason=reason, recorded_by=actor.user_id
    )


def _confirm(actor: Actor, override: StepOverride, *, confirms_excess: bool) -> None:
    """Write down the second person's confirmation; refuses who recorded it, and a sign-off that does not say so."""
    if not confirms_excess or actor.user_id in (None, override.recorded_by):
        raise ExcessNotConfirmed(quantity=override.quantity, most=override.most)
    override.approved_by, override.approved_at = actor.user_id, clock.now()
    db.session.flush()


def _refuse_unlike_products(outputs: Sequence[OutputLine]) -> None:
    priced = [line for line in outputs if line.list_price_minor]
    if priced and len(priced) < len(outputs):
        raise PricesForAllOrNone
    if not priced and len({line.unit for line in outputs}) > 1:
        raise PricesForAllOrNone


def _input(ordinal: int, line: InputLine) -> StepInput:
    is_main = line.role == "main"
    mass_g = _mass(line.lot.number, line.lot.unit, line.quantity, line.mass_g) if is_main else 0
    return StepInput(
        ordinal=ordinal,
        lot_id=line.lot.id,
        role="main" if is_main else "auxiliary",
        quantity=line.quantity,
        mass_g=mass_g,
        member_id=line.member.id if line.member else None,
    )


def _output(organisation: Organisation, ordinal: int, line: OutputLine, name: str, made_on: date) -> StepOutput:
    lot = open_lot(organisation, name=line.name or name, unit=line.unit, number=line.number, made_on=made_on)
    return StepOutput(
        ordinal=ordinal,
        lot_id=lot.id,
        quantity=line.quantity,
        mass_g=_mass(lot.number, line.unit, line.quantity, line.mass_g),
        list_price_minor=line.list_price_minor,
    )
