"""The state of the house at one moment: what waits, what ran, how large it is."""

import platform as machine
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from marketplace.config import DELIVERY_ATTEMPTS_WARNING, VERIFY_DAYS_WARNING
from marketplace.kernel import check_log, clock
from marketplace.kernel.check_log import CheckRun, last_checks
from marketplace.kernel.db import db, is_postgresql
from marketplace.kernel.jobs import JobRun
from marketplace.kernel.journal.models import Checkpoint, Event
from marketplace.kernel.journal.sequencer import tree_size
from marketplace.kernel.outbox import Delivery, Message


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of a kind wait and since when the oldest; `stuck` failed again and again."""

    count: int
    since: datetime | None
    stuck: int = 0

    @property
    def seconds(self) -> float:
        """How long the oldest has waited."""
        return (clock.now() - self.since).total_seconds() if self.since else 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """A folder on this machine and the room that is left there, in bytes."""

    kind: str
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the operator's page and the metrics show."""

    outbox: Waiting
    sequencer: Waiting
    events: int
    checks: dict[str, CheckRun | None]
    jobs: list[JobRun]
    database_bytes: int
    places: list[Place]
    versions: dict[str, str]


def state() -> State:
    """The state now; a handful of counts, none of a whole table of business rows."""
    kinds, runs = (check_log.INVARIANTS, check_log.VERIFY, check_log.BACKUP), last_checks()
    return State(
        outbox=outbox_waiting(),
        sequencer=_events_waiting(),
        events=tree_size(),
        checks={kind: runs.get(kind) for kind in kinds},
        jobs=list(db.session.scalars(select(JobRun).order_by(JobRun.name))),
        database_bytes=_database_bytes(),
        places=_places(),
        versions=_versions(),
    )


def outbox_waiting() -> Waiting:
    """Messages that have not reached their handler, and those of them that failed DELIVERY_ATTEMPTS_WARNING times."""
    waits = select(func.count(), func.min(Message.created_at)).select_from(Delivery).join(Delivery.message)
    count, since = db.session.execute(waits.where(Delivery.done_at.is_(None))).one()
    failing = select(func.count()).where(Delivery.done_at.is_(None), Delivery.attempts >= DELIVERY_ATTEMPTS_WARNING)
    return Waiting(count, since, db.session.scalar(failing) or 0)


def verify_is_late(last: CheckRun | None) -> datetime | None:
    """Since when nothing was verified, where that is longer than VERIFY_DAYS_WARNING; a new house is not late."""
    since = last.ended_at if last else db.session.scalar(select(func.min(Checkpoint.at)))
    late = since is not None and since < clock.now() - timedelta(days=VERIFY_DAYS_WARNING)
    return since if late else None


def _events_waiting() -> Waiting:
    return Waiting(*db.session.execute(select(func.count(), func.min(Event.at)).where(Event.seq.is_(None))).one())


def _database_bytes() -> int:
    if is_postgresql():
        return int(db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages, size = (db.session.scalar(text(f"PRAGMA {what}")) or 0 for what in ("page_count", "page_size"))
    return int(pages) * int(size)


def _places() -> list[Place]:
    """The disks of database and media, where they are folders of this machine."""
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    folders = {"media": Path(current_app.config["MEDIA_URL"])} if "://" not in current_app.config["MEDIA_URL"] else {}
    if url.get_backend_name() == "sqlite" and url.database:
        folders["database"] = Path(url.database).parent
    return [Place(kind, *_room(folder)) for kind, folder in sorted(folders.items()) if folder.exists()]


def _room(folder: Path) -> tuple[int, int]:
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def _versions() -> dict[str, str]:
    server = "SHOW server_version" if is_postgresql() else "SELECT sqlite_version()"
    engine = "PostgreSQL" if is_postgresql() else "SQLite"
    try:
        own = version("lumbung")
    except PackageNotFoundError:
        own = "?"
    return {
        "Lumbung": own,
        "Python": machine.python_version(),
        engine: str(db.session.scalar(text(server))),
        "migration": ", ".join(db.session.scalars(text("SELECT version_num FROM alembic_version"))),
    }
