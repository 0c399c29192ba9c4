"""The house's own values for Prometheus, read when they are asked for."""

from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from marketplace.kernel.db import db
from marketplace.watch.queries import State, state

Rows = Iterable[tuple[dict[str, str], float]]


class HouseCollector(Collector):
    """One reading of the state; where the database does not answer, that alone is said."""

    def collect(self) -> Iterator[Metric]:
        """Yield every value."""
        try:
            now = state()
        except SQLAlchemyError:
            db.session.rollback()
            yield _gauge("database_up", "Whether the database answers.", [({}, 0)])
            return
        yield _gauge("database_up", "Whether the database answers.", [({}, 1)])
        yield from _waiting(now)
        yield from _checks(now)
        yield from _jobs(now)
        yield _gauge("database_bytes", "Size of the database.", [({}, now.database_bytes)])
        yield _gauge("disk_free_bytes", "Room left.", [({"place": place.kind}, place.free) for place in now.places])
        yield _gauge("build_info", "Versions.", [(_labels(now.versions), 1)])


def _waiting(now: State) -> Iterator[Metric]:
    yield _gauge("outbox_waiting", "Messages not delivered yet.", [({}, now.outbox.count)])
    yield _gauge("outbox_stuck", "Messages that failed again and again.", [({}, now.outbox.stuck)])
    yield _gauge("outbox_oldest_seconds", "Age of the oldest of them.", [({}, now.outbox.seconds)])
    yield _gauge("journal_events", "Events in the journal's tree.", [({}, now.events)])
    yield _gauge("journal_waiting", "Events without a number.", [({}, now.sequencer.count)])
    yield _gauge("journal_oldest_seconds", "Age of the oldest of them.", [({}, now.sequencer.seconds)])


def _checks(now: State) -> Iterator[Metric]:
    ran = {kind: run for kind, run in now.checks.items() if run}
    times: Rows = [({"kind": kind}, run.ended_at.timestamp()) for kind, run in ran.items()]
    yield _gauge(
        "check_broken", "What the last check found.", [({"kind": kind}, run.broken) for kind, run in ran.items()]
    )
    yield _gauge("check_timestamp_seconds", "When it ended.", times)


def _jobs(now: State) -> Iterator[Metric]:
    failing: Rows = [({"job": job.name}, job.failures) for job in now.jobs]
    times: Rows = [({"job": job.name}, job.succeeded_at.timestamp()) for job in now.jobs if job.succeeded_at]
    took: Rows = [({"job": job.name}, (job.ended_at - job.started_at).total_seconds()) for job in now.jobs]
    yield _gauge("job_failures", "Failures since the last success.", failing)
    yield _gauge("job_success_timestamp_seconds", "When it last succeeded.", times)
    yield _gauge("job_seconds", "How long it took last.", took)


def _gauge(name: str, what: str, rows: Rows) -> GaugeMetricFamily:
    rows = list(rows)
    family = GaugeMetricFamily(f"lumbung_{name}", what, labels=list(rows[0][0]) if rows else [])
    for labels, value in rows:
        family.add_metric(list(labels.values()), value)
    return family


def _labels(versions: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in versions.items()}
