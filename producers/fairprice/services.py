"""The only writer of benchmarks."""

from datetime import date

from flask_babel import lazy_gettext as _l

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid
from marketplace.kernel.money import Money
from producers.fairprice.models import BENCHMARK_KINDS, Benchmark


class BenchmarkIncomplete(Invalid):
    """A benchmark has an amount, hours, a source, a reviewer and an end."""

    code = "benchmark_incomplete"
    message = _l("A benchmark needs an amount, its hours, its source, who reviewed it, and until when it holds.")


def record_benchmark(
    actor: Actor,
    organisation: Organisation,
    *,
    kind: str,
    amount: Money,
    hours: int,
    source: str,
    reviewed_by: str,
    valid_from: date,
    valid_until: date,
) -> Benchmark:
    """Record a wage benchmark for `hours` of work; refuses one without source, reviewer or a later end."""
    complete = kind in BENCHMARK_KINDS and amount.minor > 0 and hours > 0 and source and reviewed_by
    if not complete or valid_until < valid_from or amount.currency != organisation.currency:
        raise BenchmarkIncomplete
    benchmark = Benchmark(
        organisation_id=organisation.id,
        kind=kind,
        amount_minor=amount.minor,
        hours=hours,
        source=source,
        reviewed_by=reviewed_by,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    db.session.add(benchmark)
    db.session.flush()
    return benchmark
