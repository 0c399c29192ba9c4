"""A disk that is full takes nothing, says so, and loses nothing: 503 for writers, pages for readers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import CHECKOUT

SECONDS_MAX = 240


@pytest.fixture
def apart() -> list[str]:
    """How to run something where it may mount a disk: as root, or in a user namespace."""
    command = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        tried = subprocess.run([*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True)
    except FileNotFoundError as missing:
        pytest.skip(f"full disk: {missing}; install util-linux")
    if tried.returncode:
        pytest.skip(f"full disk: neither root nor a user namespace may mount a tmpfs here: {tried.stderr.strip()}")
    return command


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_writers_and_serves_readers(apart: list[str], database, tmp_path: Path):
    command = [*apart, sys.executable, "-m", "tests.crashes.full_disk", str(tmp_path), database.name]

    done = subprocess.run(
        command, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True,
        timeout=SECONDS_MAX,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
