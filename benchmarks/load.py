"""Load from kept-open connections, and what it cost the server: its own processor seconds, whoever else is busy."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol, Self

TICKS = os.sysconf("SC_CLK_TCK")
READER = b"{reader}"
"""In a header: the last two numbers of an address, another with each request, so that no bound on one is met."""
ASKED_A_CONNECTION = 20
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
    """Ask on ever new connections: one kept open would bind its client to one of the server's workers."""
    done = 0
    while done < times and time.monotonic() < until:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            for _turn in range(min(ASKED_A_CONNECTION, times - done)):
                connection.sendall(request.replace(READER, b"%d.%d" % divmod(next(_readers) % 65_536, 256)))
                _read_answer(connection)
                done += 1
    return done


def _read_answer(connection: socket.socket) -> None:
    head, _body = _received(connection)
    assert b" 200 " in head[:20], head[:200]


def _received(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of an answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _gap, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    parts, missing = [body], length - len(body)
    while missing > 0:
        parts.append(connection.recv(min(missing, 1 << 20)))
        missing -= len(parts[-1])
    return head, b"".join(parts)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said, and after how long."""

    status: int
    location: str
    body: bytes
    seconds: float


class Line(Protocol):
    """What asks a server for one buyer."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def ask(self, method: str, path: str, cookies: dict[str, str], body: bytes = b"", headers: str = "") -> Answer:
        """What the server said to a request; the cookies it set are kept in the dict."""
        ...


class Talk:
    """One kept-open connection of a browser that keeps its cookies in the dict it is given."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = socket.create_connection(("127.0.0.1", port), timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, cookies: dict[str, str], body: bytes = b"", headers: str = "") -> Answer:
        """Send one request and read its answer; what it says of cookies is kept."""
        kind = "" if headers else "Content-Type: application/x-www-form-urlencoded\r\n"
        kept = "; ".join(f"{name}={value}" for name, value in cookies.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nAccept: text/html\r\nCookie: {kept}\r\n"
        head += f"{kind}{headers}Content-Length: {len(body)}\r\n\r\n"
        start = time.monotonic()
        self._connection.sendall(head.encode() + body)
        answer, content = _received(self._connection)
        seconds, location = time.monotonic() - start, ""
        first, *lines = answer.decode("latin-1").split("\r\n")
        for line in lines:
            name, _colon, value = line.partition(":")
            if name.lower() == "set-cookie":
                cookie, _equals, rest = value.strip().partition("=")
                cookies[cookie] = rest.partition(";")[0]
            elif name.lower() == "location":
                location = value.strip()
        return Answer(int(first.split(" ")[1]), location, content, seconds)


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
