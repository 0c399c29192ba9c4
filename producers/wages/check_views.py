"""The hourly check in the console: what an hour earned each member, beside minimum and living wage."""

from fractions import Fraction

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import READS_WAGES, RUNS, RoleIn
from marketplace.kernel import clock
from marketplace.kernel.db import db
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.forms import Answer, done
from marketplace.kernel.i18n import language
from marketplace.kernel.money import Money
from marketplace.kernel.paging import Page, page_asked
from marketplace.kernel.policy import allow
from marketplace.kernel.quantity_format import format_number
from producers.audit.services import note_looks
from producers.cooperatives.queries import member_of
from producers.fairprice.queries import current_benchmark
from producers.wages import browse, marks, services
from producers.wages.browse import hourly_of
from producers.wages.hourly import displayed

blueprint = Blueprint("wage_check", __name__)


@blueprint.get("/k/<organisation>/pay/check")
@allow(RoleIn(READS_WAGES))
def index(organisation: str) -> Answer:
    """Everybody's effective hour, exact, with the top-up that is missing."""
    return _page()


@blueprint.post("/k/<organisation>/pay/check")
@allow(RoleIn(RUNS))
def top_up(organisation: str) -> Answer:
    """Grant a member exactly what is missing to the minimum wage: the cooperative's late cost."""
    member = member_of(g.organisation.id, request.form.get("member_id", ""))
    text = request.form.get("amount_minor", "")
    amount = Money(int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0, g.organisation.currency)
    try:
        services.grant_top_up(g.actor, g.organisation, member, amount)
    except LumbungError as error:
        return _page(error)
    sentence = _("The top-up for %(name)s is owed. Put it on a payslip.", name=member.name)
    return done(url_for("wage_check.index", organisation=organisation), sentence)


def _page(error: LumbungError | None = None) -> Answer:
    if error:
        db.session.rollback()
    today = clock.today(g.organisation.zone)
    minimum, living = (current_benchmark(g.organisation.id, kind, today) for kind in ("minimum", "living"))
    checks = browse.checks_of_all(g.organisation.id, minimum, living)
    number = page_asked()
    page: Page[browse.MemberCheck] = Page((), number, len(checks))
    page = Page(checks[(number - 1) * page.size : number * page.size], number, len(checks))
    if error is None:
        note_looks(g.actor, "wage_check", [(it.member.id, it.member.id) for it in page.items])
    hours = [it.check.effective_hour for it in checks if it.check.effective_hour is not None]
    text = render_template(
        "producers/wages/check.html",
        page=page,
        minimum=minimum,
        living=living,
        below_minimum=sum(it.check.meets_minimum is False for it in checks),
        below_living=sum(it.check.meets_living is False for it in checks),
        median=_median(hours),
        hourly_of=hourly_of,
        drawings=marks.drawings(hours, hourly_of(minimum), hourly_of(living)),
        displayed=displayed,
        exact=lambda figure: format_number(figure, language()),
        may_grant=bool(g.actor.roles & RUNS),
        refusal=error.sentence if error else "",
        currency=g.organisation.currency,
    )
    return text, error.status if error else 200


def _median(hours: list[Fraction]) -> Fraction | None:
    if not hours:
        return None
    ordered, middle = sorted(hours), len(hours) // 2
    return ordered[middle] if len(hours) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
