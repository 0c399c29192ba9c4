"""`python -m benchmarks`: make a demo house in a temporary folder, measure, print the table of docs/benchmarks.md."""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import servers
from benchmarks.load import Load, cpu_of, drive, pss_mib, tree

# A request that names a day is not answered from the page cache; nothing else is different for it.
ENGLISH = "Accept-Language: en\r\nX-Forwarded-For: 10.1.{reader}\r\n"
UNCACHED = f"If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT\r\n{ENGLISH}"


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    ours: str
    bare: str
    ratio: float
    wanted: str


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each page is asked for")
    parser.add_argument("--flow", action="store_true", help="measure whole orders alone")
    asked = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, {time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f}\n")
    print("| what | ours | bare | ratio | wanted |\n|---|---|---|---|---|")
    for figure in orders(asked.seconds) if asked.flow else everything(asked.seconds):
        print(f"| {figure.what} | {figure.ours} | {figure.bare} | {figure.ratio:.2f} | {figure.wanted} |", flush=True)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="lumbung-bench-") as name:
        yield Path(name)


def everything(seconds: float) -> Iterator[Figure]:
    """Every figure, as it is measured: first in a demo house, then the orders in houses of their own."""
    with folder() as place:
        environment = servers.settings(place)
        servers.upgrade(environment, "--demo")
        os.environ.update(environment)
        yield from pages(environment, seconds)
        yield from house(environment)
        yield from inside()
    yield from orders(seconds)


def orders(seconds: float) -> Iterator[Figure]:
    """Whole orders on both engines beside bare ones, in turns: how many a second, and how long a crowd waits."""
    from benchmarks import bare_flow, flow
    from tests.postgres import NoPostgres

    for engine, own, wanted in (("SQLite", flow.own_sqlite, 100), ("PostgreSQL", flow.own_postgresql, 60)):
        try:
            with (
                folder() as our_place,
                folder() as bare_place,
                own(our_place) as our_database,
                own(bare_place) as bare_database,
                bare_flow.shop(bare_place, bare_database) as bare,
                flow.shop(our_place, our_database) as ours,
            ):
                two, bare_two = ours.in_turns(bare, 2, seconds)
                ratio, what = two.per_second / bare_two.per_second, f"whole order, two clients, {engine}"
                yield Figure(what, two.said(), bare_two.said(), ratio, f"{wanted}/s")
                many, bare_many = ours.in_turns(bare, 16, seconds)
                ratio, what = many.p99_ms / bare_many.p99_ms, f"a request of an order, 16 clients, p99, {engine}"
                bound = "≤ 100 ms" if engine == "PostgreSQL" else "–"
                yield Figure(what, many.said_of_crowd(), bare_many.said_of_crowd(), ratio, bound)
        except NoPostgres as reason:
            print(f"| PostgreSQL: {reason} | – | – | – | – |")


def pages(environment: dict[str, str], seconds: float) -> Iterator[Figure]:
    """Pages uncached beside the bare ones, and a kept page beside hello; taken in turns, one server at a time busy."""
    from benchmarks.bare import first_product
    from marketplace.app import create_app

    ours_port, bare_port = servers.free_port(), servers.free_port()
    ours = servers.running(servers.lumbung("serve", "--port", str(ours_port)), environment, ours_port, "/readyz")
    bare = servers.running(
        servers.granian("benchmarks.bare_wsgi:app", bare_port), environment, bare_port, "/bare/hello"
    )
    with ours as (our_pid, _ready), bare as (bare_pid, _):
        asked = [
            ("catalogue, uncached", "/products", "/bare/catalogue", UNCACHED, "≥ 0.8"),
            ("product, uncached", first_product(create_app()), "/bare/product", UNCACHED, "≥ 0.8"),
            ("search, uncached", "/products?q=kopi", "/bare/search", UNCACHED, "≥ 0.8"),
            ("home, kept ÷ hello", "/", "/bare/hello", ENGLISH, "≥ 0.70"),
        ]
        for what, path, bare_path, headers, wanted in asked:
            turns = [
                (
                    drive(ours_port, path, our_pid, headers=headers, seconds=seconds / 2),
                    drive(bare_port, bare_path, bare_pid, headers=headers, seconds=seconds / 2),
                )
                for _turn in range(2)
            ]
            mine, theirs = _sum([turn[0] for turn in turns]), _sum([turn[1] for turn in turns])
            yield Figure(what, _said(mine), _said(theirs), theirs.cpu_ms / mine.cpu_ms, f"{wanted} (processor time)")


def house(environment: dict[str, str]) -> Iterator[Figure]:
    """How soon `lumbung serve` answers, and how much memory supervisor and web workers hold."""
    port = servers.free_port()
    command = servers.lumbung("serve", "--port", str(port))
    with servers.running(command, environment, port, "/readyz") as (pid, ready):
        for path in ("/", "/products", "/cooperatives"):
            drive(port, path, pid, headers=UNCACHED, seconds=0.5)
        names = {each: Path(f"/proc/{each}/cmdline").read_text() for each in tree(pid)}
        _web, work = servers.parts(pid)
        web = sum(pss_mib(each) for each in names if each != work)
        beside = pss_mib(work)
        cpu = cpu_of(pid)
    yield Figure(
        "`lumbung serve` ready", f"{ready:.2f} s ({cpu:.1f} s of processor in all)", "–", ready / 1.5, "≤ 1 (1.5 s)"
    )
    yield Figure("supervisor and web workers, PSS", f"{web:.0f} MiB", "189 MiB", web / 240, "≤ 1 (240 MiB)")
    yield Figure("`work`, PSS", f"{beside:.0f} MiB", "–", beside / 150, "≤ 1 (150 MiB)")


def inside() -> Iterator[Figure]:
    """What is measured in this process: paper and journal."""
    from benchmarks import journal, paper
    from marketplace.app import create_app

    app = create_app()
    bare_ms, our_ms = paper.milliseconds(app)
    yield Figure("receipt PDF, warm child", f"{our_ms:.0f} ms", f"{bare_ms:.0f} ms", our_ms / bare_ms, "≤ 1.15")
    without, with_it = journal.rates(app)
    what, ours, bare = "transactions with journal and sequencer", with_it.said(), without.said()
    yield Figure(what, ours, bare, with_it.per_second / without.per_second, "≥ 0.75")
    yield Figure(f"{what}, by processor time", ours, bare, without.cpu_ms / with_it.cpu_ms, "–")


def _sum(loads: list[Load]) -> Load:
    return Load(
        sum(each.requests for each in loads),
        sum(each.seconds for each in loads),
        sum(each.cpu_seconds for each in loads),
    )


def _said(load: Load) -> str:
    return f"{load.per_second:.0f}/s, {load.cpu_ms:.2f} ms"


if __name__ == "__main__":
    main()
