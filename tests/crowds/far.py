"""A database that is far away: a proxy that keeps every byte back for a while, in both directions."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.engine import make_url

CHUNK = 65_536


class Far:
    """The proxy: `port` of its own, `there_and_back_s` as long as an answer is late (0 at first).

    `asked` counts what went there, each piece a way there and back for whoever waits for its answer.
    """

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = 0
        self.there_and_back_s = 0.0
        self.asked = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        await asyncio.gather(self._carry(reader, far_writer, 1), self._carry(far_reader, writer, 0))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counts: int) -> None:
        loop = asyncio.get_running_loop()
        # Each piece has its own moment, so that two pieces on the way do not wait for each other.
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                due, data = await on_the_way.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not data:
                    break
                writer.write(data)
            with suppress(OSError):
                writer.close()

        arriving = asyncio.create_task(arrive())
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                self.asked += counts
                on_the_way.put_nowait((loop.time() + self.there_and_back_s / 2, data))
        on_the_way.put_nowait((0.0, b""))
        await arriving


@contextmanager
def far_database(url: str) -> Iterator[tuple[Far, str]]:
    """The proxy before a PostgreSQL database, and the address that leads through it."""
    there = make_url(url)
    far = Far(there.host or "127.0.0.1", there.port or 5432)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.start_server(far._serve, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result()
    far.port = server.sockets[0].getsockname()[1]
    try:
        yield far, there.set(host="127.0.0.1", port=far.port).render_as_string(hide_password=False)
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
