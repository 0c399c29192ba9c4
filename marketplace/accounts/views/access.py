"""What happened to an account, for its owner, and to all of them, for the operator."""

from flask import render_template
from flask_login import current_user

from marketplace.accounts.access import accesses_of, latest_accesses
from marketplace.accounts.policy import OPERATOR, SIGNED_IN
from marketplace.accounts.views.blueprint import blueprint
from marketplace.config import ACCESS_DAYS_KEPT
from marketplace.kernel.policy import allow


@blueprint.get("/account/sign-ins")
@allow(SIGNED_IN)
def sign_ins() -> str:
    """Her own, newest first."""
    rows = accesses_of(current_user.id)
    return render_template("marketplace/accounts/sign_ins.html", rows=rows, days=ACCESS_DAYS_KEPT)


@blueprint.get("/operator/sign-ins")
@allow(OPERATOR)
def all_sign_ins() -> str:
    """Everybody's, newest first."""
    rows = latest_accesses()
    return render_template("marketplace/accounts/all_sign_ins.html", rows=rows, days=ACCESS_DAYS_KEPT)
