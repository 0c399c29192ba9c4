"""Work that waits for nobody: the sequencer, the outbox, and periodic jobs (huey), in one process."""

import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Flask
from sqlalchemy import CheckConstraint, String
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.config import CHECKOUT, DELIVER_EVERY_MS, RUSH_WORK_SHARE, SEQUENCE_EVERY_MS
from marketplace.kernel import clock, outbox, scope
from marketplace.kernel.db import Base, Instant, db
from marketplace.kernel.journal import sequencer
from marketplace.kernel.logs import traced

Job = Callable[[], None]
JOB_NAME_LENGTH = 80

log = structlog.get_logger("work")


class JobRun(Base):
    """How a periodic job ran last, and when it last succeeded; one row a job."""

    __tablename__ = "job_run"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures_not_negative"),)

    name: Mapped[str] = mapped_column(String(JOB_NAME_LENGTH), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)
    succeeded_at: Mapped[datetime | None] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(default=0)


def init_app(app: Flask) -> None:
    """Plug in empty tables of periodic jobs."""
    app.extensions["jobs"] = {}
    app.extensions["daily_jobs"] = {}


def every(app: Flask, minutes: int, name: str, job: Job) -> None:
    """Have `job` run every so many minutes in an app context, in its own transaction; it must be harmless twice."""
    if name in app.extensions["jobs"]:
        raise ValueError(f"The job {name} is registered already.")
    app.extensions["jobs"][name] = (minutes, job)


def daily(app: Flask, hour_utc: int, name: str, job: Job) -> None:
    """Have `job` run once a day at an hour of UTC; `work --once` leaves it out."""
    if name in app.extensions["jobs"] or name in app.extensions["daily_jobs"]:
        raise ValueError(f"The job {name} is registered already.")
    app.extensions["daily_jobs"][name] = (hour_utc, job)


def run_once(app: Flask) -> None:
    """Run every periodic job, deliver what is due and sequence what waits."""
    for name, (_minutes, job) in app.extensions["jobs"].items():
        run_job(app, name, job)
    with app.app_context(), scope.everything():
        while outbox.deliver_due():
            pass
        sequencer.sequence()


def run_job(app: Flask, name: str, job: Job) -> None:
    """Run one job and commit; a failure is logged and the next turn tries again. How it went is noted."""
    with app.app_context(), scope.everything(), traced(job=name):
        started_at, succeeded = clock.now(), True
        try:
            job()
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("job_failed")
            succeeded = False
        _note_run(name, started_at, succeeded)


def _note_run(name: str, started_at: datetime, succeeded: bool) -> None:
    """In a transaction of its own; where the database is away the log has said so already."""
    try:
        run = db.session.get(JobRun, name) or JobRun(name=name, failures=0)
        run.started_at, run.ended_at = started_at, clock.now()
        if succeeded:
            run.succeeded_at, run.failures = run.ended_at, 0
        else:
            run.failures += 1
        db.session.add(run)
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("job_not_noted")


def work(app: Flask) -> None:
    """Run until told to stop (SIGTERM, SIGINT)."""
    stop = threading.Event()
    consumer = _consumer(app)
    consumer.start()
    # After huey's own start, which would take the signals for itself.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loops = [
        threading.Thread(target=_loop, args=(app, stop, sequence)),
        threading.Thread(target=_loop, args=(app, stop, deliver)),
    ]
    for loop in loops:
        loop.start()
    stop.wait()
    consumer.stop(graceful=False)
    for loop in loops:
        loop.join()


def sequence() -> float:
    """Sequence what waits; how many seconds to rest then."""
    sequencer.sequence()
    return SEQUENCE_EVERY_MS / 1000


def deliver() -> float:
    """Deliver some of what is due; how many seconds to rest then.

    While a rush is on that leaves the web its processors and, on SQLite, its turns at writing; else only where nothing
    more is due. Waiting for a mail server or provider takes nothing from anybody, so it does not count.
    """
    began = time.thread_time()
    if not outbox.deliver_due():
        return DELIVER_EVERY_MS / 1000
    took = time.thread_time() - began
    return took * (1 / RUSH_WORK_SHARE - 1) if outbox.is_rush() else 0


def _loop(app: Flask, stop: threading.Event, turn: Callable[[], float]) -> None:
    while not stop.is_set():
        with app.app_context(), scope.everything(), traced(turn=turn.__name__):
            try:
                rest_s = turn()
            except Exception:
                db.session.rollback()
                log.exception("turn_failed")
                rest_s = 1
        stop.wait(rest_s)


def _consumer(app: Flask):  # type: ignore[no-untyped-def]  # noqa: ANN202 - huey has no types
    """Huey with the parts' periodic jobs; its own small file, since the outbox is the only truth."""
    from huey import SqliteHuey, crontab  # the web server does without it

    path = CHECKOUT / "var" / "jobs.sqlite3"
    path.parent.mkdir(exist_ok=True)
    huey = SqliteHuey("lumbung", filename=str(path))
    schedule = [(name, crontab(minute=f"*/{every}"), job) for name, (every, job) in app.extensions["jobs"].items()]
    for name, (hour, job) in app.extensions["daily_jobs"].items():
        schedule.append((name, crontab(minute="0", hour=str(hour)), job))
    for name, when, job in schedule:
        huey.periodic_task(when, name=name)(lambda name=name, job=job: run_job(app, name, job))
    return huey.create_consumer(workers=1, periodic=True, check_worker_health=False)
