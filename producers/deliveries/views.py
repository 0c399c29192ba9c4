"""Slips once they are saved: shown, printed, listed by day, weighed, taken along as a table."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.models import Role
from marketplace.accounts.policy import PREPARES, RECEIVES, RoleIn
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load, load_form, show_form
from marketplace.kernel.i18n import language
from marketplace.kernel.pdf import house_css, render_pdf
from marketplace.kernel.policy import allow
from producers.deliveries import queries, voiding, weighing
from producers.deliveries.models import DeliverySlip
from producers.deliveries.recap import month_sheet
from producers.deliveries.schemas import DayForm, MonthForm, VoidForm, WeighForm
from producers.lots.errors import YieldTooHigh

blueprint = Blueprint("slips", __name__)


@blueprint.get("/s/<organisation>/slips")
@allow(RoleIn(RECEIVES))
def of_day(organisation: str) -> Answer:
    """The slips of one day with their sums; a collector sees her own."""
    today = clock.today(g.organisation.zone)
    try:
        day = load(DayForm, request.args).get("day", today)
    except Invalid:
        raise NotFound from None
    prepares = bool(g.actor.roles & PREPARES)
    if prepares:
        slips, waiting = queries.of_day_and_unweighed(g.organisation.id, day)
    else:
        slips, waiting = list(queries.slips_between(g.organisation.id, day, day, made_by=_only())), []
    return render_template(
        "producers/deliveries/day.html",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
        slips=slips,
        totals=queries.totals(slips),
        waiting=waiting,
        prepares=prepares,
    )


@blueprint.get("/s/<organisation>/slips/<slip_id>")
@allow(RoleIn(RECEIVES))
def show(organisation: str, slip_id: str) -> Answer:
    """One slip, with what to do next."""
    slip = queries.slip_of(g.organisation.id, slip_id, made_by=_only())
    return render_template("producers/deliveries/slip.html", slip=slip, prepares=bool(g.actor.roles & PREPARES))


@blueprint.get("/s/<organisation>/slips/<slip_id>/paper")
@allow(RoleIn(RECEIVES))
def paper(organisation: str, slip_id: str) -> Answer:
    """The slip to print: both copies on one page."""
    slip = queries.slip_of(g.organisation.id, slip_id, made_by=_only())
    return render_template("producers/deliveries/paper.html", slip=slip)


@blueprint.get("/s/<organisation>/slips/<slip_id>.pdf")
@allow(RoleIn(RECEIVES))
def pdf(organisation: str, slip_id: str) -> Response:
    """The same as PDF, to keep or send."""
    return slip_pdf(queries.slip_of(g.organisation.id, slip_id, made_by=_only()))


@blueprint.route("/s/<organisation>/slips/<slip_id>/weigh", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def weigh(organisation: str, slip_id: str) -> Answer:
    """Weigh and judge the pieces of a slip; the step then waits for sign-off."""
    slip = queries.slip_of(g.organisation.id, slip_id)
    context: dict[str, Any] = {"slip": slip, "lots": weighing.lots_at_home(slip.member_id)}
    if request.method == "GET":
        first = context["lots"][0].id if context["lots"] else ""
        values = {"good": slip.good, "hours": weighing.hours_noted(slip), "lot_id": first}
        return show_form("producers/deliveries/weigh.html", values=values, **context)
    try:
        weighing.weigh_slip(g.actor, slip, load_form(WeighForm))
    except LumbungError as error:
        over = isinstance(error, YieldTooHigh)
        return show_form("producers/deliveries/weigh.html", error, over_yield=over, **context)
    address = url_for("slips.show", organisation=organisation, slip_id=slip.id)
    return done(address, _("Weighed. The wage waits for sign-off by a second person."))


@blueprint.route("/s/<organisation>/slips/<slip_id>/void", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def void(organisation: str, slip_id: str) -> Answer:
    """Make a wrong slip void; everything it moved moves back."""
    slip = queries.slip_of(g.organisation.id, slip_id)
    if request.method == "GET":
        return show_form("producers/deliveries/void.html", slip=slip)
    try:
        voiding.void_slip(g.actor, slip, **load_form(VoidForm))
    except LumbungError as error:
        return show_form("producers/deliveries/void.html", error, slip=slip)
    address = url_for("slips.show", organisation=organisation, slip_id=slip.id)
    return done(address, _("The slip is void. What it moved is back."))


@blueprint.get("/s/<organisation>/slips/recap.xlsx")
@allow(RoleIn(PREPARES))
def recap(organisation: str) -> Response:
    """One sheet with all slips of a month."""
    today = clock.today(g.organisation.zone)
    try:
        month = load(MonthForm, request.args).get("month", today.isoformat()[:7])
    except Invalid:
        raise NotFound from None
    first = date.fromisoformat(f"{month}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    slips = queries.slips_between(g.organisation.id, first, last)
    name = f"nota-setoran-{organisation}-{month}.xlsx"
    return _file(month_sheet(g.organisation, month, slips), XLSX, name)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def slip_pdf(slip: DeliverySlip) -> Response:
    """The slip's PDF; the same slip in the same language gives the same bytes."""
    html = render_template("producers/deliveries/paper.html", slip=slip, for_pdf=True)
    identifier = f"{current_app.config['BASE_URL']}/slips/{slip.id}"
    document = render_pdf(html, css=house_css(), identifier=identifier, created=slip.made_at, lang=language())
    return _file(document, "application/pdf", f"{slip.name}.pdf")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _only() -> str | None:
    """Whose slips the reader may see: a collector her own, who prepares pay all of them."""
    if g.actor.roles & PREPARES:
        return None
    assert Role.COLLECTOR in g.actor.roles
    return str(g.actor.user_id)
