"""What must hold across tables: each part registers its own checks; `lumbung verify` runs them all."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from flask import Flask, current_app

from marketplace.config import FINDINGS_A_CHECK_MAX


@dataclass(frozen=True, slots=True)
class Broken:
    """A row, or a sum of rows, that is not what it must be."""

    check: str
    table: str
    row: str
    detail: str


Check = Callable[[], Iterable[Broken]]


def init_app(app: Flask) -> None:
    """Plug in an empty list of checks."""
    app.extensions["invariants"] = {}


def register(app: Flask, name: str, check: Check) -> None:
    """Have `check` run by every verify; it only reads and yields what is broken."""
    if name in app.extensions["invariants"]:
        raise ValueError(f"The check {name} is registered already.")
    app.extensions["invariants"][name] = check


def run_all() -> Iterator[Broken]:
    """Run every registered check; one that stumbles over what a hand wrote says so, and the others still run."""
    for name, check in current_app.extensions["invariants"].items():
        yield from _run(name, check)


def run_within(seconds: float) -> tuple[list[Broken], list[str]]:
    """What the checks find that begin within so many seconds, and the names of those that did not.

    A check that finds a lot is cut off at FINDINGS_A_CHECK_MAX.
    """
    until, found, left = time.monotonic() + seconds, list[Broken](), list[str]()
    for name, check in current_app.extensions["invariants"].items():
        if time.monotonic() > until:
            left.append(name)
        else:
            found += islice(_run(name, check), FINDINGS_A_CHECK_MAX)
    return found, left


def _run(name: str, check: Check) -> Iterator[Broken]:
    try:
        yield from check()
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        yield Broken(name, "", "", f"cannot be computed: {error}")
