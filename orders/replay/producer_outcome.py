"""The producers' floor and the books as they stand, in the shape of the worked example's `expected`."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from marketplace.kernel.db import db
from marketplace.ledger.models import Book, Entry, Posting
from marketplace.ledger.queries import balances
from orders.replay.world import World
from producers.fairprice.pricing import COST_PURPOSES, PURPOSES
from producers.labour.models import OwnCost, WorkRecord
from producers.labour.queries import signed_work_of
from producers.lots.models import Lot, Step
from producers.lots.queries import costs_of
from producers.publishing.models import Publication
from producers.wages.hourly import displayed, wage_check
from producers.wages.models import Payslip
from producers.wages.states import SlipState, public_status, status


def outcome(world: World) -> dict[str, Any]:
    """Everything but the receipts."""
    return {
        "lots": lots(world),
        "steps": steps(),
        "work": work(),
        "payslips": payslips(),
        "wage_checks": wage_checks(world),
        "publications": publications(),
        "ledger": ledger(),
        "balances": balance_sheet(),
    }


def lots(world: World) -> dict[str, Any]:
    """Every lot by its number, in the order in which they came to be."""
    numbers = {member.id: number for number, member in world.members.items()}
    return {lot.number: _lot(lot, numbers) for lot in db.session.scalars(select(Lot).order_by(Lot.id))}


def _lot(lot: Lot, numbers: dict[str, str]) -> dict[str, Any]:
    costs = costs_of(lot.id)
    sums = Counter[str]()
    for row in costs:
        sums[row.purpose] += row.amount_minor
    return {
        "coop": lot.organisation.slug,
        "unit": lot.unit,
        "in": lot.quantity_in,
        "used": lot.used,
        "lost": lot.lost,
        "sold": lot.sold,
        "returned": lot.returned,
        "held": {numbers[home.member_id]: home.held for home in lot.homes if home.held},
        "stock": lot.stock,
        "on_hold": lot.on_hold,
        "claims": lot.claims,
        "cost_minor": {purpose: sums[purpose] for purpose in COST_PURPOSES if sums[purpose]},
        "cost_components": {f"{row.purpose}/{row.source_id}": row.amount_minor for row in costs},
        "passbook": {
            numbers[home.member_id]: {
                "issued": home.issued,
                "used": home.used,
                "returned": home.returned,
                "scrap": home.scrap,
            }
            for home in lot.homes
        },
    }


def steps() -> list[dict[str, Any]]:
    """Every posted step, in the order in which it was."""
    query = select(Step).where(Step.state == "posted").order_by(Step.posted_at, Step.id)
    return [
        {
            "step": step.id,
            "name": step.name,
            "main_in_g": step.main_in_g,
            "out_g": step.out_g,
            "loss_g": step.loss_g,
            "cost_minor": step.cost_minor,
        }
        for step in db.session.scalars(query)
    ]


def work() -> dict[str, int]:
    """What each record of work and of own costs amounts to."""
    records: list[WorkRecord | OwnCost] = [
        *db.session.scalars(select(WorkRecord)),
        *db.session.scalars(select(OwnCost)),
    ]
    records.sort(key=lambda record: (record.worked_on, record.step_id, record.id))
    return {record.id: record.amount_minor for record in records}


def payslips() -> dict[str, Any]:
    """Every slip by its number."""
    return {slip.number: _payslip(slip) for slip in db.session.scalars(select(Payslip).order_by(Payslip.id))}


def _payslip(slip: Payslip) -> dict[str, Any]:
    return {
        "member": slip.member.number,
        "items": [item.record_id for item in slip.items],
        "wages_minor": slip.wages_minor,
        "own_costs_minor": slip.own_costs_minor,
        "deductions_minor": slip.deductions_minor,
        "net_minor": slip.net_minor,
        "status": status(SlipState(slip.state)),
        "due": slip.due_on.isoformat(),
        "public_status": public_status(SlipState(slip.state)),
    }


def wage_checks(world: World) -> dict[str, Any]:
    """The hourly check of every member with work, by her number."""
    checks = {}
    for number, member in world.members.items():
        if not signed_work_of(member.id):
            continue
        check = wage_check(member)
        checks[number] = {
            "wages_minor": check.wages_minor,
            "own_costs_not_repaid_minor": check.own_costs_not_repaid_minor,
            "hours": str(check.hours),
            "effective_hour_minor": displayed(check.effective_hour),
            "minimum_hour_minor": displayed(check.minimum_hour),
            "living_hour_minor": displayed(check.living_hour),
            "meets_minimum": check.meets_minimum,
            "meets_living": check.meets_living,
            "top_up_minor": check.top_up_minor,
            "living_gap_hour_minor": displayed(check.living_gap_hour),
        }
    return checks


def publications() -> list[dict[str, Any]]:
    """What was published, with the split of a piece by purpose."""
    query = select(Publication).order_by(Publication.published_at, Publication.id)
    return [
        {
            "listing": publication.stock.listing_id,
            "floor_minor": publication.floor_minor,
            "price_minor": publication.price_minor,
            "split_per_piece": _by_purpose([(row.purpose, row.amount_minor) for row in publication.split]),
        }
        for publication in db.session.scalars(query)
    ]


def _by_purpose(rows: Sequence[tuple[str, int]]) -> dict[str, int]:
    sums = Counter[str]()
    for purpose, minor in rows:
        sums[purpose] += minor
    return {purpose: sums[purpose] for purpose in PURPOSES if purpose in sums}


def ledger() -> list[dict[str, Any]]:
    """Every entry, numbered within the fact that it records."""
    seen = Counter[str]()
    entries = []
    books = {book.id: book.name for book in db.session.scalars(select(Book))}
    for entry in db.session.scalars(select(Entry).order_by(Entry.posted_at, Entry.id)):
        seen[entry.source] += 1
        entries.append(
            {
                "entry": f"{entry.source}/{seen[entry.source]}",
                "event": entry.source,
                "book": books[entry.book_id],
                "postings": [_posting(books[entry.book_id], posting) for posting in entry.postings],
            }
        )
    return entries


def _posting(book: str, posting: Posting) -> dict[str, Any]:
    minor = posting.amount_minor
    return {
        "account": f"{book}:{posting.account.code}",
        "currency": posting.currency,
        "debit_minor": max(minor, 0),
        "credit_minor": max(-minor, 0),
    }


def balance_sheet() -> list[dict[str, Any]]:
    """Every account that is not at zero, by book, account and currency."""
    return [
        {
            "account": f"{book.name}:{code}",
            "currency": amount.currency,
            "debit_minus_credit_minor": amount.minor,
        }
        for book in db.session.scalars(select(Book).order_by(Book.name))
        for code, amount in sorted(balances(book), key=lambda it: (it[0], it[1].currency))
    ]
