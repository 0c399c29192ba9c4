"""Work waiting for a second person's sign-off."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import PREPARES, READS_WAGES, RoleIn
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done
from marketplace.kernel.paging import page_asked
from marketplace.kernel.policy import allow
from producers.audit.services import note_looks
from producers.labour import review, services
from producers.labour.words import KINDS
from producers.lots.queries import step_of

blueprint = Blueprint("labour", __name__)


@blueprint.get("/k/<organisation>/work")
@allow(RoleIn(READS_WAGES))
def index(organisation: str) -> Answer:
    """What is recorded and not yet signed off, the oldest first."""
    return _list()


@blueprint.post("/k/<organisation>/work")
@allow(RoleIn(PREPARES))
def sign_off(organisation: str) -> Answer:
    """Sign off one step, all its work at once; more than its recipe allows only with the tick that confirms it."""
    step = step_of(g.organisation.id, request.form.get("step_id", ""))
    try:
        review.sign_off_by_another(g.actor, step, confirms_excess=request.form.get("confirm_excess") == "1")
    except LumbungError as error:
        return _list(error)
    name = step.name
    return done(url_for("labour.index", organisation=organisation), _("%(step)s is signed off.", step=name))


@blueprint.route("/k/<organisation>/steps/<step_id>/discard", methods=["GET", "POST"])
@allow(RoleIn(PREPARES))
def discard(organisation: str, step_id: str) -> Answer:
    """Drop a step recorded by mistake, with the work in it; asks first."""
    step = step_of(g.organisation.id, step_id)
    if request.method == "POST":
        services.discard(g.actor, step)
        return done(url_for("labour.index", organisation=organisation), _("The step is discarded. Nothing moved."))
    return render_template("producers/labour/step_discard.html", step=step)


def _list(error: LumbungError | None = None) -> Answer:
    if error:
        db.session.rollback()
    page = review.waiting_steps(g.organisation.id, page_asked())
    if not error:
        pairs = [(member_id, item.step.id) for item in page.items for member_id in item.member_ids]
        note_looks(g.actor, "work", pairs)
    text = render_template(
        "producers/labour/work.html",
        page=page,
        refusal=error.sentence if error else "",
        kinds=KINDS,
        me=g.actor.user_id,
        may_sign=bool(g.actor.roles & PREPARES),
        currency=g.organisation.currency,
    )
    return text, error.status if error else 200
