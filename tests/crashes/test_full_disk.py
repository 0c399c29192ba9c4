"""A disk that is full takes nothing, says so, and loses nothing: 503 for writers, pages for readers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import databases, postgres
from tests.house import CHECKOUT

SECONDS_MAX = 240


@pytest.fixture
def apart() -> list[str]:
    """How to run something where it may mount a disk: as root, or in a user namespace."""
    command = ["unshare", "--mount"]
    if os.geteuid() != 0:  # as herself, since PostgreSQL refuses to run as root
        command += ["--user", "--map-current-user", "--keep-caps"]
    try:
        tried = subprocess.run([*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True)
    except FileNotFoundError as missing:
        pytest.skip(f"full disk: {missing}; install util-linux")
    if tried.returncode:
        pytest.skip(f"full disk: neither root nor a user namespace may mount a tmpfs here: {tried.stderr.strip()}")
    return command


@pytest.fixture
def folder() -> Path:
    """A folder through which a server's unprivileged user may pass."""
    made = databases.run_folder() / f"full-{os.getpid()}"
    made.mkdir(mode=0o711)
    return made


def run(apart: list[str], program: str, *arguments: str) -> None:
    done = subprocess.run(
        [*apart, sys.executable, "-m", program, *arguments], cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, timeout=SECONDS_MAX,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_writers_and_serves_readers(apart: list[str], database, tmp_path: Path):
    run(apart, "tests.crashes.full_disk", str(tmp_path), database.name)


def test_a_full_disk_under_postgresql(apart: list[str], folder: Path):
    try:
        postgres.installed()
    except postgres.NoPostgres as reason:
        pytest.skip(f"postgresql: {reason}")

    run(apart, "tests.crashes.full_disk_postgresql", str(folder))
