"""The second step: setting it up, showing it, and a second person taking it away where the phone is lost."""

from typing import Any

from flask import g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from marketplace.accounts import second_factor
from marketplace.accounts.access import What, note
from marketplace.accounts.models import User
from marketplace.accounts.policy import RUNS, SIGNED_IN, RoleIn
from marketplace.accounts.resets import theirs_to_help
from marketplace.accounts.schemas import CodeForm, FactorForm, PresentForm
from marketplace.accounts.sessions import close_all_sessions, continue_session, present_session, signed_in_by
from marketplace.accounts.signing_in import claim_by_email
from marketplace.accounts.tokens import LinkOver, Purpose, find_token, use_token
from marketplace.accounts.views.account import proven
from marketplace.accounts.views.blueprint import STEP_KEY, blueprint, caller, enter, local_path
from marketplace.kernel import clock
from marketplace.kernel.db import db, reading
from marketplace.kernel.errors import Invalid, LumbungError, NotFound
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.policy import PUBLIC, allow
from marketplace.kernel.qr import qr_svg

PAGE = "marketplace/accounts/second_factor.html"
SCAN = "marketplace/accounts/second_factor_scan.html"
CODES = "marketplace/accounts/second_factor_codes.html"
STEP = "marketplace/accounts/second_step.html"


def _reader() -> User:
    """The reader, if she signs in with a password: a PIN opens nothing that a second step guards."""
    user = db.session.get_one(User, current_user.id)
    if user.email is None or signed_in_by() != "password":
        raise NotFound
    return user


@blueprint.route("/account/second-step", methods=["GET", "POST"], endpoint="second_factor")
@allow(SIGNED_IN)
def state() -> Answer:
    """Whether it is on; set it up, get new codes on paper, or take it away. Each asks for the password again."""
    user = _reader()
    on = second_factor.is_on(user.id)
    context: dict[str, Any] = {
        "on": on,
        "codes_left": second_factor.codes_left(user.id),
        "required": second_factor.is_required(),
    }
    if request.method == "GET":
        return show_form(PAGE, values={"next": local_path(request.args.get("next"))}, **context)
    claim = claim_by_email(user.email or "")
    db.session.rollback()
    try:
        values = load_form(FactorForm if on else PresentForm)
        user = proven(claim, values["present"])
        if not on:
            second_factor.begin(user)
    except LumbungError as error:
        return show_form(PAGE, error, **context)
    if on:
        return _new_codes(user) if values["act"] == "codes" else _take_away(user)
    wanted = local_path(request.form.get("next")) or None
    return redirect(url_for("accounts.confirm_second_factor", next=wanted), 303)  # type: ignore[return-value]


def _new_codes(user: User) -> Answer:
    codes = second_factor.new_codes(user.id)
    note(user, What.CODES, caller())
    return show_form(CODES, codes=codes, next="")


def _take_away(user: User) -> Answer:
    second_factor.remove(user.id)
    note(user, What.FACTOR_OFF, caller())
    present = present_session()
    close_all_sessions(user)
    if present is not None:
        present.second_at = None
    continue_session(user, present)
    return done(url_for("accounts.account"), _("The second step is taken away."))


@blueprint.route("/account/second-step/scan", methods=["GET", "POST"], endpoint="confirm_second_factor")
@allow(SIGNED_IN)
def scan() -> Answer:
    """The picture for the app, and the first digits from it; then the codes on paper, this once."""
    with reading():
        user = _reader()
        factor = second_factor.factor_of(user.id)
        if factor is None or factor.confirmed_at is not None:
            return redirect(url_for("accounts.second_factor"), 303)  # type: ignore[return-value]
        secret, address, user_id = factor.secret, second_factor.address_for(user, factor), user.id
        if request.method == "POST":
            db.session.rollback()
    shown: dict[str, Any] = {"secret": secret, "qr": Markup(qr_svg(address, title=_("Picture for the app")))}  # noqa: S704 - our own
    wanted = local_path(request.values.get("next"))
    if request.method == "GET":
        return show_form(SCAN, values={"next": wanted}, **shown)
    try:
        codes = second_factor.confirm(user_id, load_form(CodeForm)["code"])
    except LumbungError as error:
        return show_form(SCAN, error, **shown)
    user, present = db.session.get_one(User, user_id), present_session()
    note(user, What.FACTOR_ON, caller())
    close_all_sessions(user)
    if present is not None:
        present.second_at = clock.now()
    continue_session(user, present)
    return show_form(CODES, codes=codes, next=wanted)


@blueprint.route("/sign-in/second-step", methods=["GET", "POST"], endpoint="second_step")
@allow(PUBLIC)
def step() -> Answer:
    """After the password: the digits from the app, or a code on paper."""
    with reading():
        user_id = _waiting()
        if request.method == "POST":
            db.session.rollback()
    if user_id is None:
        return done(url_for("accounts.sign_in"), _("Sign in to go on."))
    if request.method == "GET":
        return show_form(STEP, values={"next": local_path(request.args.get("next"))})
    try:
        values = load_form(CodeForm)
        kind = second_factor.prove(user_id, values["code"])
    except LumbungError as error:
        if isinstance(error, Invalid):
            note(db.session.get_one(User, user_id), What.FACTOR_REFUSED, caller())
            db.session.commit()
        return show_form(STEP, error)
    user = db.session.get_one(User, use_token(Purpose.SECOND_STEP, str(session.pop(STEP_KEY))).subject_id)
    if kind == "paper":
        note(user, What.RECOVERED, caller())
    return enter(user, "password", values["next"], second_at=clock.now())


def _waiting() -> str | None:
    """Whose second step is waited for in this browser."""
    secret = session.get(STEP_KEY)
    try:
        return find_token(Purpose.SECOND_STEP, secret).subject_id if isinstance(secret, str) else None
    except LinkOver:
        return None


@blueprint.post("/k/<organisation>/people/<user_id>/second-step")
@allow(RoleIn(RUNS))
def help_with_second_step(organisation: str, user_id: str) -> Answer:
    """A second person takes the step away of somebody whose phone is lost; she sets it up anew."""
    user = theirs_to_help(g.actor, g.organisation, user_id)
    if second_factor.remove(user.id):
        note(user, What.FACTOR_OFF, caller())
        close_all_sessions(user)
    sentence = _("%(name)s signs in with her password alone until she sets the second step up anew.", name=user.name)
    return done(url_for("accounts.people", organisation=organisation), sentence)
