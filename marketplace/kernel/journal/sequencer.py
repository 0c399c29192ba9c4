"""Gives events their place: sequence number, tree nodes, signed checkpoint.

One sequencer at a time (advisory lock). It runs every 100 ms inside `lumbung work`, and once in `anchor` and
`verify`. A global chain inside every transaction would cost three quarters of the throughput (DESIGN.md §3.7).
"""

from collections.abc import Mapping

from sqlalchemy import func, insert, select, text, tuple_, update

from marketplace.kernel import clock
from marketplace.kernel.db import db, is_postgresql, reading
from marketplace.kernel.journal import merkle
from marketplace.kernel.journal.checkpoint import make_checkpoint
from marketplace.kernel.journal.keys import signer
from marketplace.kernel.journal.models import Checkpoint, Event, Node
from marketplace.kernel.plain import insert_plain

BATCH = 5_000
_LOCK_KEY = 0x4C554D42  # "LUMB"


def sequence() -> int:
    """Sequence every committed event that waits; the number of events sequenced.

    Commits batch by batch, so a killed run loses nothing and the next goes on.
    """
    total = done = _sequence_batch()
    while done == BATCH:
        done = _sequence_batch()
        total += done
    return total


def tree_size() -> int:
    """How many events the tree holds."""
    last = db.session.scalar(select(func.max(Event.seq)))
    return 0 if last is None else last + 1


def _sequence_batch() -> int:
    if not _something_waits():
        return 0
    if is_postgresql():
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    waiting = db.session.execute(
        select(Event.id, Event.leaf).where(Event.seq.is_(None)).order_by(Event.id).limit(BATCH)
    ).all()
    if not waiting:
        db.session.rollback()
        return 0
    size = tree_size()
    known = _stored(merkle.frontier(size))
    hashes = [merkle.leaf_hash(leaf.encode()) for _id, leaf in waiting]
    nodes = merkle.append(size, hashes, lambda level, index: known[level, index])
    known |= {(node.level, node.index): node.hash for node in nodes}
    rows = [(node.level, node.index, node.hash) for node in nodes]
    insert_plain(db.session.connection(), Node.__table__, ("level", "position", "hash"), rows)
    _number([event_id for event_id, _leaf in waiting], size)
    _sign(size + len(waiting), known)
    db.session.commit()
    return len(waiting)


def _something_waits() -> bool:
    """A look that takes no lock: mostly nothing does."""
    with reading():
        waits = db.session.scalar(select(Event.id).where(Event.seq.is_(None)).limit(1)) is not None
        db.session.rollback()
    return waits


def _number(event_ids: list[int], first: int) -> None:
    """Give events their sequence numbers: one statement for each run of ids without a gap, of which there are few."""
    start = 0
    for end in range(1, len(event_ids) + 1):
        if end < len(event_ids) and event_ids[end] == event_ids[end - 1] + 1:
            continue
        run = Event.id.between(event_ids[start], event_ids[end - 1])
        numbered = update(Event).where(run).values(seq=Event.id + (first + start - event_ids[start]))
        db.session.execute(numbered, execution_options={"synchronize_session": False})
        start = end


def _sign(size: int, nodes: Mapping[tuple[int, int], bytes]) -> None:
    root = merkle.root(size, lambda level, index: nodes[level, index])
    key = signer()
    note = make_checkpoint(key.name, size, root, key)
    db.session.execute(insert(Checkpoint), {"size": size, "at": clock.now(), "root": root.hex(), "note": note})


def _stored(places: list[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The nodes at these places, in one query."""
    if not places:
        return {}
    rows = db.session.execute(
        select(Node.level, Node.position, Node.hash).where(tuple_(Node.level, Node.position).in_(places))
    )
    return {(level, position): hash_ for level, position, hash_ in rows}


def stored_nodes(places: list[tuple[int, int]] | None = None) -> merkle.NodeReader:
    """A reader of stored nodes; with `places` those are fetched in one query, else each when asked for."""
    known = _stored(places or [])

    def read(level: int, index: int) -> bytes:
        if (level, index) not in known:
            node = db.session.get_one(Node, (level, index))
            known[level, index] = node.hash
        return known[level, index]

    return read
