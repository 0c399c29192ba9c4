"""A shared phone: tap your name, type your PIN."""

from datetime import timedelta

from flask import redirect, request, url_for

from marketplace.accounts import devices, queries
from marketplace.accounts.models import Organisation, User
from marketplace.accounts.schemas import PinForm
from marketplace.accounts.signing_in import authenticate, claim_by_tile
from marketplace.accounts.views.blueprint import blueprint, caller, local_path, welcome
from marketplace.config import SHARED_PHONE_MINUTES_MAX
from marketplace.kernel.cookies import read_cookie
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import LumbungError, NotFound
from marketplace.kernel.forms import Answer, load_form, show_form
from marketplace.kernel.policy import LINK, allow

LASTS = timedelta(minutes=SHARED_PHONE_MINUTES_MAX)


def paired_organisation(slug: str | None = None) -> Organisation | None:
    """The cooperative this phone is paired with, if it is the one with this slug (or any)."""
    kept = read_cookie(devices.COOKIE)
    device = devices.device_of(kept) if kept else None
    if device is None or (slug is not None and device.organisation.slug != slug):
        return None
    return device.organisation


def tiles_instead(wanted: str) -> Answer | None:
    """On a paired phone the name tiles, where a page of its cooperative is wanted or none in particular."""
    organisation = paired_organisation()
    if organisation is None or not (wanted == "" or wanted.startswith(f"/s/{organisation.slug}/")):
        return None
    if request.args.get("with") == "password":
        return None
    return redirect(url_for("accounts.tiles", organisation=organisation.slug, next=wanted or None), 303)  # type: ignore[return-value]


@blueprint.get("/s/<organisation>/sign-in")
@allow(LINK)
def tiles(organisation: str) -> Answer:
    """The names of a cooperative's members, on its own paired phone; anywhere else there is nothing here."""
    found = _paired(organisation)
    return show_form(
        "marketplace/accounts/tiles.html",
        organisation=found,
        people=queries.tiles_of(found),
        next=local_path(request.args.get("next")),
    )


@blueprint.route("/s/<organisation>/sign-in/<user_id>", methods=["GET", "POST"])
@allow(LINK)
def tile(organisation: str, user_id: str) -> Answer:
    """The PIN of the person whose name was tapped."""
    page = "marketplace/accounts/tile.html"
    with reading():
        found = _paired(organisation)
        person = _person(found, user_id)
        db.session.expunge_all()
        db.session.rollback()
    if request.method == "POST":
        try:
            user = authenticate(claim_by_tile(user_id), load_form(PinForm)["pin"], caller())
        except LumbungError as error:
            return show_form(page, error, organisation=found, person=person)
        return welcome(user, "pin", request.form.get("next", ""), lasts=LASTS)
    return show_form(page, organisation=found, person=person, values={"next": local_path(request.args.get("next"))})


def _paired(slug: str) -> Organisation:
    organisation = paired_organisation(slug)
    if organisation is None:
        raise NotFound
    return organisation


def _person(organisation: Organisation, user_id: str) -> User:
    for person in queries.tiles_of(organisation):
        if person.id == user_id:
            return person
    raise NotFound
