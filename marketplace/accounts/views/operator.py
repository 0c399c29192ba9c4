"""The operator's pages: what waits for her, and cooperatives that wait to become public."""

from collections.abc import Iterator

from flask import g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts import queries
from marketplace.accounts.models import Organisation
from marketplace.accounts.names import country_name
from marketplace.accounts.operator_pages import OperatorDuty, operator_duties
from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.registration import ContactUnconfirmed, approve_registration
from marketplace.accounts.views.blueprint import blueprint
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.forms import Answer, done, show_form
from marketplace.kernel.policy import allow

PAGE = "marketplace/accounts/waiting.html"


@blueprint.get("/operator/")
@allow(OPERATOR)
def desk() -> str:
    """What waits for the operator, the oldest first."""
    return render_template("marketplace/accounts/desk.html", duties=operator_duties(), now=clock.now())


@blueprint.get("/operator/cooperatives")
@allow(OPERATOR)
def waiting() -> Answer:
    """Who waits, with the contact to ask back."""
    cooperatives = queries.waiting_cooperatives()
    return show_form(
        PAGE,
        cooperatives=cooperatives,
        contacts=queries.contacts_of(cooperatives),
        country_name=country_name,
    )


@blueprint.post("/operator/cooperatives/<organisation_id>/approve")
@allow(OPERATOR)
def approve(organisation_id: str) -> Answer:
    """Make a cooperative public."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None or organisation.kind != "cooperative":
        raise NotFound
    name = organisation.name
    try:
        approve_registration(g.actor, organisation)
    except ContactUnconfirmed as error:
        cooperatives = queries.waiting_cooperatives()
        contacts = queries.contacts_of(cooperatives)
        return show_form(PAGE, error, cooperatives=cooperatives, contacts=contacts, country_name=country_name)
    return done(url_for("accounts.waiting"), _("%(name)s is public now.", name=name))


def duties() -> Iterator[OperatorDuty]:
    """Cooperatives that nobody has approved."""
    cooperatives = queries.waiting_cooperatives()
    if cooperatives:
        what = ngettext("cooperative to approve", "cooperatives to approve", len(cooperatives))
        since = cooperatives[0].created_at
        yield OperatorDuty(len(cooperatives), what, _("Look"), "accounts.waiting", since=since)
