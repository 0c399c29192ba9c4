"""Hourly pay in the console: what would be published today, what buyers see now, and the one button between them."""

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import READS_WAGES, RUNS, RoleIn
from marketplace.catalogue.queries import hourly_pay_of
from marketplace.config import HOURLY_PAY_PEOPLE_MIN, HOURLY_PAY_SHOWN_DAYS
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done
from marketplace.kernel.policy import allow
from producers.fairprice.hourly_pay import hourly_pay
from producers.publishing.hourly import publish_hourly

blueprint = Blueprint("hourly_pay", __name__)


@blueprint.get("/k/<organisation>/hourly-pay")
@allow(RoleIn(READS_WAGES))
def index(organisation: str) -> Answer:
    """Each craft of the last twelve months: shown, or too few people; no figure stands here before it is published."""
    return _page()


@blueprint.post("/k/<organisation>/hourly-pay")
@allow(RoleIn(RUNS))
def publish(organisation: str) -> Answer:
    """Freeze today's figures for the cooperative's public page."""
    try:
        publish_hourly(g.actor, g.organisation)
    except LumbungError as error:
        db.session.rollback()
        return _page(error)
    return done(url_for("hourly_pay.index", organisation=organisation), _("Hourly pay is on your public page."))


def _page(error: LumbungError | None = None) -> Answer:
    today = clock.today(g.organisation.zone)
    page = render_template(
        "producers/publishing/hourly.html",
        crafts=hourly_pay(g.organisation.id, today),
        shown=hourly_pay_of(g.organisation.id, today),
        may_publish=bool(g.actor.roles & RUNS),
        people_min=HOURLY_PAY_PEOPLE_MIN,
        days=HOURLY_PAY_SHOWN_DAYS,
        refusal_sentence=error.sentence if error else "",
        currency=g.organisation.currency,
    )
    return page, error.status if error else 200
