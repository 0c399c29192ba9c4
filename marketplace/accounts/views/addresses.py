"""E-mail addresses: asking for the letter again, wanting another address, opening the link."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.accounts import addresses
from marketplace.accounts.models import User
from marketplace.accounts.policy import SIGNED_IN
from marketplace.accounts.schemas import NewAddressForm
from marketplace.accounts.signing_in import claim_by_email
from marketplace.accounts.views.account import proven
from marketplace.accounts.views.blueprint import blueprint, caller
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.policy import LINK, allow


@blueprint.post("/account/email/letter")
@allow(SIGNED_IN)
def confirmation_letter() -> Answer:
    """Send the letter once more."""
    user_id = str(current_user.id)
    db.session.rollback()
    addresses.refuse_many_letters(user_id)
    addresses.ask_confirmation(db.session.get_one(User, user_id))
    return done(url_for("accounts.account"), _("A letter is on its way."))


@blueprint.route("/account/email", methods=["GET", "POST"])
@allow(SIGNED_IN)
def change_address() -> Answer:
    """Another e-mail address; it holds once its link is opened."""
    page = "marketplace/accounts/change_address.html"
    user_id, present = str(current_user.id), current_user.email
    if present is None:
        raise NotFound
    if request.method == "GET":
        return show_form(page, present=present)
    db.session.rollback()
    try:
        values = load_form(NewAddressForm)
        addresses.refuse_many_letters(user_id)
        user = proven(claim_by_email(present), values["present"])
        addresses.ask_new_address(user, values["email"])
    except LumbungError as error:
        return show_form(page, error, present=present)
    return done(
        url_for("accounts.account"),
        _("A letter is on its way to the new address. It counts once you open the link in it."),
    )


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@allow(LINK)
def confirm(token: str) -> Answer:
    """The link in the letter; a reader that only looks at links confirms nothing."""
    if request.method == "GET":
        return show_form("marketplace/accounts/confirm.html", token=token, email=addresses.address_behind(token))
    with reading():
        addresses.address_behind(token)
        db.session.rollback()
    addresses.confirm_address(token, caller())
    where = "accounts.account" if current_user.is_authenticated else "accounts.sign_in"
    return done(url_for(where), _("Your e-mail address is confirmed."))
