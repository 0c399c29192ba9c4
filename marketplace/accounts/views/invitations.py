"""Answering an invitation."""

from typing import Any

from flask import request
from flask_login import current_user

from marketplace.accounts import invitations
from marketplace.accounts.addresses import ask_confirmation
from marketplace.accounts.credentials import create_user, hash_password, hash_pin
from marketplace.accounts.models import Invitation, Role, User
from marketplace.accounts.policy import BY_PIN
from marketplace.accounts.schemas import AccountForm, NewMemberForm
from marketplace.accounts.sessions import LASTS, present_session
from marketplace.accounts.views.blueprint import blueprint, home_of, welcome
from marketplace.accounts.views.tiles import LASTS as SHARED_LASTS
from marketplace.accounts.views.tiles import paired_organisation
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.i18n import language
from marketplace.kernel.policy import LINK, allow


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
@allow(LINK)
def invitation(token: str) -> Answer:
    """Take the offered role: as who is signed in, or with a new account (members by PIN, others by password)."""
    page = "marketplace/accounts/invitation.html"
    with reading():
        offered = invitations.find_invitation(token)
        known = current_user.is_authenticated
        reader = current_user.id if known else ""
        db.session.expunge_all()
        db.session.rollback()
    context: dict[str, Any] = {
        "invitation": offered,
        "token": token,
        "known": known,
        "by_pin": Role(offered.role) in BY_PIN and not offered.email,
    }
    if request.method == "POST":
        try:
            return _accept_known(token, reader) if known else _accept_new(token, by_pin=context["by_pin"])
        except LumbungError as error:
            return show_form(page, error, **context)
    return show_form(page, values=_known_of(offered), **context)


def _known_of(offered: Invitation) -> dict[str, Any]:
    return {"name": offered.name, "email": offered.email or ""}


def _accept_known(token: str, user_id: str) -> Answer:
    user = db.session.get_one(User, user_id)
    invitations.accept_invitation(token, user)
    present = present_session()
    return done(home_of(user, present.by if present else "password"))


def _accept_new(token: str, *, by_pin: bool) -> Answer:
    if by_pin:
        values = load_form(NewMemberForm)
        pin_hash = hash_pin(values["pin"])
        user = create_user(name=values["name"], phone=values["phone"], pin_hash=pin_hash, language=language())
    else:
        values = load_form(AccountForm)
        password_hash = hash_password(values.pop("password"), about=values["email"])
        user = create_user(**values, password_hash=password_hash, language=language())
        ask_confirmation(user)
    invitations.accept_invitation(token, user)
    return welcome(user, "pin" if by_pin else "password", lasts=SHARED_LASTS if paired_organisation() else LASTS)
