"""What a person sets herself: language, password, PIN, where she is signed in."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.accounts import second_factor
from marketplace.accounts.access import What, note
from marketplace.accounts.credentials import hash_password, hash_pin, set_language, set_password, set_pin
from marketplace.accounts.models import User
from marketplace.accounts.policy import SIGNED_IN
from marketplace.accounts.queries import current_memberships
from marketplace.accounts.schemas import ChangePasswordForm, ChangePinForm, LanguageForm
from marketplace.accounts.sessions import (
    close_all_sessions,
    continue_session,
    end_session,
    live_sessions,
    present_session,
)
from marketplace.accounts.signing_in import Claim, WrongSecret, authenticate, claim_by_email, claim_by_tile
from marketplace.accounts.views.blueprint import blueprint, caller
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid, LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.i18n import settle
from marketplace.kernel.policy import allow


def _reader() -> User:
    user: User = db.session.get_one(User, current_user.id)
    return user


@blueprint.get("/account")
@allow(SIGNED_IN)
def account() -> Answer:
    """Everything about oneself on one page."""
    user = _reader()
    present = present_session()
    memberships = current_memberships(user.id)
    return show_form(
        "marketplace/accounts/account.html",
        user=user,
        memberships=memberships,
        zone=memberships[0].organisation.zone if memberships else "UTC",
        sessions=live_sessions(user.id),
        present=present,
        second_factor_on=second_factor.is_on(user.id),
        values={"language": user.language},
    )


@blueprint.post("/account/language")
@allow(SIGNED_IN)
def change_language() -> Answer:
    """The language of her pages and letters."""
    language = load_form(LanguageForm)["language"]
    set_language(_reader(), language)
    settle(language)
    return done(url_for("accounts.account"))


@blueprint.route("/account/password", methods=["GET", "POST"])
@allow(SIGNED_IN)
def change_password() -> Answer:
    """A new password; everywhere else she is signed out."""
    page = "marketplace/accounts/change_password.html"
    email = _reader().email
    if email is None:
        raise NotFound
    if request.method == "POST":
        db.session.rollback()  # no lock is held while hashing
        try:
            values = load_form(ChangePasswordForm)
            password_hash = hash_password(values["password"], about=email)
            user = proven(claim_by_email(email), values["present"])
        except LumbungError as error:
            return show_form(page, error)
        present = present_session()
        set_password(user, password_hash)
        note(user, What.PASSWORD, caller())
        continue_session(user, present)
        return done(url_for("accounts.account"), _("Your password is changed. Everywhere else you are signed out."))
    return show_form(page)


@blueprint.route("/account/pin", methods=["GET", "POST"])
@allow(SIGNED_IN)
def change_pin() -> Answer:
    """A new PIN; everywhere else she is signed out."""
    page = "marketplace/accounts/change_pin.html"
    user = _reader()
    if user.pin_hash is None:
        raise NotFound
    if request.method == "POST":
        claim = claim_by_tile(user.id)
        db.session.rollback()
        try:
            values = load_form(ChangePinForm)
            pin_hash = hash_pin(values["pin"])
            user = proven(claim, values["present"])
        except LumbungError as error:
            return show_form(page, error)
        present = present_session()
        set_pin(user, pin_hash)
        note(user, What.PIN, caller())
        continue_session(user, present)
        return done(url_for("accounts.account"), _("Your PIN is changed. Everywhere else you are signed out."))
    return show_form(page)


def proven(claim: Claim, secret: str) -> User:
    try:
        return authenticate(claim, secret, caller())
    except WrongSecret as error:
        raise Invalid(fields={"present": _("This is not the one you have now.")}) from error


@blueprint.post("/account/sessions/end")
@allow(SIGNED_IN)
def end_sessions() -> Answer:
    """Sign out everywhere else."""
    user, present = _reader(), present_session()
    close_all_sessions(user)
    note(user, What.ENDED_OTHERS, caller())
    continue_session(user, present)
    return done(url_for("accounts.account"), _("Everywhere else you are signed out."))


@blueprint.post("/account/sessions/<session_id>/end")
@allow(SIGNED_IN)
def end_one_session(session_id: str) -> Answer:
    """Sign out in one place."""
    end_session(_reader(), session_id)
    return done(url_for("accounts.account"), _("You are signed out there."))
