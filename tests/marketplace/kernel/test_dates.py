"""Days read the same way round in both languages, in the zone they happened in."""

from datetime import UTC, date, datetime

import pytest

from marketplace.app import create_app
from marketplace.kernel import dates

LATE = datetime(2026, 3, 12, 20, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def bare_app():
    return create_app({"LUMBUNG_ENV": "test", "DATABASE_URL": "sqlite:///:memory:"})


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("id", ["12 Maret 2026", "12 Mar 2026", "13 Maret 2026", "12 Agustus 2026", "13 Maret 2026, 03.05 WIB"]),
        ("en", ["12 March 2026", "12 Mar 2026", "13 March 2026", "12 August 2026", "13 March 2026, 03:05 WIB"]),
    ],
)
def test_a_day_is_written_in_the_readers_language(bare_app, language, shown):
    with bare_app.test_request_context(f"/?lang={language}"):
        written = [
            dates.day(date(2026, 3, 12)),
            dates.short_day("2026-03-12"),
            dates.day(LATE, "Asia/Jakarta"),
            dates.day("2026-08-12T09:00:00+00:00"),
            dates.moment(LATE, "Asia/Jakarta"),
        ]

    assert written == shown


def test_a_program_reads_utc():
    assert dates.iso(LATE) == "2026-03-12T20:05:00Z"


def test_what_is_no_day_is_refused(bare_app):
    with bare_app.test_request_context("/"), pytest.raises(ValueError, match="isoformat"):
        dates.day("tomorrow")
