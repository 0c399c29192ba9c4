"""Gives events their place: sequence number, tree nodes, signed checkpoint.

One sequencer at a time (advisory lock). It runs every 100 ms inside `lumbung work`, and once in `anchor` and
`verify`. A global chain inside every transaction would cost three quarters of the throughput (DESIGN.md §3.7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BigInteger, Select, Update, bindparam, func, select, text, tuple_, update

from marketplace.kernel import clock
from marketplace.kernel.db import db, is_postgresql, reading
from marketplace.kernel.journal import merkle
from marketplace.kernel.journal.checkpoint import make_checkpoint
from marketplace.kernel.journal.keys import signer
from marketplace.kernel.journal.models import Checkpoint, Event, Node
from marketplace.kernel.plain import insert_plain, run, write

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
    last = run(_last()).scalar()
    return 0 if last is None else last + 1


@dataclass(frozen=True, slots=True)
class _Batch:
    """Events that wait and all that follows from them, worked out for a tree of this size."""

    size: int
    event_ids: list[int]
    nodes: Sequence[tuple[int, int, bytes]]
    checkpoint: tuple[int, datetime, str, str]


def _sequence_batch() -> int:
    batch = _locked_batch() if is_postgresql() else _batch_ahead()
    if batch is None:
        db.session.rollback()
        return 0
    connection = db.session.connection()
    insert_plain(connection, Node.__table__, ("level", "position", "hash"), batch.nodes)
    _number(batch.event_ids, batch.size)
    insert_plain(connection, Checkpoint.__table__, ("size", "at", "root", "note"), [batch.checkpoint])
    db.session.commit()
    return len(batch.event_ids)


def _locked_batch() -> _Batch | None:
    if not _something_waits():
        return None
    db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    return _next_batch()


def _batch_ahead() -> _Batch | None:
    """The next batch, worked out before SQLite's one writer is kept waiting for it; the transaction that writes begins.

    Events have their ids in the order of their commits there, so those that came since follow these. Where another
    sequencer was faster the tree has grown, and the batch is worked out again.
    """
    with reading():
        batch = _next_batch()
        db.session.rollback()
    if batch is None or tree_size() == batch.size:
        return batch
    return _next_batch()


def _next_batch() -> _Batch | None:
    waiting = run(_waiting(), {"most": BATCH}).all()
    if not waiting:
        return None
    size = tree_size()
    known = _stored(merkle.frontier(size))
    hashes = [merkle.leaf_hash(leaf.encode()) for _id, leaf in waiting]
    nodes = merkle.append(size, hashes, lambda level, index: known[level, index])
    known |= {(level, position): hash_ for level, position, hash_ in nodes}
    signed = _signed(size + len(waiting), known)
    return _Batch(size, [event_id for event_id, _leaf in waiting], nodes, signed)


def _something_waits() -> bool:
    """A look that takes no lock: mostly nothing does."""
    with reading():
        waits = run(_waiting(), {"most": 1}).first() is not None
        db.session.rollback()
    return waits


def _number(event_ids: list[int], first: int) -> None:
    """Give events their sequence numbers: one statement for each run of ids without a gap, of which there are few."""
    start = 0
    for end in range(1, len(event_ids) + 1):
        if end < len(event_ids) and event_ids[end] == event_ids[end - 1] + 1:
            continue
        ids = {"from": event_ids[start], "to": event_ids[end - 1]}
        write(_numbering(), ids | {"more": first + start - event_ids[start]})
        start = end


def _signed(size: int, nodes: Mapping[tuple[int, int], bytes]) -> tuple[int, datetime, str, str]:
    root = merkle.root(size, lambda level, index: nodes[level, index])
    key = signer()
    return size, clock.now(), root.hex(), make_checkpoint(key.name, size, root, key)


def _stored(places: list[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The nodes at these places, in one query."""
    if not places:
        return {}
    return {(level, position): hash_ for level, position, hash_ in run(_nodes_at(), {"places": places})}


@cache
def _last() -> Select[tuple[int]]:
    return select(func.max(Event.seq))


@cache
def _waiting() -> Select[tuple[int, str]]:
    return select(Event.id, Event.leaf).where(Event.seq.is_(None)).order_by(Event.id).limit(bindparam("most"))


@cache
def _numbering() -> Update:
    run_of_ids = Event.id.between(bindparam("from"), bindparam("to"))
    return update(Event).where(run_of_ids).values(seq=Event.id + bindparam("more", type_=BigInteger))


@cache
def _nodes_at() -> Select[tuple[int, int, bytes]]:
    is_wanted = tuple_(Node.level, Node.position).in_(bindparam("places", expanding=True))
    return select(Node.level, Node.position, Node.hash).where(is_wanted)


def stored_nodes(places: list[tuple[int, int]] | None = None) -> merkle.NodeReader:
    """A reader of stored nodes; with `places` those are fetched in one query, else each when asked for."""
    known = _stored(places or [])

    def read(level: int, index: int) -> bytes:
        if (level, index) not in known:
            node = db.session.get_one(Node, (level, index))
            known[level, index] = node.hash
        return known[level, index]

    return read
