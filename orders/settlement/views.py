"""Payouts: the operator prepares them with the bank's rate and proof, the cooperative says that they came."""

from collections.abc import Iterator

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.operator_pages import OperatorDuty
from marketplace.accounts.policy import OPERATOR, PREPARES, READS_WAGES, RoleIn
from marketplace.kernel.dates import day_in
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.money import Money
from marketplace.kernel.paging import page_asked, paged
from marketplace.kernel.policy import allow
from orders.settlement import queries
from orders.settlement.schemas import Confirmed, Prepared
from orders.settlement.services import confirm_payout, make_payout
from producers.cooperatives.today import Duty

blueprint = Blueprint("settlement", __name__)
RATE_FIELD = "rate_"


@blueprint.get("/operator/payouts")
@allow(OPERATOR)
def owed() -> str:
    """What each cooperative is owed now, and the payouts made."""
    amounts = queries.open_amounts()
    sellers = {
        seller.id: seller
        for seller in db.session.scalars(
            select(Organisation).where(Organisation.id.in_([key for key, _sum in amounts]))
        )
    }
    page = paged(queries.payouts_newest_first(), page_asked())
    owed = [(sellers[key], amount) for key, amount in amounts]
    return render_template("orders/settlement/owed.html", owed=owed, page=page)


@blueprint.route("/operator/payouts/<slug>", methods=["GET", "POST"])
@allow(OPERATOR)
def prepare(slug: str) -> Answer:
    """Pay a cooperative all it is owed, at the rate the bank gave, with proof."""
    seller = db.session.scalar(select(Organisation).where(Organisation.slug == slug))
    if seller is None or seller.kind != "cooperative":
        raise NotFound
    if request.method == "POST":
        try:
            sent = load_form(Prepared)
            make_payout(g.actor, seller, bank_rates=_bank_rates(), rail=sent["rail"], proof=sent["proof"])
        except LumbungError as error:
            db.session.rollback()  # the page shows what stands, not what was tried
            return _prepare(seller, error)
        return done(url_for("settlement.owed"), _("The payout is noted. %(name)s confirms it.", name=seller.name))
    return _prepare(seller)


@blueprint.get("/k/<organisation>/payouts")
@allow(RoleIn(READS_WAGES))
def payouts(organisation: str) -> str:
    """What the platform owes the cooperative now and what it has sent."""
    items = queries.owed_to(g.organisation.id)
    page = paged(queries.payouts_newest_first(g.organisation.id), page_asked())
    amount = Money(sum(item.origin_minor for item in items), g.organisation.currency)
    return render_template(
        "orders/settlement/payouts.html", page=page, amount=amount, may_confirm=bool(g.actor.roles & PREPARES)
    )


@blueprint.route("/k/<organisation>/payouts/<payout_id>", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def confirm(organisation: str, payout_id: str) -> Answer:
    """Say that a payout came, and how one sees it."""
    payout = queries.payout_of(g.organisation.id, payout_id)
    if request.method == "POST":
        try:
            confirm_payout(g.actor, payout, how=load_form(Confirmed)["how"])
        except LumbungError as error:
            db.session.rollback()
            payout = queries.payout_of(g.organisation.id, payout_id)
            return show_form("orders/settlement/confirm.html", error, payout=payout)
        return done(url_for("settlement.payouts", organisation=organisation), _("Confirmed. Receipts now read paid."))
    return show_form("orders/settlement/confirm.html", payout=payout)


def duties(organisation: Organisation) -> Iterator[Duty]:
    """Payouts that wait for the cooperative's word."""
    waiting = queries.payouts_unconfirmed(organisation.id)
    if waiting:
        what = ngettext("payout not confirmed yet", "payouts not confirmed yet", len(waiting))
        since = day_in(waiting[0].made_at, organisation.zone)
        yield Duty(len(waiting), what, _("Look"), "settlement.payouts", since=since)


def desk_duties() -> Iterator[OperatorDuty]:
    """Cooperatives that are owed money."""
    count, since = queries.payouts_due()
    if count:
        what = ngettext("cooperative to pay out", "cooperatives to pay out", count)
        yield OperatorDuty(count, what, _("Pay out"), "settlement.owed", since=since)


def _prepare(seller: Organisation, error: LumbungError | None = None) -> Answer:
    items = queries.owed_to(seller.id)
    foreign = sorted({item.charge_currency for item in items} - {seller.currency})
    amount = Money(sum(item.origin_minor for item in items), seller.currency)
    return show_form("orders/settlement/prepare.html", error, seller=seller, amount=amount, foreign=foreign)


def _bank_rates() -> dict[str, str]:
    """The rates typed, by the currency the bank was given."""
    return {
        name.removeprefix(RATE_FIELD): text
        for name, text in request.form.items()
        if name.startswith(RATE_FIELD) and text.strip() and len(name) == len(RATE_FIELD) + 3
    }
