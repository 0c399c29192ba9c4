"""Load from kept-open connections, and what it cost the server: its own processor seconds, whoever else is busy."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
READER = b"{reader}"
"""In a header: the last two numbers of an address, another with each request, so that no bound on one is met."""
_readers = count()


@dataclass(frozen=True)
class Load:
    """What a run of requests came to."""

    requests: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Answers a second, as the clients saw it."""
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor time of the server's processes for one answer, in milliseconds."""
        return 1000 * self.cpu_seconds / self.requests


def drive(port: int, path: str, pid: int, *, headers: str = "", clients: int = 4, seconds: float = 3.0) -> Load:
    """Ask for one page over and over; refuses any answer but 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n".encode()
    for _turn in range(20):
        _ask(port, request, 1)
    counts: list[int] = []
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=lambda: counts.append(_ask(port, request, until=end))) for _ in range(clients)]
    before, start = cpu_of(pid), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - start
    assert len(counts) == clients, "a client met something else than 200"
    return Load(sum(counts), took, cpu_of(pid) - before)


def _ask(port: int, request: bytes, times: int = 10**9, until: float = 10**18) -> int:
    done = 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        while done < times and time.monotonic() < until:
            connection.sendall(request.replace(READER, b"%d.%d" % divmod(next(_readers) % 65_536, 256)))
            _read_answer(connection)
            done += 1
    return done


def _read_answer(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _gap, body = data.partition(b"\r\n\r\n")
    assert b" 200 " in head[:20], head[:200]
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    missing = int(length.partition(b":")[2]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(min(missing, 1 << 20)))


def tree(pid: int) -> Iterator[int]:
    """A process and all that came of it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from tree(int(child))


def cpu_of(pid: int) -> float:
    """Processor seconds of a process and all that came of it."""
    total = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def pss_mib(pid: int) -> float:
    """Proportional set size of one process in MiB: shared pages count by their share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"process {pid} has no Pss")
