"""What every import shares: the command group, the closing summary, progress on long work."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import Flask

from marketplace.kernel.money import Money

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that could not be used: `row` as a spreadsheet counts (the header is row 1)."""

    row: int
    column: str
    value: str
    code: str
    message: str
    file: str = ""


@dataclass(slots=True)
class ImportSummary:
    """How an import ended. `sums` are minor units by kind and currency; `errors` name every bad cell."""

    kind: str
    sources: list[dict[str, str]] = field(default_factory=list)
    rows: int = 0
    created: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    rejected: int = 0
    sums: dict[str, dict[str, int]] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)

    def add_sum(self, kind: str, amount: Money) -> None:
        """Count an amount under a kind such as 'orders' or 'credit_notes'."""
        by_currency = self.sums.setdefault(kind, {})
        by_currency[amount.currency] = by_currency.get(amount.currency, 0) + amount.minor

    def as_json(self) -> dict[str, Any]:
        """The summary in the shape that DESIGN.md §5 promises."""
        return {**asdict(self), "created": dict(self.created)}


@click.group("import")
def import_group() -> None:
    """Bring records in from files; nothing is imported twice."""


def init_app(app: Flask) -> None:
    """Plug in the command group, to which parts add one command a kind."""
    app.cli.add_command(import_group)


def import_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments that every import takes: files, --cooperative, --dry-run, --json."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON."),
        click.option("--dry-run", is_flag=True, help="Check everything, keep nothing."),
        click.option(
            "--cooperative", metavar="SLUG", help="Whose records they are; by default one named after the source."
        ),
        click.argument(
            "files",
            nargs=-1,
            required=True,
            type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
        ),
    ):
        command = option(command)
    return command


def with_progress(items: Iterable[Item], what: str, *, quiet: bool) -> Iterator[Item]:
    """The items, with a progress bar on the terminal's error stream."""
    from tqdm import tqdm  # a start does without

    yield from tqdm(items, desc=what, disable=quiet or None, leave=False)


def show(summary: ImportSummary, *, as_json: bool) -> None:
    """Print how the import ended."""
    if as_json:
        click.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=1))
        return
    for error in summary.errors:
        where = f"{error.file}:{error.row}" if error.file else f"row {error.row}"
        click.echo(f"× {where} {error.column} {error.value!r}: {error.message}")
    created = ", ".join(f"{count} {kind}" for kind, count in summary.created.items()) or "nothing new"
    click.echo(f"{summary.rows} rows: {created}; {summary.unchanged} unchanged, {summary.rejected} refused")
    for kind, by_currency in summary.sums.items():
        for currency, minor in by_currency.items():
            click.echo(f"{kind}: {Money(minor, currency).decimal} {currency}")
