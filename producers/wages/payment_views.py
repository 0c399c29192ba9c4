"""Payments of payslips in the console: pay, file the proof, write down a member's word."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import PREPARES, RoleIn
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.policy import allow
from producers.audit.services import note_looks
from producers.cooperatives.evidence import file_kept
from producers.cooperatives.uploads import taken
from producers.deliveries.advances import pay_payslip, to_hand_over
from producers.wages import queries, services
from producers.wages.models import Payslip
from producers.wages.schemas import PaymentForm, WordForm
from producers.wages.states import CONTESTED, TRANSITIONS, SlipEvent, SlipState
from producers.wages.words import METHODS, TOLD, WAYS

blueprint = Blueprint("payments_of_wages", __name__)

HEARD: dict[str, Callable[..., Payslip]] = {
    "confirm": services.confirm_payment,
    "contest": services.contest_payment,
    "withdraw": services.withdraw_contest,
}


@blueprint.route("/k/<organisation>/pay/<payslip_id>/payment", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def pay(organisation: str, payslip_id: str) -> Answer:
    """Record that a slip was paid, with its proof; of a contested slip it is the second payment."""
    slip = queries.payslip_of(g.organisation.id, payslip_id)
    if request.method == "POST":
        try:
            photo = taken("proof")
            answer = load_form(PaymentForm)
            slip = queries.payslip_of(g.organisation.id, payslip_id)
            proof = file_kept(g.actor, g.organisation, photo).sha256 if photo else None
            pay_payslip(g.actor, slip, proof=proof, **answer)
        except LumbungError as error:
            return show_form("producers/wages/pay.html", error, **_context(payslip_id))
        return done(_to(slip), _paid_sentence(bool(proof)))
    note_looks(g.actor, "payslip", [(slip.member_id, slip.id)])
    fresh = {"paid_on": clock.today(g.organisation.zone).isoformat()}
    return show_form("producers/wages/pay.html", values=fresh, **_context(payslip_id))


@blueprint.route("/k/<organisation>/pay/<payslip_id>/proof", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def proof(organisation: str, payslip_id: str) -> Answer:
    """File the proof of a payment that was made without."""
    slip = queries.payslip_of(g.organisation.id, payslip_id)
    if request.method == "POST":
        try:
            photo = taken("proof")
            if photo is None:
                raise Invalid(fields={"proof": _("Choose the photo or PDF that shows the payment.")})
            slip = queries.payslip_of(g.organisation.id, payslip_id)
            payment = next((it for it in reversed(slip.payments) if not it.proof), None)
            if payment is None:
                raise Invalid(fields={"proof": _("No payment on this payslip is waiting for its proof.")})
            services.file_proof(g.actor, payment, file_kept(g.actor, g.organisation, photo).sha256)
        except LumbungError as error:
            return show_form("producers/wages/proof.html", error, **_context(payslip_id))
        return done(_to(slip), _("The proof is filed."))
    return show_form("producers/wages/proof.html", **_context(payslip_id))


@blueprint.route("/k/<organisation>/pay/<payslip_id>/word", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def word(organisation: str, payslip_id: str) -> Answer:
    """Write down what the member said of a payment, and how she said it."""
    slip = queries.payslip_of(g.organisation.id, payslip_id)
    if request.method == "POST":
        try:
            answer = load_form(WordForm)
            HEARD[answer["what"]](g.actor, slip, by=slip.member, how=answer["how"])
        except LumbungError as error:
            return show_form("producers/wages/word.html", error, **_context(payslip_id))
        return done(_to(slip), _("Her word is written down."))
    return show_form("producers/wages/word.html", **_context(payslip_id))


def _context(payslip_id: str) -> dict[str, Any]:
    """What the forms show of a slip, loaded anew: a refusal has ended the transaction it was read in."""
    slip = queries.payslip_of(g.organisation.id, payslip_id)
    state = SlipState(slip.state)
    possible = [name for name in HEARD if (state, SlipEvent(name)) in TRANSITIONS]
    return {
        "slip": slip,
        "methods": METHODS,
        "ways": {way: WAYS[way] for way in TOLD},
        "possible": possible,
        "contested": state in CONTESTED,
        "hand_over": to_hand_over(slip),
        "currency": g.organisation.currency,
    }


def _paid_sentence(has_proof: bool) -> str:
    if has_proof:
        return str(_("The payment is recorded. It counts as paid once the member confirms it."))
    return str(_("The payment is recorded. Without proof the wage still reads owed: file the proof."))


def _to(slip: Payslip) -> str:
    return url_for("wages.show", organisation=g.organisation.slug, payslip_id=slip.id)
