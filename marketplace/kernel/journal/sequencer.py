"""Gives events their place: sequence number, tree nodes, signed checkpoint.

One sequencer at a time (advisory lock). It runs every 100 ms inside `lumbung work`, and once in `anchor` and
`verify`. A global chain inside every transaction would cost three quarters of the throughput (DESIGN.md §3.7).
"""

from sqlalchemy import Table, bindparam, func, insert, select, text, tuple_, update

from marketplace.kernel import clock
from marketplace.kernel.db import db, is_postgresql
from marketplace.kernel.journal import merkle
from marketplace.kernel.journal.checkpoint import make_checkpoint
from marketplace.kernel.journal.keys import signer
from marketplace.kernel.journal.models import Checkpoint, Event, Node

BATCH = 5_000
_LOCK_KEY = 0x4C554D42  # "LUMB"


def sequence() -> int:
    """Sequence every committed event that waits; the number of events sequenced.

    Commits batch by batch, so a killed run loses nothing and the next goes on.
    """
    total = 0
    while done := _sequence_batch():
        total += done
    return total


def tree_size() -> int:
    """How many events the tree holds."""
    last = db.session.scalar(select(func.max(Event.seq)))
    return 0 if last is None else last + 1


def _sequence_batch() -> int:
    if is_postgresql():
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    waiting = db.session.execute(
        select(Event.id, Event.leaf).where(Event.seq.is_(None)).order_by(Event.id).limit(BATCH)
    ).all()
    if not waiting:
        db.session.rollback()
        return 0
    size = tree_size()
    _extend_tree(size, [leaf for _id, leaf in waiting])
    _number([event_id for event_id, _leaf in waiting], size)
    _sign(size + len(waiting))
    db.session.commit()
    return len(waiting)


def _extend_tree(size: int, leaves: list[str]) -> None:
    hashes = [merkle.leaf_hash(leaf.encode()) for leaf in leaves]
    nodes = merkle.append(size, hashes, stored_nodes(merkle.frontier(size)))
    db.session.execute(
        insert(Node), [{"level": node.level, "position": node.index, "hash": node.hash} for node in nodes]
    )


def _number(event_ids: list[int], first: int) -> None:
    table = Event.__table__
    assert isinstance(table, Table)
    statement = update(table).where(table.c.id == bindparam("event_id")).values(seq=bindparam("place"))
    rows = [{"event_id": event_id, "place": first + i} for i, event_id in enumerate(event_ids)]
    db.session.connection().execute(statement, rows)


def _sign(size: int) -> None:
    root = merkle.root(size, stored_nodes(merkle.frontier(size)))
    key = signer()
    note = make_checkpoint(key.name, size, root, key)
    db.session.add(Checkpoint(size=size, at=clock.now(), root=root.hex(), note=note))


def stored_nodes(places: list[tuple[int, int]] | None = None) -> merkle.NodeReader:
    """A reader of stored nodes; with `places` those are fetched in one query, else each when asked for."""
    known: dict[tuple[int, int], bytes] = {}
    if places:
        rows = db.session.execute(
            select(Node.level, Node.position, Node.hash).where(tuple_(Node.level, Node.position).in_(places))
        )
        known = {(level, position): hash_ for level, position, hash_ in rows}

    def read(level: int, index: int) -> bytes:
        if (level, index) not in known:
            node = db.session.get_one(Node, (level, index))
            known[level, index] = node.hash
        return known[level, index]

    return read
