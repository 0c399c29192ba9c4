"""Servers under measurement: started, waited for, ended."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import tree
from marketplace.config import CHECKOUT, WEB_THREADS, WEB_WORKERS
from marketplace.kernel.journal.checkpoint import Signer

READY_S_MAX = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(folder: Path) -> dict[str, str]:
    """The environment of a house of its own in a folder."""
    own = {
        "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "MEDIA_URL": str(folder / "media"),
        "MAIL_URL": f"file://{folder / 'mail'}",
        "LUMBUNG_ENV": "production",
        "SECRET_KEY": "5c" * 32,
        "CHECKPOINT_KEY": Signer("lumbung.bench", b"\x5c" * 32).to_text(),
        "FIELD_KEYS": "5c" * 32,
        "TRUSTED_HOSTS": "127.0.0.1,localhost",
        "TRUSTED_PROXIES": "1",
    }
    # Compiled modules are kept, as script/bootstrap keeps them: else each start would compile them anew.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **own, "PYTHONPATH": str(CHECKOUT)}


def lumbung(*arguments: str) -> list[str]:
    """The command line of `lumbung`."""
    return [sys.executable, "-m", "marketplace.cli", *arguments]


def granian(target: str, port: int) -> list[str]:
    """The command line of the server that both sides use, set as `lumbung serve` sets it."""
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --workers {WEB_WORKERS} --no-ws --log-level warning"
    return [sys.executable, "-m", "granian", *options.split(), "--blocking-threads", str(WEB_THREADS), target]


def upgrade(environment: dict[str, str], *options: str) -> None:
    """Bring a database's tables up."""
    command = lumbung("db", "upgrade", *options)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def parts(pid: int) -> tuple[int, int]:
    """The processes of a running `lumbung serve` that answer and that `work`: the second has no child of its own."""
    children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    (work,) = [child for child in children if len(list(tree(child))) == 1]
    (web,) = [child for child in children if child != work]
    return web, work


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int, ready: str) -> Iterator[tuple[int, float]]:
    """A server's process id, and the seconds until it answered at `ready`."""
    start = time.monotonic()
    said = tempfile.TemporaryFile()  # noqa: SIM115 - closed below, after the server that writes to it
    process = subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=said, stderr=said)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None or time.monotonic() - start > READY_S_MAX:
                    said.seek(0)
                    raise RuntimeError(f"did not start: {' '.join(command)}\n{said.read()[-2000:]!r}") from None
                time.sleep(0.02)
        yield process.pid, time.monotonic() - start
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
        said.close()
