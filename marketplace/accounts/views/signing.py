"""Signing in and out, and a forgotten password."""

from flask import redirect, request, session, url_for
from flask_babel import gettext as _

from marketplace.accounts import resets
from marketplace.accounts.access import What, note
from marketplace.accounts.credentials import hash_password, hash_pin
from marketplace.accounts.models import User
from marketplace.accounts.schemas import EmailForm, NewPasswordForm, NewPinForm, SignInForm
from marketplace.accounts.sessions import IDLE_KEY, close_session, present_session
from marketplace.accounts.signing_in import Claim, authenticate, claim_by_email, claim_by_phone
from marketplace.accounts.tokens import Purpose, find_token
from marketplace.accounts.views.blueprint import blueprint, caller, home_of, local_path, welcome
from marketplace.accounts.views.tiles import tiles_instead
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, done, load_form, phone_number, show_form
from marketplace.kernel.limits import network_address
from marketplace.kernel.policy import LINK, PUBLIC, allow


@blueprint.route("/sign-in", methods=["GET", "POST"])
@allow(PUBLIC)
def sign_in() -> Answer:
    """By e-mail and password, or by phone and PIN."""
    page = "marketplace/accounts/sign_in.html"
    if request.method == "POST":
        try:
            values = load_form(SignInForm)
            claim = _claim(values["who"])
            user = authenticate(claim, values["password"], caller())
        except LumbungError as error:
            return show_form(page, error)
        return welcome(user, claim.by, values["next"])
    wanted = local_path(request.args.get("next"))
    present = present_session()
    if present is not None:
        return redirect(wanted or home_of(present.user, present.by), 303)  # type: ignore[return-value]
    return tiles_instead(wanted) or show_form(page, values={"next": wanted}, was_away=IDLE_KEY in session)


@blueprint.post("/sign-out")
@allow(PUBLIC)
def sign_out() -> Answer:
    """End this session on the server too; a copied cookie is worth nothing afterwards."""
    present = present_session()
    if present is not None:
        note(present.user, What.SIGNED_OUT, caller(), by=present.by)
    close_session()
    session.clear()
    answer = done(url_for("accounts.sign_in"), _("You are signed out."))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.route("/forgot", methods=["GET", "POST"])
@allow(PUBLIC)
def forgot() -> Answer:
    """Ask for a letter; the answer is the same whether the address has an account or not."""
    page = "marketplace/accounts/forgot.html"
    if request.method == "POST":
        try:
            values = load_form(EmailForm)
            resets.ask_reset(values["email"], network_address())
        except LumbungError as error:
            return show_form(page, error)
        return done(
            url_for("accounts.sign_in"),
            _("If this address has an account, a letter is on its way. Its link holds for one hour."),
        )
    return show_form(page)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@allow(LINK)
def reset(token: str) -> Answer:
    """A new password, by the link from the letter."""
    page = "marketplace/accounts/reset.html"
    with reading():
        user = db.session.get_one(User, find_token(Purpose.PASSWORD, token).subject_id)
        email = user.email or ""
        db.session.rollback()
    if request.method == "POST":
        try:
            password_hash = hash_password(load_form(NewPasswordForm)["password"], about=email)
            user = resets.reset_password(token, password_hash)
            note(user, What.PASSWORD, caller(), by="letter")
        except LumbungError as error:
            return show_form(page, error, token=token, email=email)
        return welcome(user, "password")
    return show_form(page, token=token, email=email)


@blueprint.route("/new-pin/<token>", methods=["GET", "POST"])
@allow(LINK)
def new_pin(token: str) -> Answer:
    """A new PIN, by the link from the manager."""
    page = "marketplace/accounts/new_pin.html"
    with reading():
        name = resets.holder_of_pin_link(token).name
        db.session.rollback()
    if request.method == "POST":
        try:
            user = resets.renew_pin(token, hash_pin(load_form(NewPinForm)["pin"]))
            note(user, What.PIN, caller(), by="link")
        except LumbungError as error:
            return show_form(page, error, token=token, name=name)
        return welcome(user, "pin")
    return show_form(page, token=token, name=name)


def _claim(who: str) -> Claim:
    if "@" in who:
        return claim_by_email(who)
    number = phone_number(who)
    if number is None:
        raise Invalid(fields={"who": _("Enter your e-mail address or your phone number.")})
    return claim_by_phone(number)
