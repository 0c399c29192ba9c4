"""What the journal says of a row: its events, their place in the tree, and whether the row is still as recorded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import inspect, select

from marketplace.config import JOURNAL_EVENTS_SHOWN
from marketplace.kernel.db import db
from marketplace.kernel.journal import merkle
from marketplace.kernel.journal.models import Checkpoint, Event
from marketplace.kernel.journal.recorder import digest_of, row_key
from marketplace.kernel.journal.sequencer import stored_nodes


@dataclass(frozen=True, slots=True)
class Seal:
    """One event of a row. `is_included` is None while it waits for its number or for the next checkpoint."""

    at: datetime
    seq: int | None
    leaf: str
    leaf_hash: str
    path_length: int
    is_included: bool | None


@dataclass(frozen=True, slots=True)
class Sealed:
    """All events of a row, the newest checkpoint they were looked up in, and whether the row still has its digest."""

    seals: tuple[Seal, ...]
    checkpoint: Checkpoint | None
    is_unchanged: bool


def seals_of(row: object) -> Sealed:
    """The journal's word on a row, recomputed from the stored tree now; at most JOURNAL_EVENTS_SHOWN, the latest."""
    table = str(inspect(row).mapper.local_table.name)  # type: ignore[union-attr]
    query = select(Event).where(Event.table_name == table, Event.row_id == row_key(row))
    latest = db.session.scalars(query.order_by(Event.id.desc()).limit(JOURNAL_EVENTS_SHOWN)).all()
    checkpoint = db.session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()
    unchanged = bool(latest) and latest[0].digest == digest_of(row)
    return Sealed(tuple(_seal(event, checkpoint) for event in reversed(latest)), checkpoint, unchanged)


def _seal(event: Event, checkpoint: Checkpoint | None) -> Seal:
    hashed = merkle.leaf_hash(event.leaf.encode())
    if event.seq is None or checkpoint is None or event.seq >= checkpoint.size:
        return Seal(event.at, event.seq, event.leaf, hashed.hex(), 0, None)
    nodes = stored_nodes(merkle.inclusion_places(event.seq, checkpoint.size))
    path = merkle.inclusion_path(event.seq, checkpoint.size, nodes)
    holds = merkle.inclusion_holds(hashed, event.seq, checkpoint.size, path, bytes.fromhex(checkpoint.root))
    return Seal(event.at, event.seq, event.leaf, hashed.hex(), len(path), holds)
