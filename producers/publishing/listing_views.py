"""Listings in the console: what stands in the shop, and taking it off sale."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import READS_WAGES, RUNS, RoleIn
from marketplace.catalogue.listings import withdraw_listing
from marketplace.kernel.forms import Answer, done
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.publishing.queries import listing_of, listings

blueprint = Blueprint("listings", __name__)


@blueprint.get("/k/<organisation>/listings")
@allow(RoleIn(READS_WAGES))
def index(organisation: str) -> Answer:
    """The cooperative's listings, the newest first."""
    return render_template(
        "producers/publishing/listings.html",
        page=listings(g.organisation.id, page_asked()),
        may_withdraw=bool(g.actor.roles & RUNS),
    )


@blueprint.route("/k/<organisation>/listings/<listing_id>/withdraw", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def withdraw(organisation: str, listing_id: str) -> Answer:
    """Take what nobody has reserved off sale; asks first."""
    listing = listing_of(g.organisation.id, listing_id)
    if request.method == "POST":
        withdraw_listing(g.actor, listing)
        return done(
            url_for("listings.index", organisation=organisation), _("%(title)s is off sale.", title=listing.title)
        )
    return render_template("producers/publishing/withdraw.html", listing=listing)
