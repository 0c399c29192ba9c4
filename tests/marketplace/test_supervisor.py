"""The real supervisor: what starts, what dies and comes back, what is left afterwards, and how little it takes."""

import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace import supervisor
from marketplace.config import RESTART_WAIT_FIRST_S, RESTART_WAIT_S_MAX, STEADY_S_MIN
from tests.house import CHECKOUT, House, alive, descendants, eventually, patience, proportional_kib

HEALTHY_S_MAX = 5
# A second and a half alone on the machine; here our modules may be compiled anew, and others work beside us.
READY_S_MAX = 3
SHOP_MIB_MAX = 240
WORK_MIB_MAX = 150
# Each would cost every start, or every process its memory; a command that needs one loads it.
LATE = {
    *("PIL", "alembic", "email_validator", "huey", "numpy", "openpyxl", "phonenumbers", "pikepdf", "pillow_heif"),
    *("requests", "segno", "stripe", "tqdm", "weasyprint", "xlsxwriter"),
}


def parts_of(house: House) -> tuple[int, list[int], int]:
    """The web server's master, its workers, and the worker behind it all."""
    first = Path(f"/proc/{house.pid}/task/{house.pid}/children").read_text().split()
    web, work = (int(pid) for pid in first)
    return web, descendants(web), work


def test_a_start_loads_nothing_it_does_not_need():
    script = "import json, sys, wsgi; print(json.dumps(sorted(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "DATABASE_URL": "sqlite:///:memory:"}

    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert {name.split(".")[0] for name in json.loads(done.stdout)} & LATE == set()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whoever_is_killed_comes_back_and_nobody_stays_behind(database, tmp_path: Path):
    with House(database.url, tmp_path) as house:
        web, workers, work = parts_of(house)
        assert len(workers) == 2
        for _turn in range(20):
            assert house.status("/") == 200
        assert "WARNING" not in house.log.read_text()
        memory = {pid: proportional_kib(pid) // 1024 for pid in [house.pid, web, *workers, work]}
        assert sum(mib for pid, mib in memory.items() if pid != work) <= SHOP_MIB_MAX, memory
        assert memory[work] <= WORK_MIB_MAX, memory

        os.kill(workers[0], signal.SIGKILL)
        assert eventually(lambda: len(parts_of(house)[1]) == 2 and house.status("/readyz") == 200, HEALTHY_S_MAX)

        os.kill(web, signal.SIGKILL)
        os.kill(work, signal.SIGKILL)
        assert eventually(lambda: len(descendants(house.pid)) == 4, HEALTHY_S_MAX), house.log.read_text()
        assert eventually(lambda: house.status("/readyz") == 200, HEALTHY_S_MAX)
        assert eventually(lambda: not any(alive(pid) for pid in [web, *workers, work]), HEALTHY_S_MAX)

        everyone = descendants(house.pid)
        assert house.stop() == 0
        assert not any(alive(pid) for pid in everyone)

        house.start()
        everyone = descendants(house.pid)
        os.kill(house.pid, signal.SIGKILL)
        assert eventually(lambda: not any(alive(pid) for pid in everyone), HEALTHY_S_MAX)
        assert house.start() <= READY_S_MAX * patience()


class Ended:
    """A process that ended at once."""

    exitcode = 1


@pytest.fixture
def starts(monkeypatch) -> list[float]:
    """When a child was started that ends at once, without a process."""
    moments: list[float] = []

    def start(child: supervisor.Child, moment: float) -> None:
        moments.append(moment)
        child._started = moment
        child.process = Ended()

    monkeypatch.setattr(supervisor.Child, "start", start)
    return moments


def test_what_keeps_ending_is_started_ever_more_rarely(starts: list[float]):
    child = supervisor.Child("web", lambda: None)

    for tenth in range(3_000):
        child.attend(tenth / 10)

    waits = [round(later - sooner, 1) for sooner, later in itertools.pairwise(starts)]
    assert waits == sorted(waits)
    assert waits[0] < RESTART_WAIT_FIRST_S
    assert RESTART_WAIT_S_MAX <= waits[-1] < RESTART_WAIT_S_MAX + 1


def test_what_had_run_steadily_is_started_at_once(starts: list[float]):
    child = supervisor.Child("web", lambda: None)
    ended = 1 + STEADY_S_MIN

    for moment in (1.0, ended, ended):
        child.attend(moment)

    assert starts == [1.0, ended]


def test_what_killed_servers_counted_is_cleared_and_what_others_count_stays(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(supervisor.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(supervisor.os, "access", lambda _path, _mode: False)
    gone = subprocess.Popen(["true"])
    gone.wait()
    names = {"8001-1-a": True, f"8001-{gone.pid}-a": False, f"8000-{os.getpid()}-a": False, "8001-x_y3": False}
    for name in names:
        (tmp_path / f"lumbung-metrics-{name}").mkdir()

    with supervisor._counters(8000) as own:
        assert {name for name in names if (tmp_path / f"lumbung-metrics-{name}").exists()} == {"8001-1-a"}
        assert Path(own).name.startswith(f"lumbung-metrics-8000-{os.getpid()}-")
    assert not Path(own).exists()


def test_a_preparation_that_fails_ends_the_start():
    done = subprocess.run(
        [sys.executable, "-c", "from marketplace import supervisor; supervisor.first(lambda: 1 / 0); print('served')"],
        cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 1
    assert "served" not in done.stdout
