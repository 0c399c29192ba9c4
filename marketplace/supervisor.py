"""`lumbung serve`: the web server and the worker under one roof.

The app is loaded once and both are forked from it: what they never change they share, and a start costs one loading.
Nothing here opens a database connection or starts a thread before the fork. Whoever ends is started again, sooner
the longer it had lived; nobody outlives the process that started it, even when that one is killed.
"""

import ctypes
import gc
import logging
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import connection
from pathlib import Path
from typing import Any

import structlog
from flask import Flask

from marketplace.config import (
    DRAIN_S_MAX,
    METRICS_FOLDER,
    RESTART_WAIT_FIRST_S,
    RESTART_WAIT_S_MAX,
    STEADY_S_MIN,
    WEB_THREADS,
    WEB_WORKERS,
    WORK_NICENESS,
)

STOPPING = (signal.SIGTERM, signal.SIGINT)
LOOK_S = 0.25
COUNTERS = "lumbung-metrics"
_ON_PARENTS_DEATH = 1  # prctl(2): PR_SET_PDEATHSIG
_processes = multiprocessing.get_context("fork")
log = structlog.get_logger("supervisor")


class Child:
    """One program that is to run always: its present process, and how long to wait before the next."""

    def __init__(self, name: str, run: Callable[[], Any]) -> None:
        self.name = name
        self._run = run
        self._wait_s = 0.0
        self._due = self._started = 0.0
        self.process: Any = None

    def start(self, moment: float) -> None:
        """Fork a process; it hears no signal until it has forgotten what its parent does with it."""
        self._started = moment
        self.process = _processes.Process(target=_begin, args=(self._run, os.getpid()), name=self.name)
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    def attend(self, moment: float) -> None:
        """Start it again when it ended: at once when it had run steadily, else after a wait that doubles."""
        if self.process is None:
            if moment >= self._due:
                self.start(moment)
        elif self.process.exitcode is not None:
            log.error("child_ended", child=self.name, exit_code=self.process.exitcode, next_in_s=self._wait_s)
            self.process = None
            steady = moment - self._started >= STEADY_S_MIN
            self._due = moment + (0.0 if steady else self._wait_s)
            self._wait_s = 0.0 if steady else min(RESTART_WAIT_S_MAX, max(RESTART_WAIT_FIRST_S, 2 * self._wait_s))

    def stop(self, until: float) -> None:
        """Wait for an end that was asked for; past the moment, make one."""
        if self.process is not None:
            self.process.join(max(0.0, until - time.monotonic()))
            self.process.kill()
            self.process.join()


def serve(app: Flask, host: str, port: int) -> int:
    """Run web server and worker until SIGTERM or SIGINT, then let both finish what they are at."""
    share()
    with _counters(port) as folder:
        os.environ[METRICS_FOLDER] = folder  # the metrics' library looks there when a child loads it
        return keep_running([Child("web", partial(_web, app, host, port)), Child("work", partial(_work, app))])


def _counters(port: int) -> "tempfile.TemporaryDirectory[str]":
    """An empty folder for the children's counters; what killed servers left goes.

    In memory where there is such a place: a counter that meets a full disk ends its process.
    """
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it has a name of its own and is ours alone
    place = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    for left in place.glob(f"{COUNTERS}-*"):
        whose = left.name.removeprefix(f"{COUNTERS}-").split("-")
        if whose[0] == str(port or "") or not _lives(whose[1]):
            shutil.rmtree(left, ignore_errors=True)
    prefix = f"{COUNTERS}-{port}-{os.getpid()}-"
    return tempfile.TemporaryDirectory(prefix=prefix, dir=place, ignore_cleanup_errors=True)


def _lives(process: str) -> bool:
    """Whether a process of this number runs; what is no number is nobody's."""
    return process.isdecimal() and Path("/proc", process).exists()


def first(prepare: Callable[[], Any]) -> None:
    """Run something to its end in a process of its own; whoever waits for it ends as it did where it failed."""
    process = _processes.Process(target=prepare, name="prepare")
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)


def share() -> None:
    """Set what is loaded apart from what the garbage collector writes to, so that a fork shares it."""
    gc.freeze()


def keep_running(children: list[Child]) -> int:
    """Attend to the children until told to stop."""
    told: list[int] = []
    for number in STOPPING:
        signal.signal(number, lambda received, _frame: told.append(received))
    while not told:
        for child in children:
            child.attend(time.monotonic())
        alive = [child.process.sentinel for child in children if child.process is not None]
        connection.wait(alive, LOOK_S) if alive else time.sleep(LOOK_S)
    running = [child for child in children if child.process is not None]
    for child in running:
        child.process.terminate()
    until = time.monotonic() + DRAIN_S_MAX
    for child in running:
        child.stop(until)
    return os.EX_OK


def end_with_parent(parent: int, how: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent ends, however that came."""
    ctypes.CDLL(None).prctl(_ON_PARENTS_DEATH, how)
    if os.getppid() != parent:
        os.kill(os.getpid(), how)


def _begin(run: Callable[[], Any], parent: int) -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    end_with_parent(parent, signal.SIGTERM)
    run()


def _work(app: Flask) -> None:
    """The worker steps back where somebody waits for an answer: a receipt or a letter may come a moment later.

    Not on SQLite: put aside while it holds the one writer, it would keep the web waiting for longer.
    """
    from marketplace.kernel import jobs

    if not app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        os.nice(WORK_NICENESS)
    jobs.work(app)


def get_ready(app: Flask) -> None:
    """Do in the background what each process does once, so that the first crowd need not wait for it."""
    threading.Thread(target=_learn, args=[app], daemon=True).start()


def _learn(app: Flask) -> None:
    from marketplace.kernel import db, i18n

    db.get_to_know(app)
    i18n.get_to_know()


def _web(app: Flask, host: str, port: int) -> None:
    """Granian with WEB_WORKERS processes of WEB_THREADS each; more requests than that wait in line."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WEB_WORKERS,
        blocking_threads=WEB_THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_S_MAX - 2,
    )
    # It advises one thread a processor, for programs that compute. Ours wait for database and card provider.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    master = os.getpid()

    def loaded() -> Flask:
        # Without their master nobody would tell them to stop, and they would keep the port.
        end_with_parent(master, signal.SIGKILL)
        get_ready(app)
        return app

    server.serve(target_loader=loaded, wrap_loader=False)
