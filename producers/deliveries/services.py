"""The only writer of delivery slips. What is written here is what happened at the door, with a number for life."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.money import Money
from marketplace.ledger.models import Book
from marketplace.ledger.services import credit, debit, post
from producers.cooperatives.models import Member
from producers.cooperatives.numbers import take_number
from producers.cooperatives.queries import member_of
from producers.decisions.queries import Figure, figures_on
from producers.deliveries.errors import MaterialNotChosen, RateNotDecided, SlipEmpty, WorkNotChosen
from producers.deliveries.models import DeliverySlip
from producers.lots import keeping
from producers.lots.models import Lot
from producers.lots.queries import lot_of
from producers.materials.services import issue_material

SERIES = "NS"
RATE = "rate:"


@dataclass(frozen=True, slots=True)
class Draft:
    """A slip before it is saved: what is to be checked with the member."""

    member: Member
    lot: Lot | None
    issued_quantity: int
    rate: Figure | None
    good: int
    to_repair: int
    paid: Money

    @property
    def rate_minor(self) -> int:
        """The decided rate of one piece."""
        return int(self.rate.value) if self.rate else 0

    @property
    def rate_key(self) -> str | None:
        """The work whose rate is meant."""
        return self.rate.kind.removeprefix(RATE) if self.rate else None

    @property
    def wage(self) -> Money:
        """What the good pieces make; owed from sign-off (rule 8)."""
        return Money(self.good * self.rate_minor, self.paid.currency)


def rates_today(organisation: Organisation) -> dict[str, Figure]:
    """The decided rates by the work they pay, today."""
    figures = figures_on(organisation.id, clock.today(organisation.zone))
    return {kind.removeprefix(RATE): figure for kind, figure in figures.items() if kind.startswith(RATE)}


def draft_slip(organisation: Organisation, member_id: str, entered: Mapping[str, object]) -> Draft:
    """What the entered figures come to, without writing anything.

    `entered` holds lot_id, issued, rate_key, good, to_repair and paid_minor. Refuses a slip of nothing, material
    without a lot or beyond the stock, and pieces without a decided rate; a foreign member or lot is NotFound.
    """
    issued, good, to_repair = (int(str(entered.get(name) or 0)) for name in ("issued", "good", "to_repair"))
    paid = Money(int(str(entered.get("paid_minor") or 0)), organisation.currency)
    if issued + good + to_repair + paid.minor <= 0:
        raise SlipEmpty
    lot = None
    if issued:
        if not entered.get("lot_id"):
            raise MaterialNotChosen(fields={"lot_id": MaterialNotChosen.message})
        lot = lot_of(organisation.id, str(entered["lot_id"]))
        keeping.refuse_more_than_there(lot, issued, None)
    rate = _rate(organisation, entered) if good + to_repair else None
    return Draft(member_of(organisation.id, member_id), lot, issued, rate, good, to_repair, paid)


def record_slip(
    actor: Actor,
    organisation: Organisation,
    member_id: str,
    entered: Mapping[str, object],
    *,
    client_key: str,
    id: str | None = None,
) -> DeliverySlip:
    """Save a slip: material goes out to the home, the money is an advance, the number is taken last.

    Refuses what `draft_slip` refuses, and a system without a person. The same `client_key` gives the same slip.
    """
    if actor.user_id is None:
        raise NotAllowed
    known = slip_with_key(organisation.id, client_key)
    if known:
        return known
    draft = draft_slip(organisation, member_id, entered)
    slip_id = id or ids.new_id()
    if draft.lot and draft.issued_quantity:
        issue_material(actor, draft.lot, draft.member, draft.issued_quantity, id=slip_id)
    book = db.session.get_one(Book, organisation.book_id)
    today = clock.today(organisation.zone)
    post(book, slip_id, [debit(wages_advanced(draft.member), draft.paid), credit("cash", draft.paid)], on=today)
    slip = DeliverySlip(
        id=slip_id,
        organisation_id=organisation.id,
        number=take_number(organisation.id, SERIES),
        member_id=draft.member.id,
        made_by=actor.user_id,
        made_on=today,
        made_at=clock.now(),
        client_key=client_key,
        lot_id=draft.lot.id if draft.lot else None,
        issued_quantity=draft.issued_quantity,
        rate_key=draft.rate_key,
        rate_minor=draft.rate_minor,
        rate_decision_id=draft.rate.decision_id if draft.rate else None,
        good=draft.good,
        to_repair=draft.to_repair,
        wage_minor=draft.wage.minor,
        paid_minor=draft.paid.minor,
    )
    db.session.add(slip)
    db.session.flush()
    return slip


def slip_with_key(organisation_id: str, client_key: str) -> DeliverySlip | None:
    """The slip a phone already sent under this key: repeating a tap is harmless."""
    return db.session.scalar(
        select(DeliverySlip).where(
            DeliverySlip.organisation_id == organisation_id, DeliverySlip.client_key == client_key
        )
    )


def lock_slip(slip: DeliverySlip) -> DeliverySlip:
    """The slip as it is now, locked until the transaction ends."""
    return db.session.scalars(locked(select(DeliverySlip).where(DeliverySlip.id == slip.id))).one()


def locked(query: Select[tuple[DeliverySlip]]) -> Select[tuple[DeliverySlip]]:
    """The query with its slips locked; whether one is void is asked after the wait, not joined from before it."""
    fresh = query.with_for_update(of=DeliverySlip).execution_options(populate_existing=True)
    return fresh.options(selectinload(DeliverySlip.void))


def wages_advanced(member: Member) -> str:
    """The account of money a member holds before the work it is for is on a paid payslip."""
    return f"wages_advanced:{member.number}"


def _rate(organisation: Organisation, entered: Mapping[str, object]) -> Figure:
    if not entered.get("rate_key"):
        raise WorkNotChosen(fields={"rate_key": WorkNotChosen.message})
    rates = rates_today(organisation)
    if entered["rate_key"] not in rates:
        raise RateNotDecided(fields={"rate_key": RateNotDecided.message})
    return rates[str(entered["rate_key"])]
