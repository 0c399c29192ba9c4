"""What `lumbung verify` asks of work and pay: amounts follow from their records, states from what happened."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.money import fraction, round_half_away
from producers.labour.models import OwnCost, WorkRecord
from producers.wages.models import Payslip, TopUp
from producers.wages.states import SlipEvent, SlipRefused, SlipState, after

COLUMNS = {"wages_minor": "work", "own_costs_minor": "own_cost", "top_ups_minor": "top_up"}


def check() -> Iterator[Broken]:
    """Every record of work, every slip with its items, payments and state."""
    yield from _work()
    amounts = _amounts()
    slips = select(Payslip).options(selectinload(Payslip.payments), selectinload(Payslip.log))
    for slip in db.session.scalars(slips):
        yield from _sums(slip, amounts)
        yield from _state(slip)


def _work() -> Iterator[Broken]:
    for record in db.session.scalars(select(WorkRecord)):
        if record.amount_minor != round_half_away(fraction(record.quantity) * record.rate_minor):
            yield Broken("work", "labour_work", record.id, "the amount is not quantity × rate, rounded once")


def _amounts() -> dict[str, int]:
    return {
        record_id: amount
        for model in (WorkRecord, OwnCost, TopUp)
        for record_id, amount in db.session.execute(select(model.id, model.amount_minor))
    }


def _sums(slip: Payslip, amounts: dict[str, int]) -> Iterator[Broken]:
    sums = Counter[str]()
    for item in slip.items:
        sums[item.kind] += item.amount_minor
        if amounts.get(item.record_id) != item.amount_minor:
            detail = f"it is not the amount of {item.record_id}"
            yield Broken("payslip", "wage_payslip_item", f"{slip.id}/{item.ordinal}", detail)
    for column, kind in COLUMNS.items():
        if getattr(slip, column) != sums[kind]:
            yield Broken("payslip", "wage_payslip", slip.id, f"{column} is not the sum of its items")
    for payment in slip.payments:
        if payment.amount_minor != slip.net_minor:
            yield Broken("payslip", "wage_payment", payment.id, "the payment is not the slip's net")


def _state(slip: Payslip) -> Iterator[Broken]:
    state = SlipState.PREPARED
    for line in slip.log:
        try:
            state = after(state, SlipEvent(line.event))
        except (SlipRefused, ValueError):
            yield Broken("payslip", "wage_slip_log", line.id, f"{line.event} cannot have happened then")
            return
    if state.value != slip.state:
        yield Broken("payslip", "wage_payslip", slip.id, f"it reads {slip.state}, its log says {state.value}")
