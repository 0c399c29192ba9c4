"""Any record that a receipt can cite, found by its id within one cooperative and told in facts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import noload

from marketplace.accounts.models import Organisation, User
from marketplace.kernel.dates import day, moment
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import money
from marketplace.kernel.quantity_format import number, quantity
from producers.cooperatives.evidence import Evidence
from producers.cooperatives.models import Member
from producers.cooperatives.words import CLAIMS
from producers.decisions.models import Decision
from producers.labour.models import OwnCost, WorkRecord
from producers.labour.queries import own_costs_of_step, work_of_step
from producers.labour.words import KINDS
from producers.lots.models import CostMovement, Lot, LotCost, OpeningAuthor, OpeningStock, Step, StepOverride
from producers.materials.models import Purchase, SupplierPayment
from producers.wages.models import Payslip, TopUp, WagePayment
from producers.wages.words import METHODS


@dataclass(frozen=True, slots=True)
class Link:
    """A way on to another record or page; `endpoint` takes the organisation and `arguments`."""

    text: str
    endpoint: str
    arguments: dict[str, str]


@dataclass(slots=True)
class Record:
    """What one record says: heading, facts, documents (a file's hash, or words), whom it is about, where it leads."""

    row: Any
    heading: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    documents: list[tuple[str, str]] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    cost_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """How much of a record's cost ever came into a lot, and how much is still there."""

    lot: Lot
    came_minor: int
    left_minor: int


def record_of(organisation: Organisation, record_id: str) -> Record:
    """The record with this id; NotFound where it is not this cooperative's."""
    for model, tell in TELLERS.items():
        row = db.session.get(model, record_id)
        if row is not None:
            if row.organisation_id != organisation.id:
                raise NotFound
            return tell(row, organisation)
    raise NotFound


def flows_of(source_ids: Sequence[str]) -> list[Flow]:
    """The lots that the records' cost came into, the oldest first."""
    if not source_ids:
        return []
    left = (
        select(func.coalesce(func.sum(LotCost.amount_minor), 0))
        .where(LotCost.lot_id == Lot.id, LotCost.source_id.in_(source_ids))
        .scalar_subquery()
    )
    came = func.sum(CostMovement.amount_minor)
    rows = db.session.execute(
        select(Lot, came, left)
        .join(CostMovement, CostMovement.lot_id == Lot.id)
        .where(CostMovement.source_id.in_(source_ids), CostMovement.amount_minor > 0)
        .options(noload(Lot.organisation))
        .group_by(Lot.id)
        .order_by(Lot.made_on, Lot.id)
    )
    return [Flow(lot, int(came_minor), int(left_minor)) for lot, came_minor, left_minor in rows.unique()]


def files_among(organisation_id: str, documents: Sequence[str]) -> frozenset[str]:
    """Those of the documents that are files this cooperative filed; the others are only words."""
    query = select(Evidence.sha256).where(Evidence.organisation_id == organisation_id, Evidence.sha256.in_(documents))
    return frozenset(db.session.scalars(query))


def name_of(user_id: str | None) -> str:
    """A user's name for the inside; a program's acts have none."""
    user = db.session.get(User, user_id) if user_id else None
    return user.name if user else _("the system")


def _purchase(row: Purchase, organisation: Organisation) -> Record:
    claims = [
        f"{CLAIMS.get(claim.claim, claim.claim)}: {claim.certificate.issuer} {claim.certificate.number}"
        for claim in row.claims
    ]
    return Record(
        row,
        _("Purchase of %(name)s", name=row.lot.name),
        facts=[
            (_("Bought from"), f"{row.supplier.number} {row.supplier.name}"),
            (_("Quantity"), quantity(row.quantity, row.lot.unit)),
            (_("Cost"), money(row.cost_minor, organisation.currency)),
            (_("Origin"), row.origin),
            (_("Bought on"), day(row.bought_on)),
            (_("Certificate"), ", ".join(claims)),
            (_("Note"), row.note),
        ],
        documents=[(_("Document of the purchase"), row.document_sha256 or "")],
        links=[
            _to_lot(row.lot),
            *(_to_record(_payment_words(it, organisation), it.id) for it in row.payments),
        ],
        cost_ids=(row.id,),
    )


def _supplier_payment(row: SupplierPayment, organisation: Organisation) -> Record:
    purchase = db.session.get_one(Purchase, row.purchase_id)
    return Record(
        row,
        _("Payment to %(name)s", name=purchase.supplier.name),
        facts=[
            (_("Amount"), money(row.amount_minor, organisation.currency)),
            (_("Way"), str(METHODS.get(row.method, row.method))),
            (_("Paid on"), day(row.paid_on)),
        ],
        documents=[(_("Supplier's own receipt"), row.payee_document or "")],
        links=[_to_record(_("Purchase of %(name)s", name=purchase.lot.name), purchase.id)],
        cost_ids=(purchase.id,),
    )


def _opening(row: OpeningStock, organisation: Organisation) -> Record:
    lot = db.session.get_one(Lot, row.lot_id)
    author = db.session.get(OpeningAuthor, row.id)
    return Record(
        row,
        _("%(name)s brought in, figures typed in", name=lot.name),
        facts=[
            (_("Brought in on"), day(row.brought_in_on)),
            (_("Quantity"), quantity(lot.quantity_in, lot.unit)),
            (_("Standing"), _("Declared: no record stands behind the figures")),
            (_("Typed in by"), name_of(author.typed_by) if author else ""),
            (_("Note"), row.note),
        ],
        links=[_to_lot(lot)],
        cost_ids=(row.id,),
    )


def _work(row: WorkRecord, organisation: Organisation) -> Record:
    step = db.session.get_one(Step, row.step_id)
    decision = db.session.get(Decision, row.rate_decision_id) if row.rate_decision_id else None
    rate = money(row.rate_minor, organisation.currency)
    return Record(
        row,
        _("Work of %(name)s: %(step)s", name=row.member.name, step=step.name),
        facts=[
            (_("Member"), f"{row.member.number} {row.member.name}"),
            (str(KINDS[row.kind]), number(row.quantity)),
            (_("Rate"), _("%(rate)s, %(number)s", rate=rate, number=decision.number) if decision else rate),
            (_("Hours"), number(row.hours)),
            (_("Wage"), money(row.amount_minor, organisation.currency)),
            (_("Worked on"), day(row.worked_on)),
            (_("Signed off"), _signed(row, organisation)),
            (_("Note"), row.note),
        ],
        documents=[(_("Photo of the step"), step.photo_sha256 or "")],
        members=[row.member],
        links=[_to_step(step), *([_to_record(decision.title, decision.id)] if decision else [])],
        cost_ids=(row.id,),
    )


def _own_cost(row: OwnCost, organisation: Organisation) -> Record:
    step = db.session.get_one(Step, row.step_id)
    return Record(
        row,
        _("Own cost of %(name)s: %(what)s", name=row.member.name, what=row.what),
        facts=[
            (_("Member"), f"{row.member.number} {row.member.name}"),
            (_("Amount"), money(row.amount_minor, organisation.currency)),
            (_("Repaid"), _("Yes") if row.is_reimbursed else _("No: subtracted in the hourly check")),
            (_("Laid out on"), day(row.worked_on)),
            (_("Signed off"), _signed(row, organisation)),
        ],
        members=[row.member],
        links=[_to_step(step)],
        cost_ids=(row.id,),
    )


def _step(row: Step, organisation: Organisation) -> Record:
    work, laid_out = work_of_step(row.id), own_costs_of_step(row.id)
    links = [_to_step(row)]
    links += [_to_record(_("Work of %(name)s: %(step)s", name=it.member.name, step=row.name), it.id) for it in work]
    links += [
        _to_record(_("Own cost of %(name)s: %(what)s", name=it.member.name, what=it.what), it.id) for it in laid_out
    ]
    return Record(
        row,
        _("Step: %(name)s", name=row.name),
        facts=[
            (_("Done on"), day(row.worked_on)),
            (_("District"), row.district or ""),
            (_("Main inputs"), quantity(row.main_in_g, "GRM")),
            (_("Outputs"), quantity(row.out_g, "GRM")),
            (_("Loss"), quantity(row.loss_g, "GRM")),
            *_override_facts(row.override),
            (_("Recorded by"), name_of(row.recorded_by)),
            (_("Signed off by"), name_of(row.posted_by) if row.posted_at else ""),
        ],
        documents=[(_("Photo of the step"), row.photo_sha256 or "")],
        members=list(
            ({it.member_id: it.member for it in work} | {it.member_id: it.member for it in laid_out}).values()
        ),
        links=links,
        cost_ids=(*(it.id for it in work), *(it.id for it in laid_out)),
    )


def _override_facts(row: StepOverride | None) -> list[tuple[str, str]]:
    """What an auditor asks of more than the recipe allows: how much, why, and who confirmed it."""
    if row is None:
        return []
    amounts = {"came": quantity(row.quantity, row.unit), "most": quantity(row.most, row.unit)}
    return [
        (_("More than the recipe allows"), _("%(came)s came out, %(most)s at most", **amounts)),
        (_("Reason for it"), row.reason),
        (_("Confirmed by"), name_of(row.approved_by) if row.approved_by else _("Not yet")),
    ]


def _payslip(row: Payslip, organisation: Organisation) -> Record:
    items = [it.record_id for it in row.items]
    return Record(
        row,
        _("Payslip %(number)s of %(name)s", number=row.number, name=row.member.name),
        facts=[
            (_("Wages"), money(row.wages_minor, organisation.currency)),
            (_("Own costs repaid"), money(row.own_costs_minor, organisation.currency)),
            (_("Top-ups"), money(row.top_ups_minor, organisation.currency)),
            (_("Net"), money(row.net_minor, organisation.currency)),
            (_("Due on"), day(row.due_on)),
            (_("Prepared by"), name_of(row.prepared_by)),
            (_("Approved by"), name_of(row.approved_by) if row.approved_by else ""),
        ],
        members=[row.member],
        links=[
            Link(_("The payslip's own page"), "wages.show", {"payslip_id": row.id}),
            *(_to_record(_("Record %(number)s on it", number=place), it) for place, it in enumerate(items, 1)),
            *(_to_record(_payment_words(it, organisation), it.id) for it in row.payments),
        ],
        cost_ids=tuple(items),
    )


def _wage_payment(row: WagePayment, organisation: Organisation) -> Record:
    slip = db.session.get_one(Payslip, row.payslip_id)
    return Record(
        row,
        _("Payment of payslip %(number)s", number=slip.number),
        facts=[
            (_("Member"), f"{slip.member.number} {slip.member.name}"),
            (_("Amount"), money(row.amount_minor, organisation.currency)),
            (_("Way"), str(METHODS.get(row.method, row.method))),
            (_("Paid on"), day(row.paid_on)),
            (_("Paid by"), name_of(row.paid_by)),
        ],
        documents=[(_("Proof of payment"), row.proof or "")],
        members=[slip.member],
        links=[_to_record(_("Payslip %(number)s of %(name)s", number=slip.number, name=slip.member.name), slip.id)],
        cost_ids=tuple(it.record_id for it in slip.items),
    )


def _top_up(row: TopUp, organisation: Organisation) -> Record:
    return Record(
        row,
        _("Top-up for %(name)s", name=row.member.name),
        facts=[
            (_("Amount"), money(row.amount_minor, organisation.currency)),
            (_("Granted on"), day(row.granted_on)),
            (_("Borne by"), _("The cooperative: a late cost, in no price")),
        ],
        members=[row.member],
    )


def _decision(row: Decision, organisation: Organisation) -> Record:
    return Record(
        row,
        _("Decision %(number)s: %(title)s", number=row.number, title=row.title),
        facts=[
            (_("Decided on"), day(row.decided_on)),
            (_("In force from"), day(row.effective_on)),
            (_("Present"), str(row.present)),
            (
                _("Votes"),
                _(
                    "%(yes)s for, %(no)s against, %(none)s abstained",
                    yes=row.votes_for,
                    no=row.votes_against,
                    none=row.votes_abstained,
                ),
            ),
            *((figure.kind, figure.value) for figure in row.figures),
        ],
    )


TELLERS: dict[type[Any], Callable[[Any, Organisation], Record]] = {
    WorkRecord: _work,
    Purchase: _purchase,
    OwnCost: _own_cost,
    OpeningStock: _opening,
    Step: _step,
    Payslip: _payslip,
    WagePayment: _wage_payment,
    SupplierPayment: _supplier_payment,
    TopUp: _top_up,
    Decision: _decision,
}
"""Every kind of record that the walk can show, the most often cited first."""


def _signed(row: WorkRecord | OwnCost, organisation: Organisation) -> str:
    if row.signed_off_at is None:
        return str(_("Not yet"))
    return str(
        _("%(when)s by %(name)s", when=moment(row.signed_off_at, organisation.zone), name=name_of(row.signed_off_by))
    )


def _payment_words(row: WagePayment | SupplierPayment, organisation: Organisation) -> str:
    return str(
        _("Payment of %(sum)s on %(day)s", sum=money(row.amount_minor, organisation.currency), day=day(row.paid_on))
    )


def _to_lot(lot: Lot) -> Link:
    return Link(_("Lot %(number)s", number=lot.number), "lots.show", {"lot_id": lot.id})


def _to_step(step: Step) -> Link:
    return Link(_("Step: %(name)s", name=step.name), "steps.show", {"step_id": step.id})


def _to_record(text: str, record_id: str) -> Link:
    return Link(text, "audit.record", {"record_id": record_id})
