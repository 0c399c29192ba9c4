"""The only place that asks what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """The present date where `zone` (an IANA name) lies."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def at(moment: datetime | date) -> Iterator[None]:
    """Let the clock stand at `moment` inside the block: replay, import of history, demo and tests."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(12), UTC)
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def advance(step: timedelta) -> None:
    """Move a standing clock forward; refuses when the clock is not standing."""
    moment = _frozen.get()
    if moment is None:
        raise RuntimeError("Only a clock held with at() can be moved.")
    _frozen.set(moment + step)
