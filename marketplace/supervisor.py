"""`lumbung serve`: the web server and the worker under one roof."""

import os
import signal
import subprocess
import sys
import threading

WEB_WORKERS = 2
THREADS = 4
STOP_S_MAX = 10
RESTART_PAUSE_S = 1.0


def serve(host: str, port: int) -> int:
    """Run granian and `lumbung work` until SIGTERM or SIGINT; whichever ends by itself is started again."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    web += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning"]
    web += ["--respawn-failed-workers", "wsgi:app"]
    commands = [web, [sys.executable, "-m", "marketplace.cli", "work"]]
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
