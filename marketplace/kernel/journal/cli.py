"""Commands on the journal: verify and anchor."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from marketplace.kernel import clock
from marketplace.kernel.check_log import VERIFY, note_check
from marketplace.kernel.db import db
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal import receipt_file, receipt_proof, sequencer, verify
from marketplace.kernel.journal.findings import all_hold
from marketplace.kernel.journal.keys import verifier_texts
from marketplace.kernel.journal.models import Checkpoint


@click.command("verify")
@click.argument("document", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A checkpoint kept outside."
)
@click.option("--key", help="The public key, or a file that holds it or several; by default this house's own.")
@with_appcontext
def verify_command(document: Path | None, as_json: bool, checkpoint: Path | None, key: str | None) -> None:
    """Check the whole house, or one receipt (JSON or PDF) with the public key alone."""
    if document is not None:
        sys.exit(_verify_document(document, key, as_json))
    sys.exit(verify_house(checkpoint.read_text() if checkpoint else None, as_json=as_json, keep=True))


def _verify_document(document: Path, key: str | None, as_json: bool) -> int:
    data = document.read_bytes()
    try:
        read = receipt_file.receipt_from_pdf if data.startswith(b"%PDF") else receipt_file.receipt_from_json
        receipt = read(data)
    except receipt_file.BadReceiptFile as error:
        click.echo(str(error), err=True)
        return 1
    vkeys = verifier_texts() if key is None else (Path(key).read_text() if Path(key).exists() else key).split()
    findings = receipt_proof.verify_by_any(receipt, vkeys or [""])
    if as_json:
        click.echo(json.dumps([{"code": f.code, "ok": f.ok, "sentence": str(f)} for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'✓' if finding.ok else '×'} {finding}")
    return 0 if all_hold(findings) else 1


def verify_house(outside_note: str | None, *, as_json: bool, keep: bool = False) -> int:
    """Sequence what waits, check everything, print what is broken; the exit code. `keep` notes the result."""
    started_at = clock.now()
    broken, size = verify.check_house(outside_note)
    if as_json:
        click.echo(json.dumps({"ok": not broken, "events": size, "broken": [asdict(b) for b in broken]}))
    else:
        for b in broken:
            click.echo(f"× {b.table} {b.row}: {b.detail} ({b.check})")
        click.echo(f"{'×' if broken else '✓'} {size} events, {len(broken)} broken")
    if keep:
        _keep(started_at, size, broken)
    return 1 if broken else 0


def _keep(started_at: datetime, size: int, broken: list[Broken]) -> None:
    """Note the result for the operator's page; a database that cannot be written does not spoil the check."""
    try:
        note_check(VERIFY, started_at, events=size, broken=broken)
        db.session.commit()
    except SQLAlchemyError as error:
        db.session.rollback()
        click.echo(f"The result could not be kept: {type(error).__name__}", err=True)


@click.command("anchor")
@with_appcontext
def anchor_command() -> None:
    """Sequence what waits and print the newest signed checkpoint, to be kept elsewhere."""
    sequencer.sequence()
    newest = db.session.get(Checkpoint, sequencer.tree_size())
    if newest is None:
        raise click.ClickException("The journal is empty; there is nothing to anchor yet.")
    click.echo(newest.note, nl=False)
