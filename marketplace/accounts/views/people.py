"""The console's page of people: who has which role, who is invited."""

from flask import g, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import invitations, organisations, queries, resets
from marketplace.accounts.models import Role, User
from marketplace.accounts.names import ROLE_NAMES
from marketplace.accounts.policy import RUNS, RoleIn
from marketplace.accounts.schemas import InvitationForm
from marketplace.accounts.views.blueprint import blueprint
from marketplace.config import PAGE_SIZE_MAX
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.i18n import language
from marketplace.kernel.mail import address_of
from marketplace.kernel.policy import allow

MANAGER = RoleIn(RUNS)


@blueprint.get("/k/<organisation>/people")
@allow(MANAGER)
def people(organisation: str) -> Answer:
    """Everybody with a role, and the invitations that wait."""
    page = max(request.args.get("page", 1, type=int), 1)
    found, total = queries.people_of(g.organisation, page)
    return show_form(
        "marketplace/accounts/people.html",
        people=found,
        invitations=queries.open_invitations(g.organisation),
        page=page,
        page_url=lambda number: url_for("accounts.people", organisation=organisation, page=number),
        pages=-(-total // PAGE_SIZE_MAX) or 1,
    )


@blueprint.route("/k/<organisation>/people/invite", methods=["GET", "POST"])
@allow(MANAGER)
def invite(organisation: str) -> Answer:
    """Offer somebody a role; the link is shown once, and mailed where an address is given."""
    page = "marketplace/accounts/invite.html"
    roles = [{"value": role.value, "text": str(name)} for role, name in ROLE_NAMES.items()]
    if request.method == "POST":
        try:
            values = load_form(InvitationForm)
            role = Role(values.pop("role"))
            offer, secret = invitations.invite(g.actor, g.organisation, role=role, **values, language=language())
        except LumbungError as error:
            return show_form(page, error, roles=roles)
        link = address_of("accounts.invitation", token=secret)
        return show_form("marketplace/accounts/invited.html", invitation=offer, link=link)
    return show_form(page, values={"role": Role.MEMBER.value}, roles=roles)


@blueprint.post("/k/<organisation>/people/invitations/<invitation_id>/withdraw")
@allow(MANAGER)
def withdraw(organisation: str, invitation_id: str) -> Answer:
    """Take an invitation back."""
    invitations.withdraw_invitation(g.actor, g.organisation, invitation_id)
    return done(url_for("accounts.people", organisation=organisation), _("The invitation is withdrawn."))


@blueprint.route("/k/<organisation>/people/<membership_id>/end", methods=["GET", "POST"])
@allow(MANAGER)
def end_role(organisation: str, membership_id: str) -> Answer:
    """End somebody's role, after a look at what that means."""
    page = "marketplace/accounts/end_role.html"
    membership = queries.membership_in(g.organisation, membership_id)
    if membership is None:
        raise NotFound
    if request.method == "POST":
        try:
            organisations.end_role(g.actor, membership)
        except LumbungError as error:
            return show_form(page, error, membership=membership)
        return done(url_for("accounts.people", organisation=organisation), _("The role is ended."))
    return show_form(page, membership=membership)


@blueprint.post("/k/<organisation>/people/<user_id>/pin")
@allow(MANAGER)
def pin_link(organisation: str, user_id: str) -> Answer:
    """A link with which a member sets a new PIN; shown once."""
    secret = resets.make_pin_link(g.actor, g.organisation, user_id)
    user = db.session.get_one(User, user_id)
    return show_form("marketplace/accounts/pin_link.html", user=user, link=address_of("accounts.new_pin", token=secret))
