"""New here: a buyer's account, a cooperative's registration."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.accounts import registration
from marketplace.accounts.credentials import hash_password
from marketplace.accounts.models import User
from marketplace.accounts.names import country_name
from marketplace.accounts.schemas import AccountForm, CooperativeForm, NewcomerForm
from marketplace.accounts.views.blueprint import blueprint
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.i18n import language
from marketplace.kernel.limits import network_address
from marketplace.kernel.money import EXPONENTS
from marketplace.kernel.policy import PUBLIC, allow


@blueprint.route("/account/new", methods=["GET", "POST"])
@allow(PUBLIC)
def new_account() -> Answer:
    """A buyer's account; the answer is the same where the address has one."""
    page = "marketplace/accounts/new_account.html"
    if request.method == "POST":
        try:
            values = load_form(AccountForm)
            password_hash = hash_password(values.pop("password"), about=values["email"])
            registration.refuse_crowds(network_address())
            registration.open_account(**values, password_hash=password_hash, language=language())
        except LumbungError as error:
            return show_form(page, error)
        return done(
            url_for("accounts.sign_in"),
            _("Sign in to go on. If this address had an account before, its old password still holds."),
        )
    return show_form(page)


@blueprint.route("/register", methods=["GET", "POST"])
@allow(PUBLIC)
def register() -> Answer:
    """A cooperative registers; it is public once the operator has looked at it."""
    page = "marketplace/accounts/register.html"
    with reading():
        known = current_user.is_authenticated
        user_id = current_user.id if known else ""
        db.session.rollback()
    choices: dict[str, Any] = {
        "known": known,
        "countries": sorted(((code, country_name(code)) for code in registration.ZONES), key=lambda pair: pair[1]),
        "currencies": [(code, code) for code in sorted(EXPONENTS)],
    }
    if request.method == "POST":
        try:
            return _register_known(user_id) if known else _register_newcomer()
        except LumbungError as error:
            return show_form(page, error, **choices)
    return show_form(page, values={"country": "ID", "currency": "IDR"}, **choices)


def _register_known(user_id: str) -> Answer:
    values = load_form(CooperativeForm)
    registration.refuse_crowds(network_address())
    contact = db.session.get_one(User, user_id)
    organisation = registration.register_cooperative(**values, contact=contact)
    return done(url_for("accounts.people", organisation=organisation.slug), _waits())


def _register_newcomer() -> Answer:
    values = load_form(NewcomerForm)
    password_hash = hash_password(values.pop("password"), about=values["email"])
    registration.refuse_crowds(network_address())
    registration.register_newcomer(**values, password_hash=password_hash, language=language())
    return done(
        url_for("accounts.sign_in"),
        _waits()
        + " "
        + _(
            "Sign in to go on. If this address had an account before, sign in with its old password and register again."
        ),
    )


def _waits() -> str:
    return str(_("The cooperative is registered. Buyers see it after the operator has approved it."))
