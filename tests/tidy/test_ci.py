"""In CI a test that skips for want of PostgreSQL, a browser or the conformance files fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

SKIPS = """
import pytest

@pytest.mark.{marker}
def test_left_out():
    pytest.skip({reason!r})
"""


def run(folder: Path, marker: str, reason: str, **environment: str) -> str:
    test = folder / "test_left_out.py"
    test.write_text(SKIPS.format(marker=marker, reason=reason))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "-p", "tests.conftest", str(test)],
        cwd=CHECKOUT,
        env={**os.environ, "LUMBUNG_CONFORMANCE": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("marker", "reason"),
    [("timeout(9)", "postgresql: no server"), ("browser", "none here"), ("conformance", "a file is absent")],
)
def test_a_gap_fails_in_ci_and_only_there(tmp_path, marker, reason):
    assert "1 failed" in run(tmp_path, marker, reason, CI="true")
    assert "1 skipped" in run(tmp_path, marker, reason, CI="")


def test_a_skip_for_another_reason_stays_a_skip(tmp_path):
    assert "1 skipped" in run(tmp_path, "timeout(9)", "not on this weekday", CI="true")


def test_an_absent_conformance_folder_is_no_failure(tmp_path):
    last = run(tmp_path, "conformance", "absent", CI="true", LUMBUNG_CONFORMANCE=str(tmp_path / "none"))

    assert "1 skipped" in last
