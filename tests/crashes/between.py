"""Somebody between the app and its database who loses answers: a proxy that goes dumb, or hangs up at a word."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.engine import make_url

CHUNK = 65_536
LOOK_S = 0.05
ANSWER_S_MAX = 1


class Between:
    """The proxy: it passes everything on until told otherwise."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.dumb = False
        """While true no answer comes back, and nobody hangs up either."""
        self.hang_up_at = b""
        """Once this was passed on to the database, both ends are closed before its answer is carried back."""
        self.hung_up = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """End it, with all it carries."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            if select.select([self._listening], [], [], LOOK_S)[0]:
                near, _address = self._listening.accept()
                carrying = threading.Thread(target=self._carry, args=(near,), daemon=True)
                self._threads.append(carrying)
                carrying.start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._target) as far, suppress(OSError):
            while not self._over.is_set():
                ready = select.select([near] if self.dumb else [near, far], [], [], LOOK_S)[0]
                if self.dumb and not ready:
                    continue
                for end in ready:
                    data = end.recv(CHUNK)
                    if not data:
                        return
                    (far if end is near else near).sendall(data)
                    if end is near and self.hang_up_at and self.hang_up_at in data:
                        self._let_the_database_do_it(far)
                        return

    def _let_the_database_do_it(self, far: socket.socket) -> None:
        """Wait for the answer, so that what was asked is done, and keep it; of a long question only a part has come."""
        self.hang_up_at = b""
        self.hung_up += 1
        if select.select([far], [], [], ANSWER_S_MAX)[0]:
            far.recv(CHUNK)


@contextmanager
def between(url: str) -> Iterator[tuple[Between, str]]:
    """The proxy before a PostgreSQL database, and the address that leads through it."""
    there = make_url(url)
    proxy = Between(there.host or "127.0.0.1", there.port or 5432)
    try:
        yield proxy, there.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
    finally:
        proxy.close()
