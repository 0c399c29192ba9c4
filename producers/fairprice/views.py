"""Wage benchmarks in the console: those on file, and a new one."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.policy import READS_WAGES, RUNS, RoleIn
from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid, LumbungError
from marketplace.kernel.forms import Answer, done, load_form, show_form
from marketplace.kernel.money import Money
from marketplace.kernel.policy import allow
from producers.fairprice import queries, services
from producers.fairprice.schemas import BenchmarkForm
from producers.fairprice.words import BENCHMARKS

blueprint = Blueprint("benchmarks", __name__)


@blueprint.get("/k/<organisation>/benchmarks")
@allow(RoleIn(READS_WAGES))
def index(organisation: str) -> Answer:
    """All benchmarks, the newest first; an expired one drops out of every check by itself."""
    return render_template(
        "producers/fairprice/benchmarks.html",
        benchmarks=queries.benchmarks(g.organisation.id),
        kinds=BENCHMARKS,
        today=clock.today(g.organisation.zone),
        may_record=bool(g.actor.roles & RUNS),
        currency=g.organisation.currency,
    )


@blueprint.route("/k/<organisation>/benchmarks/new", methods=["GET", "POST"])
@allow(RoleIn(RUNS))
def new(organisation: str) -> Answer:
    """Record a benchmark; it is never changed, a later one takes its place."""
    context = {"kinds": BENCHMARKS, "currency": g.organisation.currency}
    if request.method == "POST":
        try:
            answer = load_form(BenchmarkForm)
            answer["amount"] = _money(str(answer["amount"]), g.organisation.currency)
            answer["source"] = f"{answer['source']}, {answer.pop('place')}"
            services.record_benchmark(g.actor, g.organisation, **answer)
        except LumbungError as error:
            return show_form("producers/fairprice/benchmark_new.html", error, **context)
        return done(url_for("benchmarks.index", organisation=organisation), _("The benchmark is recorded."))
    fresh = {"valid_from": clock.today(g.organisation.zone).isoformat(), "hours": "8"}
    return show_form("producers/fairprice/benchmark_new.html", values=fresh, **context)


def _money(text: str, currency: str) -> Money:
    try:
        return Money.parse(text, currency)
    except ValueError as error:
        raise Invalid(fields={"amount": _("Enter an amount, for example 650.000.")}) from error
