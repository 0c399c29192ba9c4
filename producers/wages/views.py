"""Payslips in the console: list, prepare, approve, look at, print."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import PREPARES, READS_WAGES, RUNS, RoleIn
from marketplace.config import TEXT_CHARACTERS_MAX
from marketplace.kernel import clock
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.audit.records import name_of
from producers.audit.services import note_looks
from producers.cooperatives.models import Member
from producers.cooperatives.queries import member_of
from producers.labour.models import OwnCost, WorkRecord
from producers.wages import browse, queries, services
from producers.wages.models import Payslip, TopUp
from producers.wages.schemas import PayslipForm
from producers.wages.slip_lines import lines_of, step_names
from producers.wages.states import TRANSITIONS, SlipEvent, SlipState
from producers.wages.words import EVENTS, GROUPS, METHODS, STATES, WAYS

blueprint = Blueprint("wages", __name__)


@blueprint.get("/k/<organisation>/pay")
@allow(RoleIn(READS_WAGES))
def index(organisation: str) -> Answer:
    """The payslips, by what is still to be done with them."""
    group = request.args.get("group", "all")
    group = group if group in GROUPS else "all"
    sought = request.args.get("q", "").strip()[:TEXT_CHARACTERS_MAX]
    page = browse.listed_payslips(g.organisation.id, number=page_asked(), group=group, sought=sought)
    note_looks(g.actor, "payslips", [(slip.member_id, slip.member_id) for slip in page.items])
    return render_template(
        "producers/wages/list.html",
        page=page,
        group=group,
        sought=sought,
        groups=GROUPS,
        states=STATES,
        may_prepare=bool(g.actor.roles & PREPARES),
        currency=g.organisation.currency,
        today=clock.today(g.organisation.zone),
    )


@blueprint.get("/k/<organisation>/pay/new")
@allow(RoleIn(PREPARES))
def choose_member(organisation: str) -> Answer:
    """Who has pay signed off that stands on no slip yet."""
    payable = browse.payable_members(g.organisation.id)
    note_looks(g.actor, "payslips", [(it.member.id, it.member.id) for it in payable])
    return render_template("producers/wages/choose.html", payable=payable, currency=g.organisation.currency)


@blueprint.route("/k/<organisation>/pay/new/<member_id>", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def new(organisation: str, member_id: str) -> Answer:
    """Put a member's signed-off records on a slip."""
    member = member_of(g.organisation.id, member_id)
    if request.method == "POST":
        try:
            answer = load_form(PayslipForm)
            slip = services.prepare_payslip(g.actor, g.organisation, member, answer["records"], due_on=answer["due_on"])
        except LumbungError as error:
            chosen = request.form.getlist("records")
            return show_form("producers/wages/new.html", error, chosen=chosen, **_payable(member))
        sentence = _("Payslip %(number)s is prepared. A second person approves it.", number=slip.number)
        return done(_address("wages.show", slip), sentence)
    note_looks(g.actor, "payslips", [(member.id, member.id)])
    context = _payable(member)
    chosen = [row.id for row in [*context["work"], *context["laid_out"], *context["top_ups"]]]
    fresh = {"due_on": clock.today(g.organisation.zone).isoformat()}
    return show_form("producers/wages/new.html", values=fresh, chosen=chosen, **context)


@blueprint.get("/k/<organisation>/pay/<payslip_id>")
@allow(RoleIn(READS_WAGES))
def show(organisation: str, payslip_id: str) -> Answer:
    """One payslip: what it pays for, where it stands, what happened to it."""
    slip = queries.payslip_of(g.organisation.id, payslip_id)
    note_looks(g.actor, "payslip", [(slip.member_id, slip.id)])
    return render_template("producers/wages/payslip.html", **_told(slip))


@blueprint.post("/k/<organisation>/pay/<payslip_id>/approve")
@allow(RoleIn(RUNS))
def approve(organisation: str, payslip_id: str) -> Answer:
    """Let a slip be paid: a second person's word."""
    slip = services.approve_payslip(g.actor, queries.payslip_of(g.organisation.id, payslip_id))
    return done(_address("wages.show", slip), _("Payslip %(number)s is approved and can be paid.", number=slip.number))


@blueprint.get("/k/<organisation>/pay/<payslip_id>/print")
@allow(RoleIn(READS_WAGES))
def printed(organisation: str, payslip_id: str) -> Answer:
    """The slip on paper, to sign and to take home."""
    slip = queries.payslip_of(g.organisation.id, payslip_id)
    note_looks(g.actor, "payslip", [(slip.member_id, slip.id)])
    return render_template("producers/wages/payslip_paper.html", **_told(slip))


def _told(slip: Payslip) -> dict[str, Any]:
    """What a page or paper says of a slip."""
    may = {event for event in SlipEvent if (SlipState(slip.state), event) in TRANSITIONS}
    prepares = bool(g.actor.roles & PREPARES)
    return {
        "slip": slip,
        "lines": lines_of(slip),
        "state": STATES[SlipState(slip.state)],
        "events": EVENTS,
        "methods": METHODS,
        "ways": WAYS,
        "name_of": name_of,
        "may_approve": SlipEvent.APPROVE in may and bool(g.actor.roles & RUNS) and slip.prepared_by != g.actor.user_id,
        "waits_for_other": SlipEvent.APPROVE in may and slip.prepared_by == g.actor.user_id,
        "may_pay": SlipEvent.PAY_WITH_PROOF in may and prepares,
        "may_file_proof": SlipEvent.FILE_PROOF in may and prepares,
        "may_hear": bool(may & {SlipEvent.CONFIRM, SlipEvent.CONTEST, SlipEvent.WITHDRAW}) and prepares,
        "currency": g.organisation.currency,
    }


def _payable(member: Member) -> dict[str, Any]:
    work: list[WorkRecord] = list(queries.unslipped_work(g.organisation.id, member.id))
    laid_out: list[OwnCost] = list(queries.unslipped_own_costs(g.organisation.id, member.id))
    top_ups: list[TopUp] = list(browse.unslipped_top_ups(member.id))
    return {
        "member": member,
        "work": work,
        "laid_out": laid_out,
        "top_ups": top_ups,
        "steps": step_names([row.step_id for row in work]),
        "currency": g.organisation.currency,
    }


def _address(endpoint: str, slip: Payslip) -> str:
    return url_for(endpoint, organisation=g.organisation.slug, payslip_id=slip.id)
