"""Members: who works here, what each agreed to, who left."""

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import RECEIVES, RUNS, RoleIn
from marketplace.config import TEXT_CHARACTERS_MAX
from marketplace.kernel import clock
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.i18n import language
from marketplace.kernel.mail import address_of
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.cooperatives import joining, lists, queries, register, services
from producers.cooperatives.models import CONSENT_KINDS, Member
from producers.cooperatives.schemas import ConsentForm, LeaveForm, MemberForm, NewMemberForm
from producers.cooperatives.views import CONSOLE
from producers.cooperatives.words import CONSENTS, SEXES, WAYS

blueprint = Blueprint("members", __name__)


@blueprint.get("/k/<organisation>/members")
@allow(RoleIn(CONSOLE))
def index(organisation: str) -> Answer:
    """The members of today, or those who left, sought by name or number."""
    sought = request.args.get("q", "").strip()[:TEXT_CHARACTERS_MAX]
    gone = request.args.get("gone") == "1"
    day = clock.today(g.organisation.zone)
    page = lists.listed_members(g.organisation.id, number=page_asked(), on=day, sought=sought, gone=gone)
    return render_template("producers/cooperatives/members.html", page=page, sought=sought, gone=gone)


@blueprint.route("/k/<organisation>/members/new", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def new(organisation: str) -> Answer:
    """Enrol a member."""
    if request.method == "POST":
        try:
            member = services.enrol_member(g.actor, g.organisation, **load_form(NewMemberForm))
        except LumbungError as error:
            return show_form("producers/cooperatives/member_new.html", error, sexes=SEXES)
        return done(_address("members.consents", member), _("%(name)s is enrolled.", name=member.name))
    fresh = {"joined_on": clock.today(g.organisation.zone).isoformat()}
    return show_form("producers/cooperatives/member_new.html", values=fresh, sexes=SEXES)


@blueprint.get("/k/<organisation>/members/<member_id>")
@allow(RoleIn(CONSOLE))
def show(organisation: str, member_id: str) -> Answer:
    """What the register knows of one member."""
    member = queries.member_of(g.organisation.id, member_id)
    return render_template(
        "producers/cooperatives/member.html",
        member=member,
        said=queries.answers_of(member.id),
        kinds=CONSENTS,
        ways=WAYS,
        sexes=SEXES,
    )


@blueprint.route("/k/<organisation>/members/<member_id>/edit", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def edit(organisation: str, member_id: str) -> Answer:
    """Correct the register."""
    member = queries.member_of(g.organisation.id, member_id)
    context: dict[str, Any] = {"member": member, "sexes": SEXES}
    if request.method == "POST":
        try:
            register.correct_member(g.actor, member, **load_form(MemberForm))
        except LumbungError as error:
            return show_form("producers/cooperatives/member_edit.html", error, **context)
        return done(_address("members.show", member), _("Saved."))
    stands = {
        "name": member.name,
        "joined_on": member.joined_on.isoformat(),
        "sex": member.sex or "",
        "birth_year": member.birth_year or "",
    }
    return show_form("producers/cooperatives/member_edit.html", values=stands, **context)


@blueprint.route("/k/<organisation>/members/<member_id>/leave", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def leave(organisation: str, member_id: str) -> Answer:
    """Note that a member left."""
    member = queries.member_of(g.organisation.id, member_id)
    if request.method == "POST":
        try:
            register.note_leaving(g.actor, member, load_form(LeaveForm)["left_on"])
        except LumbungError as error:
            return show_form("producers/cooperatives/member_leave.html", error, member=member)
        return done(_address("members.show", member), _("Noted. What she is owed stays owed."))
    fresh = {"left_on": clock.today(g.organisation.zone).isoformat()}
    return show_form("producers/cooperatives/member_leave.html", values=fresh, member=member)


@blueprint.post("/k/<organisation>/members/<member_id>/invite")
@allow(RoleIn(RUNS))
def invite(organisation: str, member_id: str) -> Answer:
    """Invite a member to sign in; the link is shown once."""
    member = queries.member_of(g.organisation.id, member_id)
    try:
        offer, secret = joining.invite_member(g.actor, member, language=language())
    except LumbungError as error:
        flash(error.sentence, "wrong")
        return done(_address("members.show", member))
    link = address_of("accounts.invitation", token=secret)
    return render_template("marketplace/accounts/invited.html", invitation=offer, link=link)


@blueprint.route("/k/<organisation>/members/<member_id>/consents", methods=["GET", "POST"])
@allow(RoleIn(RECEIVES))
def consents(organisation: str, member_id: str) -> Answer:
    """Record what a member agrees to, and how she said so."""
    member = queries.member_of(g.organisation.id, member_id)
    context: dict[str, Any] = {"member": member, "kinds": CONSENTS, "ways": WAYS}
    if request.method == "POST":
        try:
            answer = load_form(ConsentForm)
            register.set_consents(g.actor, member, frozenset(answer["kinds"]), how=answer["how"])
        except LumbungError as error:
            return show_form(
                "producers/cooperatives/consents.html", error, chosen=request.form.getlist("kinds"), **context
            )
        return done(_address("members.show", member), _("Saved. It holds for everything published from now on."))
    chosen = [kind for kind in CONSENT_KINDS if queries.standing_consent(member.id, kind)]
    return show_form("producers/cooperatives/consents.html", chosen=chosen, **context)


def _address(endpoint: str, member: Member) -> str:
    return url_for(endpoint, organisation=g.organisation.slug, member_id=member.id)
