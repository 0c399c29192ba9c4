"""Work that waits for nobody: the sequencer, the outbox, and periodic jobs (huey), in one process."""

import signal
import threading
import time
from collections.abc import Callable

import structlog
from flask import Flask

from marketplace.config import CHECKOUT, SEQUENCE_EVERY_MS
from marketplace.kernel import outbox, scope
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer

log = structlog.get_logger("work")


def init_app(app: Flask) -> None:
    """Plug in an empty table of periodic jobs."""
    app.extensions["jobs"] = {}


def every(app: Flask, minutes: int, name: str, job: Callable[[], None]) -> None:
    """Have `job` run every so many minutes in an app context, in its own transaction; it must be harmless twice."""
    if name in app.extensions["jobs"]:
        raise ValueError(f"The job {name} is registered already.")
    app.extensions["jobs"][name] = (minutes, job)


def run_once(app: Flask) -> None:
    """Run every periodic job, deliver what is due and sequence what waits."""
    for name, (_minutes, job) in app.extensions["jobs"].items():
        run_job(app, name, job)
    with app.app_context(), scope.everything():
        while outbox.deliver_due():
            pass
        sequencer.sequence()


def run_job(app: Flask, name: str, job: Callable[[], None]) -> None:
    """Run one job and commit; a failure is logged and the next turn tries again."""
    with app.app_context(), scope.everything():
        try:
            job()
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("job_failed", job=name)


def work(app: Flask) -> None:
    """Run until told to stop (SIGTERM, SIGINT)."""
    stop = threading.Event()
    consumer = _consumer(app)
    consumer.start()
    # After huey's own start, which would take the signals for itself.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loops = [
        threading.Thread(target=_loop, args=(app, stop, SEQUENCE_EVERY_MS / 1000, sequencer.sequence)),
        threading.Thread(target=_loop, args=(app, stop, 0.25, outbox.deliver_due)),
    ]
    for loop in loops:
        loop.start()
    stop.wait()
    consumer.stop(graceful=False)
    for loop in loops:
        loop.join()


def _loop(app: Flask, stop: threading.Event, pause_s: float, turn: Callable[[], object]) -> None:
    while not stop.is_set():
        with app.app_context(), scope.everything():
            try:
                turn()
            except Exception:
                db.session.rollback()
                log.exception("turn_failed")
                time.sleep(1)
        stop.wait(pause_s)


def _consumer(app: Flask):  # type: ignore[no-untyped-def]  # noqa: ANN202 - huey has no types
    """Huey with the parts' periodic jobs; its own small file, since the outbox is the only truth."""
    from huey import SqliteHuey, crontab  # the web server does without it

    path = CHECKOUT / "var" / "jobs.sqlite3"
    path.parent.mkdir(exist_ok=True)
    huey = SqliteHuey("lumbung", filename=str(path))
    for name, (minutes, job) in app.extensions["jobs"].items():
        huey.periodic_task(crontab(minute=f"*/{minutes}"), name=name)(
            lambda name=name, job=job: run_job(app, name, job)
        )
    return huey.create_consumer(workers=1, periodic=True, check_worker_health=False)
