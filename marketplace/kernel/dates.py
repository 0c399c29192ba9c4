"""Days and moments as people read them, in the language in use: the filters for pages, papers and mail."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Flask

from marketplace.config import DAYS_KEPT_MAX
from marketplace.kernel.i18n import language

# One order of day, month and year in every language we speak, so that 3/4 never has to be guessed.
LONG = "d MMMM y"
SHORT = "d MMM y"
MOMENT = "d MMMM y, HH.mm"
MOMENT_EN = "d MMMM y, HH:mm"


def init_app(app: Flask) -> None:
    """Give templates the filters `day`, `short_day`, `moment` and `iso`."""
    app.jinja_env.filters.update(day=day, short_day=short_day, moment=moment, iso=iso)


def day_in(moment: datetime, zone: str) -> date:
    """The date of a moment where `zone` (an IANA name) lies."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day(value: date | datetime | str, zone: str = "UTC") -> str:
    """A day such as 12 Maret 2026; a moment is taken where `zone` lies, a text is read as ISO 8601."""
    return _formatted(value, LONG, zone)


def short_day(value: date | datetime | str, zone: str = "UTC") -> str:
    """The same with a short month: 12 Mar 2026."""
    return _formatted(value, SHORT, zone)


def moment(value: datetime, zone: str = "UTC") -> str:
    """A moment to the minute where `zone` lies, such as 12 Maret 2026, 14.05 WIB."""
    there = value.astimezone(ZoneInfo(zone))
    pattern = MOMENT if language() == "id" else MOMENT_EN
    return f"{format_datetime(there, pattern, locale=language())} {there.tzname()}"


def iso(value: datetime) -> str:
    """A moment for programs: UTC, to the second, ending in Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _formatted(value: date | datetime | str, pattern: str, zone: str) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = day_in(value, zone)
    return _written(value.year, value.month, value.day, pattern, language())


@lru_cache(maxsize=DAYS_KEPT_MAX)
def _written(year: int, month: int, day_of_month: int, pattern: str, spoken: str) -> str:
    """Kept: a page names the same few days again and again, and a library reads the pattern anew each time."""
    return format_datetime(datetime(year, month, day_of_month, tzinfo=UTC), pattern, locale=spoken)
