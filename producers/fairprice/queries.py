"""Reading benchmarks."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy import select

from marketplace.kernel.db import db
from producers.fairprice.models import Benchmark


def benchmark_on(organisation_id: str, kind: str, on: date) -> Fraction | None:
    """The exact hourly benchmark in force on a day; None where there is none or it has expired."""
    row = current_benchmark(organisation_id, kind, on)
    return Fraction(row.amount_minor, row.hours) if row else None


def current_benchmark(organisation_id: str, kind: str, on: date) -> Benchmark | None:
    """The benchmark of a kind in force on a day: of several the one that took force last."""
    return db.session.scalars(
        select(Benchmark)
        .where(
            Benchmark.organisation_id == organisation_id,
            Benchmark.kind == kind,
            Benchmark.valid_from <= on,
            Benchmark.valid_until >= on,
        )
        .order_by(Benchmark.valid_from.desc(), Benchmark.id.desc())
        .limit(1)
    ).first()


def benchmarks(organisation_id: str) -> Sequence[Benchmark]:
    """All benchmarks of a cooperative, the newest first."""
    query = select(Benchmark).where(Benchmark.organisation_id == organisation_id)
    return db.session.scalars(query.order_by(Benchmark.valid_from.desc(), Benchmark.id.desc())).all()
