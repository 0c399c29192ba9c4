"""The real thing: `lumbung serve` on a database, as one group of processes that a test may kill."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.conftest import settings

CHECKOUT = Path(__file__).resolve().parent.parent
START_S_MAX = 60
ANSWER_S_MAX = 30


class House:
    """A served shop; `with House(url, folder) as house:` starts it and leaves nothing of it behind."""

    def __init__(self, url: str, folder: Path, **more: str) -> None:
        self.settings = settings(url, folder) | more
        self.port = free_port()
        self.log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "House":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The supervisor."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> float:
        """Start and wait until it is ready; how many seconds that took."""
        environment = {**os.environ, **environment_of(self.settings), "PYTHONPATH": str(CHECKOUT)}
        command = [sys.executable, "-m", "marketplace.cli", "serve", "--port", str(self.port)]
        if self._process is not None:
            self._process.wait(ANSWER_S_MAX)
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        return self.ready(begun)

    def ready(self, begun: float) -> float:
        """Wait until /readyz says so; the seconds since `begun`."""
        while time.monotonic() - begun < START_S_MAX:
            if self.status("/readyz") == 200:
                return time.monotonic() - begun
            time.sleep(0.02)
        raise AssertionError(f"not ready: {self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """End every process of it at once, as a power cut would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(ANSWER_S_MAX)

    def status(self, path: str, **asked: Any) -> int | None:
        """The status of an answer; None where there was none."""
        try:
            return self.ask(path, **asked)[0]
        except (OSError, http.client.HTTPException):
            return None

    def tell(self, path: str, body: bytes, headers: dict[str, str]) -> int | None:
        """The status of the answer to a program's message; None where there was none."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S_MAX)
        try:
            line.request("POST", path, body, headers)
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()

    def ask(
        self, path: str, data: dict[str, str] | None = None, cookies: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage]:
        """Ask for a page, or send a form; status and headers. Raises where the connection broke."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S_MAX)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            line.request("GET" if data is None else "POST", path, urlencode(data) if data else None, headers)
            answer = line.getresponse()
            answer.read()
        finally:
            line.close()
        return answer.status, answer.headers


def environment_of(settings: dict[str, Any]) -> dict[str, str]:
    """Settings as the environment that says the same."""
    plain = {name: value for name, value in settings.items() if name != "TESTING"}
    return {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in plain.items()}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # some end while we look
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in task.read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def proportional_kib(pid: int) -> int:
    """What a process holds of the memory: what it shares counts by its share (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def patience() -> float:
    """How much longer things take than on an idle machine: others may be at work beside the test."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def eventually(holds: Any, seconds: float) -> bool:
    """Whether something becomes true within so many seconds."""
    until = time.monotonic() + seconds * patience()
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
