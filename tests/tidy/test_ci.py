"""In CI a test that skips for want of PostgreSQL, a browser or the conformance files fails the run."""

import os
import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

GAPS = """
import pytest

@pytest.mark.timeout(9)
def test_a_server():
    pytest.skip("postgresql: no server")

@pytest.mark.browser
def test_a_browser():
    pytest.skip("none here")

@pytest.mark.conformance
def test_a_file():
    pytest.skip("a file is absent")
"""
OTHER = """
import pytest

def test_another_reason():
    pytest.skip("not on this weekday")
"""


def run(folder: Path, tests: str, **environment: str) -> str:
    test = folder / "test_left_out.py"
    test.write_text(tests)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "-p", "tests.conftest", str(test)],
        cwd=CHECKOUT,
        env={**os.environ, "LUMBUNG_CONFORMANCE": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.splitlines()[-1]


def test_a_gap_fails_in_ci_and_another_skip_does_not(tmp_path):
    assert re.match("3 failed, 1 skipped", run(tmp_path, GAPS + OTHER, CI="true"))


def test_a_gap_is_a_skip_elsewhere(tmp_path):
    assert re.match("4 skipped", run(tmp_path, GAPS + OTHER, CI=""))


def test_an_absent_conformance_folder_is_no_failure(tmp_path):
    last = run(tmp_path, GAPS, CI="true", LUMBUNG_CONFORMANCE=str(tmp_path / "none"))

    assert re.match("2 failed, 1 skipped", last)
