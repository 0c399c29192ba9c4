"""What the pages of the accounts share: their blueprint, the way in, and what every layout shows of the reader."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, has_request_context, redirect, request, session, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from marketplace.accounts import second_factor
from marketplace.accounts.access import COOKIE, Caller, note_sign_in
from marketplace.accounts.credentials import set_language
from marketplace.accounts.models import Role, User
from marketplace.accounts.policy import BY_PIN
from marketplace.accounts.queries import current_memberships
from marketplace.accounts.sessions import LASTS, close_session, open_session, signed_in
from marketplace.accounts.tokens import Purpose, issue_token
from marketplace.config import BROWSER_DAYS_MAX, SECOND_STEP_MINUTES_MAX
from marketplace.kernel import ids
from marketplace.kernel.cookies import keep_cookie, read_cookie
from marketplace.kernel.forms import Answer
from marketplace.kernel.i18n import asked_language, settle
from marketplace.kernel.limits import network_address

blueprint = Blueprint("accounts", __name__)
STEP_KEY = "second_step"
STEP_LASTS = timedelta(minutes=SECOND_STEP_MINUTES_MAX)
AGENT_CHARACTERS_MAX = 400
BROWSER_CHARACTERS_MAX = 64


def local_path(text: str | None) -> str:
    """The text if it is a path on this site, else nothing: a sign-in page leads nobody away."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return ""
    if "\\" in text or any(ord(character) < 33 for character in text):
        return ""
    parts = urlsplit(text)
    return "" if parts.scheme or parts.netloc else text


def caller() -> Caller:
    """Who calls, as far as the request tells."""
    agent = request.headers.get("User-Agent", "")[:AGENT_CHARACTERS_MAX]
    return Caller(network_address(), agent, (read_cookie(COOKIE) or "")[:BROWSER_CHARACTERS_MAX])


def welcome(user: User, by: str, next_path: str = "", *, lasts: timedelta = LASTS) -> Answer:
    """Lead on somebody who has shown a first secret: to the second step where she has one, else in."""
    if by == "password" and second_factor.is_on(user.id):
        close_session()
        session[STEP_KEY] = issue_token(Purpose.SECOND_STEP, user.id, STEP_LASTS)
        return redirect(url_for("accounts.second_step", next=local_path(next_path) or None), 303)  # type: ignore[return-value]
    return enter(user, by, next_path, lasts=lasts)


def enter(
    user: User, by: str, next_path: str = "", *, lasts: timedelta = LASTS, second_at: datetime | None = None
) -> Answer:
    """Open a session for somebody who has shown all she has to, and lead her to where she wanted or belongs.

    A language that she asked for by hand before becomes her account's; else she reads in her account's.
    """
    who = caller()
    kept = who.browser or ids.secret_token()
    open_session(user, by, lasts=lasts, device=who.device, second_at=second_at)
    note_sign_in(user, who if who.browser else replace(who, browser=kept), by=by)
    asked = asked_language()
    if asked and asked != user.language:
        set_language(user, asked)
    settle(user.language)
    response = current_app.make_response(redirect(local_path(next_path) or home_of(user, by), 303))
    keep_cookie(response, COOKIE, kept, timedelta(days=BROWSER_DAYS_MAX))
    return response


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
    try:
        user = signed_in()
        return user.name if user else ""
    except SQLAlchemyError:  # the page that says the database is away needs no name
        return ""
