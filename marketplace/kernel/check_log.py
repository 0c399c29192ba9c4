"""What checks of the whole house found, and when: the hourly invariants, the nightly verify, backups."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.config import CHECKS_KEPT, FINDINGS_A_CHECK_MAX
from marketplace.kernel import clock, ids, outbox
from marketplace.kernel.db import ID_LENGTH, Base, Instant, db
from marketplace.kernel.invariants import Broken

INVARIANTS, VERIFY, BACKUP = "invariants", "verify", "backup"
BROKEN = "check.broken"


class CheckRun(Base):
    """One check: how long, over how many events, what is broken (the first of it), what it did not reach."""

    __tablename__ = "check_run"
    __table_args__ = (
        CheckConstraint("kind IN ('invariants', 'verify', 'backup')", name="kind_known"),
        CheckConstraint("broken >= 0", name="broken_not_negative"),
        Index("ix_check_run_newest", "kind", "ended_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    kind: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    events: Mapped[int] = mapped_column(BigInteger)
    broken: Mapped[int] = mapped_column(BigInteger)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    not_reached: Mapped[list[str]] = mapped_column(JSON)


def note_check(
    kind: str, started_at: datetime, *, events: int, broken: Sequence[Broken] = (), not_reached: Sequence[str] = ()
) -> CheckRun:
    """Keep what a check found; findings that the check of its kind before did not have are told (`check.broken`).

    The oldest of its kind beyond CHECKS_KEPT go.
    """
    before = last_check(kind)
    run = CheckRun(
        kind=kind,
        started_at=started_at,
        ended_at=clock.now(),
        events=events,
        broken=len(broken),
        findings=[asdict(each) for each in broken[:FINDINGS_A_CHECK_MAX]],
        not_reached=list(not_reached),
    )
    db.session.add(run)
    db.session.flush()
    if run.broken and (before is None or (before.broken, before.findings) != (run.broken, run.findings)):
        outbox.publish(BROKEN, {"check_id": run.id})
    _forget_old(kind)
    return run


def last_check(kind: str) -> CheckRun | None:
    """The newest check of a kind."""
    query = select(CheckRun).where(CheckRun.kind == kind).order_by(CheckRun.ended_at.desc(), CheckRun.id.desc())
    return db.session.scalar(query.limit(1))


def last_checks() -> dict[str, CheckRun]:
    """The newest check of each kind, in one question."""
    newest = func.row_number().over(partition_by=CheckRun.kind, order_by=(CheckRun.ended_at.desc(), CheckRun.id.desc()))
    ranked = select(CheckRun.id, newest.label("place")).subquery()
    query = select(CheckRun).join(ranked, ranked.c.id == CheckRun.id).where(ranked.c.place == 1)
    return {run.kind: run for run in db.session.scalars(query)}


def _forget_old(kind: str) -> None:
    kept = select(CheckRun.id).where(CheckRun.kind == kind)
    kept = kept.order_by(CheckRun.ended_at.desc(), CheckRun.id.desc()).limit(CHECKS_KEPT)
    db.session.execute(delete(CheckRun).where(CheckRun.kind == kind, CheckRun.id.not_in(kept)))
