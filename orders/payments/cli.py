"""`lumbung reconcile`: the provider's word against our books."""

import json
import sys
from datetime import UTC, datetime, timedelta

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from marketplace.config import RECONCILE_DAYS, RECONCILE_DAYS_MAX
from marketplace.kernel import clock
from orders.payments.models import Reconciliation
from orders.payments.reconcile import SAYS
from orders.payments.reconciling import reconcile


@click.command("reconcile")
@click.option("--days", default=RECONCILE_DAYS, show_default=True, type=click.IntRange(1, RECONCILE_DAYS_MAX))
@click.option("--dry-run", is_flag=True, help="Only name the differences.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def reconcile_command(days: int, dry_run: bool, as_json: bool) -> None:
    """Compare the payment provider with the books, name each difference and do what is safe.

    Exit 0: both agree, or do now. Exit 1: a difference waits for a person, or the provider is silent.
    """
    noted = reconcile(clock.now() - timedelta(days=days), cures=not dry_run)
    if as_json:
        click.echo(json.dumps(_document(noted)))
    else:
        with force_locale("en"):  # the commands' language; on the desk the same words are in the reader's
            _tell(noted)
    sys.exit(1 if noted.open_count or not noted.is_whole else 0)


def _document(noted: Reconciliation) -> dict[str, object]:
    return {
        "since": _text(noted.since),
        "until": _text(noted.at),
        "compared": noted.compared,
        "is_whole": noted.is_whole,
        "differences": noted.differences,
        "open": noted.open_count,
    }


def _tell(noted: Reconciliation) -> None:
    for found in noted.differences:
        mark, order = ("✓" if found["done"] else "×"), f" order {found['order']}" if found["order"] else ""
        sides = f"here {found['here'] or 'nothing'}, there {found['there'] or 'nothing'}"
        done = f"; {found['done']}" if found["done"] else ""
        click.echo(f"{mark} {SAYS[found['kind']]}: {found['subject']}{order} ({sides}){done}")
    counts = ", ".join(f"{count} {name}" for name, count in noted.compared.items())
    if not noted.is_whole:
        click.echo("× More than one look can hold: repeat with fewer --days.")
    click.echo(f"{'×' if noted.open_count else '✓'} {counts} since {noted.since.date()}: {noted.open_count} open")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
