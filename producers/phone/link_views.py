"""Personal links: made beside a slip or payslip by who hands over the money, opened by the payee without an account."""

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.policy import PREPARES, RECEIVES, RoleIn
from marketplace.config import PERSONAL_LINK_DAYS_MAX
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, show_form
from marketplace.kernel.policy import LINK, allow
from marketplace.kernel.qr import qr_svg
from producers.deliveries.queries import slip_of
from producers.phone import links, services
from producers.phone.views import contested, said_wrong
from producers.wages.queries import payslip_of

blueprint = Blueprint("links", __name__)

BY_LINK = "personal_link"


@blueprint.post("/s/<organisation>/slips/<slip_id>/link")
@allow(RoleIn(RECEIVES))
def of_slip(organisation: str, slip_id: str) -> Answer:
    """A link to a delivery slip, to send or print; a collector makes it for slips of her own."""
    only = None if g.actor.roles & PREPARES else g.actor.user_id
    slip = slip_of(g.organisation.id, slip_id, made_by=only)
    return _send(services.payment_of(slip.member, services.SLIP, slip.id))


@blueprint.post("/s/<organisation>/payslips/<payslip_id>/link")
@allow(RoleIn(PREPARES))
def of_payslip(organisation: str, payslip_id: str) -> Answer:
    """A link to a payslip, to send or print."""
    payslip = payslip_of(g.organisation.id, payslip_id)
    return _send(services.payment_of(payslip.member, services.PAYSLIP, payslip.id))


@blueprint.get("/p/<token>")
@allow(LINK)
def show(token: str) -> Answer:
    """One payment, to whoever holds its link."""
    payment, _member = links.payment_behind(token)
    return render_template("producers/phone/link.html", payment=payment, token=token)


@blueprint.post("/p/<token>/confirm")
@allow(LINK)
def confirm(token: str) -> Response:
    """The payee has received it."""
    links.count_answer(token)
    payment, member = links.payment_behind(token)
    services.confirm(SYSTEM, payment, by=member, how=BY_LINK)
    return _back(token, _("Noted: you have received the money."))


@blueprint.post("/p/<token>/withdraw")
@allow(LINK)
def withdraw(token: str) -> Response:
    """It was right after all."""
    links.count_answer(token)
    payment, member = links.payment_behind(token)
    services.withdraw(SYSTEM, payment, by=member, how=BY_LINK)
    return _back(token, _("Withdrawn: the amount was right."))


@blueprint.route("/p/<token>/contest", methods=["GET", "POST"])
@allow(LINK)
def contest(token: str) -> Answer | Response:
    """The amount is wrong."""
    if request.method == "GET":
        payment, _member = links.payment_behind(token)
        return show_form("producers/phone/link_contest.html", payment=payment, token=token)
    links.count_answer(token)
    payment, member = links.payment_behind(token)
    try:
        received, note = contested(payment)
        services.contest(SYSTEM, payment, by=member, how=BY_LINK, received=received, note=note)
    except LumbungError as error:
        payment, member = links.payment_behind(token)
        return show_form("producers/phone/link_contest.html", error, payment=payment, token=token)
    return _back(token, said_wrong())


def _send(payment: services.Payment) -> Answer:
    address = current_app.config["BASE_URL"] + url_for("links.show", token=links.make_link(g.actor, payment))
    text = _("%(number)s from %(name)s: %(address)s", number=payment.number, name=g.organisation.name, address=address)
    return render_template(
        "producers/phone/send.html",
        payment=payment,
        address=address,
        text=text,
        qr=Markup(qr_svg(address, title=_("Personal link"))),  # noqa: S704 - our own drawing of our own address
        days=PERSONAL_LINK_DAYS_MAX,
    )


def _back(token: str, sentence: str) -> Response:
    flash(sentence, "good")
    return redirect(url_for("links.show", token=token), 303)
