"""From the code on a label to the journey of its lot. Amounts never stand here: a gift's label tells no price."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.catalogue import queries
from marketplace.catalogue.story import claims_in_force, read_story
from marketplace.config import TEXT_CHARACTERS_MAX
from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import normal_code
from marketplace.kernel.policy import PUBLIC, allow
from marketplace.storefront import showing
from marketplace.storefront.freshness import mark
from marketplace.storefront.journey import journey_of

blueprint = Blueprint("trace", __name__)
blueprint.after_request(mark)


@blueprint.get("/trace")
@allow(PUBLIC)
def find() -> str | Response | tuple[str, int]:
    """Ask for a code; a known one leads to its journey."""
    typed = request.args.get("code", "")[:TEXT_CHARACTERS_MAX]
    code = normal_code("".join(typed.split()).replace("-", "")) if typed else ""
    if not code:
        return render_template("marketplace/storefront/find.html", typed="", error="")
    try:
        queries.published_lot(code)
    except NotFound:
        error = _("No goods have this code. Compare it with the label once more.")
        return render_template("marketplace/storefront/find.html", typed=typed, error=error), 404
    return redirect(url_for("trace.lot", code=code), 303)


@blueprint.get("/trace/<code>")
@allow(PUBLIC)
def lot(code: str) -> str | Response:
    """The journey of a published lot."""
    stock, photo, profile = queries.published_lot(normal_code(code))
    if code != stock.lot_code:
        return redirect(url_for("trace.lot", code=stock.lot_code), 301)
    story = read_story(stock.story, stock.named.values())
    return render_template(
        "marketplace/storefront/trace.html",
        stock=stock,
        listing=stock.listing,
        organisation=stock.listing.organisation,
        stripe=tuple(profile.selvedge or ()) if profile else (),
        picture=showing.picture(photo),
        place=showing.place(stock.listing.organisation, with_country=True),
        story=story,
        journey=journey_of(story, stock.listing),
        claims=claims_in_force(story.claims, clock.today(stock.listing.organisation.zone)),
        claim_name=showing.claim_name,
        canonical=showing.outside_url("trace.lot", code=stock.lot_code),
    )
