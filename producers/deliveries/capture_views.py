"""The capture screens at the door: choose the member, enter what changes hands, check it with her, save.

Steppers and the way back send the same form, so nothing entered is lost without script; only "Save" writes.
"""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.accounts.policy import RECEIVES, RoleIn
from marketplace.config import SLIP_PIECES_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, load_form, show_form
from marketplace.kernel.money import Money
from marketplace.kernel.policy import allow
from producers.cooperatives.models import Member
from producers.cooperatives.queries import member_of
from producers.deliveries import queries, services
from producers.deliveries.schemas import SlipForm

blueprint = Blueprint("capture", __name__)

COUNTED = ("good", "to_repair")


@blueprint.get("/s/<organisation>/slips/new")
@allow(RoleIn(RECEIVES))
def choose_member(organisation: str) -> Answer:
    """Who hands over? Those who were here last come first."""
    members = queries.members_by_recency(g.organisation.id, clock.today(g.organisation.zone))
    return render_template("producers/deliveries/choose_member.html", members=members)


@blueprint.route("/s/<organisation>/slips/new/<member_id>", methods=["GET", "POST"])
@allow(RoleIn(RECEIVES))
def new_slip(organisation: str, member_id: str) -> Answer:
    """Enter a slip; the pressed button says whether to count, check, change or save."""
    member = member_of(g.organisation.id, member_id)
    if request.method == "GET":
        return _enter(member, values=_usual(member))
    stepped = next((name for name in COUNTED if f"{name}_step" in request.form), None)
    if stepped:
        return _enter(member, values=_counted(stepped))
    if "change" in request.form:
        return _enter(member, values=request.form)
    try:
        entered = _entered()
        if "save" not in request.form:
            draft = services.draft_slip(g.organisation, member.id, entered)
            return render_template("producers/deliveries/check_slip.html", draft=draft, entered=request.form)
        slip = services.record_slip(g.actor, g.organisation, member.id, entered, client_key=entered["client_key"])
    except LumbungError as error:
        return _enter(member, error)
    flash(_("Saved. Slip number %(number)s.", number=slip.name), "good")
    return redirect(url_for("slips.show", organisation=organisation, slip_id=slip.id), 303)  # type: ignore[return-value]


def _entered() -> dict[str, Any]:
    entered = load_form(SlipForm)
    try:
        entered["paid_minor"] = Money.parse(str(entered.pop("paid")), g.organisation.currency).minor
    except ValueError as error:
        raise Invalid(fields={"paid": _("This currency has no such small coin.")}) from error
    return entered


def _usual(member: Member) -> MultiDict[str, Any]:
    """What the next slip most likely says: nothing counted yet, the work of the last one, a fresh key."""
    last = queries.last_slip(member.id)
    rate_key = last.rate_key if last and last.rate_key else ""
    return MultiDict({"client_key": ids.new_id(), "rate_key": rate_key, "good": "0", "to_repair": "0"})


def _counted(name: str) -> MultiDict[str, Any]:
    """The form as sent with one count moved by its stepper; a count that cannot be read starts from nothing."""
    values = MultiDict(request.form)
    text = values.get(name, "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    step = 1 if request.form[f"{name}_step"] == "1" else -1
    values[name] = str(min(SLIP_PIECES_MAX, max(0, count + step)))
    return values


def _enter(member: Member, error: LumbungError | None = None, *, values: Any = None) -> Answer:
    lots = queries.lots_to_issue(g.organisation.id, member.id)
    rates = services.rates_today(g.organisation)
    last = queries.last_slip(member.id)
    return show_form(
        "producers/deliveries/enter_slip.html", error, values=values, member=member, lots=lots, rates=rates, last=last
    )
