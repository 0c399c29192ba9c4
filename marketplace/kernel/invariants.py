"""What must hold across tables: each part registers its own checks; `lumbung verify` runs them all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flask import Flask, current_app


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
        try:
            yield from check()
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
            yield Broken(name, "", "", f"cannot be computed: {error}")
