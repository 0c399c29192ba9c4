"""Wage benchmarks: figures from outside, each with source, date, reviewer and an end."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, append_only
from marketplace.kernel.journal.models import Journaled

BENCHMARK_KINDS = ("minimum", "living")


class Benchmark(Journaled, Base):
    """A minimum or living wage where a cooperative is: an amount for so many hours, such as a day of 8."""

    __tablename__ = "price_benchmark"
    __table_args__ = (
        CheckConstraint("kind IN ('minimum', 'living')", name="kind_known"),
        CheckConstraint("amount_minor > 0 AND hours > 0", name="amount_positive"),
        CheckConstraint("valid_until >= valid_from", name="ends_after_begin"),
        Index("ix_price_benchmark_current", "organisation_id", "kind", "valid_from"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"))
    kind: Mapped[str] = mapped_column(String(8))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    hours: Mapped[int] = mapped_column()
    source: Mapped[str] = mapped_column(String(200))
    reviewed_by: Mapped[str] = mapped_column(String(120))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)


append_only(Benchmark.__table__)
