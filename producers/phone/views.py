"""A member's own screens, and the way in to the capture screens for those who receive."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.models import Role
from marketplace.accounts.policy import RECEIVES, RoleIn
from marketplace.catalogue.models import Profile
from marketplace.config import PAGE_SIZE_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid, LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.money import Money
from marketplace.kernel.policy import allow
from producers.audit.queries import looks_at
from producers.audit.words import LOOKS
from producers.cooperatives.models import Member
from producers.cooperatives.queries import member_of_user
from producers.deliveries import notes
from producers.deliveries.services import rates_today
from producers.deliveries.views import slip_pdf
from producers.materials.queries import passbook_of_member
from producers.phone import queries, services
from producers.phone.schemas import ContestForm, FinishForm, StartForm

blueprint = Blueprint("phone", __name__)

WORKS = frozenset({Role.MEMBER, Role.COLLECTOR, Role.BOOKKEEPER, Role.MANAGER, Role.BOARD})
"""Whoever may be a member as well; an auditor never is."""

OWN_DEVICE = "phone_pin"


def shell() -> dict[str, Any]:
    """The cooperative's stripe beside every name on the phone screens."""
    if "organisation" not in g or not request.path.startswith("/s/"):
        return {}
    stripe = db.session.scalar(db.select(Profile.selvedge).where(Profile.organisation_id == g.organisation.id))
    return {"stripe": stripe or []}


@blueprint.get("/s/<organisation>/")
@allow(RoleIn(WORKS))
def home(organisation: str) -> Answer:
    """What the reader can do here."""
    me = member_of_user(g.organisation.id, g.actor.user_id)
    return render_template("producers/phone/home.html", me=me, receives=bool(g.actor.roles & RECEIVES))


@blueprint.get("/s/<organisation>/me")
@allow(RoleIn(WORKS))
def my_pay(organisation: str) -> Answer:
    """What I am owed, what I got, and what waits for my word."""
    me = _me()
    slips, work = queries.waiting_for_sign_off(me.id)
    return render_template(
        "producers/phone/my_pay.html",
        me=me,
        owed=queries.owed_to(me),
        lines=queries.lines_of(me),
        payments=queries.payments_of(me),
        waiting_slips=slips,
        waiting_work=[(record, queries.work_words(record)) for record in work],
    )


@blueprint.get("/s/<organisation>/me/why")
@allow(RoleIn(WORKS))
def why(organisation: str) -> Answer:
    """Record by record: quantity × rate, hours, and the decision behind the rate."""
    reasons, costs = queries.reasons_of(_me())
    rows = [(reason, queries.work_words(reason.work)) for reason in reasons]
    return render_template("producers/phone/why.html", rows=rows, costs=costs)


@blueprint.get("/s/<organisation>/me/looks")
@allow(RoleIn(WORKS))
def looks(organisation: str) -> Answer:
    """Who looked at my wages, at what, and when."""
    found = looks_at(_me().id, limit=PAGE_SIZE_MAX)
    return render_template("producers/phone/looks.html", looks=found, kinds=LOOKS)


@blueprint.get("/s/<organisation>/me/materials")
@allow(RoleIn(WORKS))
def my_materials(organisation: str) -> Answer:
    """My passbook: what of each lot came to my home and what became of it; what is still there first."""
    newest_first = passbook_of_member(_me().id)[::-1]
    holdings = sorted(newest_first, key=lambda it: not it.held)
    return render_template("producers/phone/my_materials.html", holdings=holdings)


@blueprint.get("/s/<organisation>/me/<kind>/<paper_id>")
@allow(RoleIn(WORKS))
def payment(organisation: str, kind: str, paper_id: str) -> Answer:
    """One payment of mine with what it is for."""
    return render_template("producers/phone/payment.html", payment=services.payment_of(_me(), kind, paper_id))


@blueprint.get("/s/<organisation>/me/slip/<paper_id>.pdf")
@allow(RoleIn(WORKS))
def my_slip_pdf(organisation: str, paper_id: str) -> Response:
    """My copy of a delivery slip."""
    return slip_pdf(services.payment_of(_me(), services.SLIP, paper_id).paper)  # type: ignore[arg-type]


@blueprint.post("/s/<organisation>/me/<kind>/<paper_id>/confirm")
@allow(RoleIn(WORKS))
def confirm(organisation: str, kind: str, paper_id: str) -> Answer:
    """I have received it."""
    me = _me()
    services.confirm(g.actor, services.payment_of(me, kind, paper_id), by=me, how=OWN_DEVICE)
    return done(url_for("phone.my_pay", organisation=organisation), _("Noted: you have received the money."))


@blueprint.post("/s/<organisation>/me/<kind>/<paper_id>/withdraw")
@allow(RoleIn(WORKS))
def withdraw(organisation: str, kind: str, paper_id: str) -> Answer:
    """It was right after all."""
    me = _me()
    services.withdraw(g.actor, services.payment_of(me, kind, paper_id), by=me, how=OWN_DEVICE)
    return done(url_for("phone.my_pay", organisation=organisation), _("Withdrawn: the amount was right."))


@blueprint.route("/s/<organisation>/me/<kind>/<paper_id>/contest", methods=["GET", "POST"])
@allow(RoleIn(WORKS))
def contest(organisation: str, kind: str, paper_id: str) -> Answer:
    """The amount is wrong."""
    me = _me()
    found = services.payment_of(me, kind, paper_id)
    if request.method == "GET":
        return show_form("producers/phone/contest.html", payment=found)
    try:
        received, note = contested(found)
        services.contest(g.actor, found, by=me, how=OWN_DEVICE, received=received, note=note)
    except LumbungError as error:
        return show_form("producers/phone/contest.html", error, payment=services.payment_of(_me(), kind, paper_id))
    return done(url_for("phone.my_pay", organisation=organisation), said_wrong())


@blueprint.route("/s/<organisation>/me/notes", methods=["GET", "POST"])
@allow(RoleIn(WORKS))
def my_work(organisation: str) -> Answer:
    """My own notes of work: begun, finished, waiting to be weighed."""
    me = _me()
    context: dict[str, Any] = {"notes": notes.notes_of(me.id), "rates": rates_today(g.organisation)}
    if request.method == "GET":
        return show_form("producers/phone/my_work.html", values={"client_key": ids.new_id()}, **context)
    try:
        notes.start_work(g.actor, me, **load_form(StartForm))
    except LumbungError as error:
        return show_form("producers/phone/my_work.html", error, **context)
    return done(request.path, _("Noted. Come back when it is finished."))


@blueprint.route("/s/<organisation>/me/notes/<note_id>", methods=["GET", "POST"])
@allow(RoleIn(WORKS))
def finish_work(organisation: str, note_id: str) -> Answer:
    """Finish a piece of work: how many, how many hours."""
    me = _me()
    note = notes.note_of(me, note_id)
    if request.method == "GET":
        return show_form("producers/phone/finish_work.html", values={"pieces": 1}, note=note)
    if "pieces_step" in request.form:
        return show_form("producers/phone/finish_work.html", values=_stepped(), note=note)
    try:
        notes.finish_work(g.actor, note, me, **load_form(FinishForm))
    except LumbungError as error:
        return show_form("producers/phone/finish_work.html", error, note=notes.note_of(_me(), note_id))
    address = url_for("phone.my_work", organisation=organisation)
    return done(address, _("Noted. Hand the pieces over; they are weighed and signed off at the cooperative."))


def contested(payment: services.Payment) -> tuple[Money, str]:
    """What the sent form says was received, less than or other than the sum, and the words with it."""
    entered = load_form(ContestForm)
    try:
        received = Money.parse(str(entered["received"]), payment.amount.currency)
    except ValueError as error:
        raise Invalid(fields={"received": _("This currency has no such small coin.")}) from error
    if received == payment.amount:
        raise Invalid(fields={"received": _("This is the whole amount. If you received it, say so instead.")})
    return received, entered["note"]


def said_wrong() -> str:
    """What a member is told once she has contested."""
    return str(_("Noted: the amount is wrong. The cooperative looks into it; the whole sum stays owed to you."))


def _stepped() -> dict[str, Any]:
    text = request.form.get("pieces", "")
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    step = 1 if request.form["pieces_step"] == "1" else -1
    return {"pieces": max(1, count + step), "hours": request.form.get("hours", "")}


def _me() -> Member:
    """The member who reads; NotFound where the reader is not a member of the cooperative."""
    me = member_of_user(g.organisation.id, g.actor.user_id)
    if me is None or (me.left_on and me.left_on < clock.today(g.organisation.zone)):
        raise NotFound
    return me
