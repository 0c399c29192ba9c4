"""What the pages of the accounts share: their blueprint, the way in, and what every layout shows of the reader."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, has_request_context, redirect, session, url_for
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from marketplace.accounts.models import Role, User
from marketplace.accounts.policy import BY_PIN
from marketplace.accounts.queries import current_memberships
from marketplace.accounts.sessions import COOKIE_KEY, LASTS, open_session
from marketplace.kernel.forms import Answer

blueprint = Blueprint("accounts", __name__)


def local_path(text: str | None) -> str:
    """The text if it is a path on this site, else nothing: a sign-in page leads nobody away."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return ""
    if "\\" in text or any(ord(character) < 33 for character in text):
        return ""
    parts = urlsplit(text)
    return "" if parts.scheme or parts.netloc else text


def welcome(user: User, by: str, next_path: str = "", *, lasts: timedelta = LASTS) -> Answer:
    """Open a session for somebody who has shown who she is, and lead her to where she wanted or belongs."""
    open_session(user, by, lasts=lasts)
    g.chosen_language = user.language
    return redirect(local_path(next_path) or home_of(user, by), 303)  # type: ignore[return-value]


def home_of(user: User, by: str) -> str:
    """Where a user's day begins: the console, her phone screens, the operator's page, or her account."""
    if user.is_operator and by == "password":
        return url_for("accounts.desk")
    for membership in current_memberships(user.id):
        slug, role = membership.organisation.slug, Role(membership.role)
        if role in BY_PIN:
            candidates = [f"/s/{slug}/"]
        elif by == "password":
            candidates = [f"/k/{slug}/", f"/k/{slug}/people" if role == Role.MANAGER else ""]
        else:
            candidates = []
        for path in candidates:
            if path and _exists(path):
                return path
    return url_for("accounts.account")


def _exists(path: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(path, "GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


@blueprint.app_context_processor
def _reader() -> dict[str, Any]:
    """What the layouts show: who is signed in, the way in and out, the console's pages."""
    if not has_request_context():
        return {}
    shown: dict[str, Any] = {
        "sign_in_url": url_for("accounts.sign_in"),
        "account_url": url_for("accounts.account"),
        "user_name": _signed_in_name(),
    }
    if shown["user_name"]:
        shown["sign_out_url"] = url_for("accounts.sign_out")
    if "organisation" in g:
        shown["organisation"] = g.organisation
    return shown


def _signed_in_name() -> str:
    if COOKIE_KEY not in session:
        return ""
    try:
        return current_user.name if current_user.is_authenticated else ""
    except SQLAlchemyError:  # the page that says the database is away needs no name
        return ""
