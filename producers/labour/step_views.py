"""Steps in the console: record one, look at one."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.accounts.policy import PREPARES, READS_WAGES, RoleIn
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, done, load_form
from marketplace.kernel.policy import allow
from producers.audit.records import name_of
from producers.audit.services import note_looks
from producers.cooperatives.evidence import file_kept
from producers.cooperatives.queries import members
from producers.cooperatives.uploads import taken
from producers.decisions.queries import figures_on
from producers.labour import queries, review, services
from producers.labour.schemas import StepHead
from producers.labour.step_form import PRESET_ROWS, Draft, Reader, at_fields, counts_in
from producers.labour.words import KINDS
from producers.lots import browse, steps
from producers.lots.errors import YieldTooHigh
from producers.lots.models import Step
from producers.lots.queries import step_of
from producers.lots.words import PRESETS, STEP_STATES

blueprint = Blueprint("steps", __name__)


@blueprint.get("/k/<organisation>/steps/new")
@allow(RoleIn(PREPARES))
def new(organisation: str) -> Answer:
    """The empty form of a step, shaped by a preset, with a lot chosen where the reader came from one."""
    preset = request.args.get("preset", "process")
    rows = PRESET_ROWS.get(preset, PRESET_ROWS["process"])
    values = {f"rows_{kind}": str(count) for kind, count in rows.items()}
    values["worked_on"] = clock.today(g.organisation.zone).isoformat()
    values["district"] = g.organisation.district or ""
    values["in_place_0"] = request.args.get("lot", "")
    if preset in ("split", "merge"):
        values |= {"name": str(PRESETS[preset]), "max_yield": "1"}
    return _page(MultiDict(values), lot_id=request.args.get("lot", ""))


@blueprint.post("/k/<organisation>/steps/new")
@allow(RoleIn(PREPARES))
def record(organisation: str) -> Answer:
    """Add a row, work out the loss, or record the step with its work and own costs."""
    act = request.form.get("act", "check")
    if act.startswith("add_"):
        return _page(request.form)
    try:
        photo = taken("photo")
    except LumbungError as error:
        return _page(request.form, errors=dict(error.fields), status=error.status)
    places, draft, head, errors = _read()
    if errors or act != "save":
        return _page(request.form, draft=draft, errors=errors, status=422 if errors else 200)
    if request.form.get("loss_shown") != str(draft.loss_g):
        sentence = _("Look at the loss below. If it is right, save the step.")
        return _page(request.form, draft=draft, refusal=sentence, status=422)
    try:
        photo_sha256 = file_kept(g.actor, g.organisation, photo).sha256 if photo else None
        step = _save(draft, head, photo_sha256)
    except LumbungError as error:
        at = at_fields(error, request.form, places)
        refusal = "" if at else error.sentence
        db.session.rollback()
        over = isinstance(error, YieldTooHigh)
        return _page(request.form, draft=draft, errors=at, refusal=refusal, status=error.status, over_yield=over)
    sentence = _("The step is recorded. A second person signs it off.")
    return done(url_for("steps.show", organisation=organisation, step_id=step.id), sentence)


@blueprint.get("/k/<organisation>/steps/<step_id>")
@allow(RoleIn(READS_WAGES))
def show(organisation: str, step_id: str) -> Answer:
    """One step: what went in and came out, who worked, what it cost."""
    step = step_of(g.organisation.id, step_id)
    work, laid_out = queries.work_of_step(step.id), queries.own_costs_of_step(step.id)
    note_looks(g.actor, "work", [(member_id, step.id) for member_id in review.Waiting(step, work, laid_out).member_ids])
    return render_template(
        "producers/labour/step.html",
        step=step,
        work=work,
        laid_out=laid_out,
        state=STEP_STATES[step.state],
        kinds=KINDS,
        homes={member.id: member for member in members(g.organisation.id)},
        recorded_by=name_of(step.recorded_by),
        posted_by=name_of(step.posted_by),
        may_sign=bool(g.actor.roles & PREPARES) and step.recorded_by != g.actor.user_id,
        currency=g.organisation.currency,
    )


def _rates() -> dict[str, Any]:
    """The rates in force today by their key, each with the decision it cites."""
    figures = figures_on(g.organisation.id, clock.today(g.organisation.zone))
    return {kind.partition(":")[2]: figure for kind, figure in figures.items() if kind.startswith("rate:")}


def _read() -> tuple[list[browse.Place], Draft, dict[str, Any], dict[str, Any]]:
    head: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    try:
        head = load_form(StepHead)
        head["max_yield"] = head["max_yield"].replace(",", ".")
    except Invalid as error:
        errors |= error.fields
    places = browse.places(g.organisation.id, first=request.form.get("in_place_0", "").partition("@")[0])
    reader = Reader(
        request.form,
        places=places,
        members=members(g.organisation.id, on=clock.today(g.organisation.zone)),
        rates=_rates(),
        currency=g.organisation.currency,
    )
    draft = reader.read()
    return places, draft, head, errors | draft.errors


def _save(draft: Draft, head: dict[str, Any], photo_sha256: str | None) -> Step:
    step = steps.record_step(
        g.actor,
        g.organisation,
        **head,
        inputs=draft.inputs,
        outputs=draft.outputs,
        loss_g=draft.loss_g,
        photo_sha256=photo_sha256,
    )
    for work in draft.works:
        services.record_work(
            g.actor,
            step,
            work.member,
            kind=work.kind,
            quantity=work.quantity,
            hours=work.hours,
            rate=work.rate,
            rate_key=work.rate_key,
        )
    for cost in draft.costs:
        services.record_own_cost(
            g.actor, step, cost.member, what=cost.what, amount=cost.amount, is_reimbursed=cost.is_reimbursed
        )
    return step


def _page(
    values: MultiDict[str, str],
    *,
    draft: Draft | None = None,
    errors: dict[str, Any] | None = None,
    refusal: str = "",
    status: int = 200,
    lot_id: str = "",
    over_yield: bool = False,
) -> Answer:
    chosen = lot_id or values.get("in_place_0", "").partition("@")[0]
    page = render_template(
        "producers/labour/step_new.html",
        values=values,
        errors={name: str(sentence) for name, sentence in (errors or {}).items()},
        refusal=refusal,
        over_yield=over_yield,
        rows=counts_in(values),
        draft=draft,
        places=browse.places(g.organisation.id, first=chosen),
        people=members(g.organisation.id, on=clock.today(g.organisation.zone)),
        rates=_rates(),
        kinds=KINDS,
        currency=g.organisation.currency,
    )
    return page, status
