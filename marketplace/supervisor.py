"""`lumbung serve`: the web server and the worker under one roof."""

import os
import signal
import subprocess
import sys
import threading

from marketplace.config import WEB_THREADS, WEB_WORKERS

STOP_S_MAX = 10
RESTART_PAUSE_S = 1.0


def web_command(host: str, port: int, target: str = "wsgi:app") -> list[str]:
    """What starts the web server: WEB_WORKERS processes with WEB_THREADS each; more requests than that wait."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), "--no-ws"]
    return [*command, "--log-level", "warning", "--respawn-failed-workers", target]


def serve(host: str, port: int) -> int:
    """Run granian and `lumbung work` until SIGTERM or SIGINT; whichever ends by itself is started again."""
    commands = [web_command(host, port), [sys.executable, "-m", "marketplace.cli", "work"]]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    children = [subprocess.Popen(command) for command in commands]  # noqa: S603 - our own commands
    while not stop.wait(RESTART_PAUSE_S):
        for place, child in enumerate(children):
            if child.poll() is not None:
                children[place] = subprocess.Popen(commands[place])  # noqa: S603
    for child in children:
        child.send_signal(signal.SIGTERM)
    for child in children:
        try:
            child.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            child.kill()
    return os.EX_OK
