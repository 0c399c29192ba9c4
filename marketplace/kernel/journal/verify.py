"""Reads the whole journal and every journaled row again, and names what is not as it was recorded."""

import json
from collections import defaultdict
from collections.abc import Generator, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapper

from marketplace.config import UNSEQUENCED_S_MAX
from marketplace.kernel import clock, invariants
from marketplace.kernel.db import Base, db, snapshot
from marketplace.kernel.invariants import Broken
from marketplace.kernel.journal import merkle, sequencer
from marketplace.kernel.journal.canonical import NotCanonical, row_digest
from marketplace.kernel.journal.checkpoint import BadNote
from marketplace.kernel.journal.commitments import check_commitments, latest_commitments
from marketplace.kernel.journal.keys import open_own_checkpoint
from marketplace.kernel.journal.models import Checkpoint, Event, Journaled, Node
from marketplace.kernel.journal.recorder import DELETED, digest_columns

ROWS_AT_ONCE = 2_000


def check_house(outside_note: str | None = None) -> tuple[list[Broken], int]:
    """Sequence what waits and check all as of one moment, whoever writes meanwhile: what is broken, the log's size."""
    sequencer.sequence()
    with snapshot():
        return [*check_journal(outside_note), *invariants.run_all()], sequencer.tree_size()


def check_journal(outside_note: str | None = None) -> Iterator[Broken]:
    """Everything the journal alone can show; `outside_note` is a checkpoint kept elsewhere.

    A log alone cannot show that its tail was cut: that takes the checkpoint kept outside.
    """
    yield from _check_waiting()
    roots = yield from _check_tree(_size_of(outside_note))
    yield from _check_checkpoints(roots, outside_note)
    digests, commitments = _latest_digests(), latest_commitments()
    for mapper in journaled_mappers():
        table = str(mapper.local_table)
        yield from _check_rows(mapper, digests.pop(table, {}))
        yield from check_commitments(mapper, commitments.pop(table, {}))


def check_head() -> Iterator[Broken]:
    """What shows at once: nothing waits long, the newest checkpoint is signed and is the root of the stored tree."""
    yield from _check_waiting()
    newest = db.session.scalar(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1))
    if newest is None:
        return
    name = str(newest.size)
    try:
        signed = open_own_checkpoint(newest.note)
    except BadNote as error:
        yield Broken("checkpoint", "journal_checkpoint", name, str(error))
        return
    if (signed.size, signed.root, signed.root.hex()) != (newest.size, _root_at(signed.size), newest.root):
        yield Broken("checkpoint", "journal_checkpoint", name, "is not the root of the tree as it is stored")


def journaled_mappers() -> list[Mapper[Any]]:
    """Every mapped class whose rows are journaled, by table name."""
    mappers = [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Journaled)]
    return sorted(mappers, key=lambda mapper: str(mapper.local_table))


def _check_waiting() -> Iterator[Broken]:
    oldest = db.session.scalar(select(func.min(Event.at)).where(Event.seq.is_(None)))
    if oldest and oldest < clock.now() - timedelta(seconds=UNSEQUENCED_S_MAX):
        yield Broken("sequencer", "journal_event", "", f"events wait since {oldest.isoformat()}; is `lumbung work` up?")


def _size_of(note: str | None) -> set[int]:
    """The size that a checkpoint kept outside states; none where it is not signed, which is told later."""
    try:
        return {open_own_checkpoint(note).size} if note else set()
    except BadNote:
        return set()


def _check_tree(asked: set[int]) -> Generator[Broken, None, dict[int, bytes]]:
    """Rebuild the tree from the events; returns the roots at every size asked or signed (the generator's value)."""
    sizes = asked | {size for (size,) in db.session.execute(select(Checkpoint.size))}
    stored = {
        (level, position): hash_
        for level, position, hash_ in db.session.execute(select(Node.level, Node.position, Node.hash))
    }
    rebuilt: dict[tuple[int, int], bytes] = {}
    roots: dict[int, bytes] = {}
    rows = select(Event).where(Event.seq.is_not(None)).order_by(Event.seq).execution_options(yield_per=ROWS_AT_ONCE)
    for place, event in enumerate(db.session.scalars(rows)):
        if event.seq != place:
            yield Broken("sequence", "journal_event", str(event.id), f"number {event.seq} where {place} must stand")
        yield from _check_event(event)
        for node in merkle.append(place, [merkle.leaf_hash(event.leaf.encode())], lambda *at: rebuilt[at]):
            rebuilt[node.level, node.position] = node.hash
            if stored.get((node.level, node.position)) != node.hash:
                yield Broken("tree", "journal_node", f"{node.level}/{node.position}", "does not follow from the events")
        if place + 1 in sizes:
            roots[place + 1] = merkle.root(place + 1, lambda *at: rebuilt[at])
    if extra := len(stored) - len(rebuilt):
        yield Broken("tree", "journal_node", "", f"{extra} nodes more than the events give")
    return roots


def _check_event(event: Event) -> Iterator[Broken]:
    try:
        leaf = json.loads(event.leaf)
        same = (leaf["table"], leaf["id"], leaf["digest"], leaf["at"]) == (
            event.table_name,
            event.row_id,
            event.digest,
            event.at.isoformat(),
        )
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        yield Broken("event", "journal_event", str(event.id), "its columns and its leaf differ")


def _check_checkpoints(roots: dict[int, bytes], outside_note: str | None) -> Iterator[Broken]:
    notes = [(str(size), note) for size, note in db.session.execute(select(Checkpoint.size, Checkpoint.note))]
    if outside_note is not None:
        notes.append(("outside", outside_note))
    for name, note in notes:
        try:
            signed = open_own_checkpoint(note)
        except BadNote as error:
            yield Broken("checkpoint", "journal_checkpoint", name, str(error))
            continue
        root = roots.get(signed.size)
        if root is None:
            yield Broken(
                "checkpoint", "journal_checkpoint", name, f"the log is shorter than {signed.size}: a tail is cut"
            )
        elif root != signed.root:
            yield Broken("checkpoint", "journal_checkpoint", name, f"another history had {signed.size} events")
    sizes = select(Checkpoint.size, Checkpoint.root)
    for size, root_hex in db.session.execute(sizes):
        if size in roots and roots[size].hex() != root_hex:
            yield Broken("checkpoint", "journal_checkpoint", str(size), "its root column is not the tree's root")


def _root_at(size: int) -> bytes | None:
    if size > sequencer.tree_size():
        return None
    return merkle.root(size, sequencer.stored_nodes(merkle.frontier(size)))


def _check_rows(mapper: Mapper[Any], recorded: dict[str, str]) -> Iterator[Broken]:
    table = str(mapper.local_table)
    names = digest_columns(mapper)
    columns = [getattr(mapper.class_, name) for name in names]
    keys = [getattr(mapper.class_, mapper.get_property_by_column(column).key) for column in mapper.primary_key]
    rows = db.session.execute(select(*keys, *columns).execution_options(yield_per=ROWS_AT_ONCE))
    for row in rows:
        key = "/".join(str(part) for part in row[: len(keys)])
        digest = recorded.pop(key, None)
        if digest is None:
            yield Broken("row", table, key, "no event records it")
        elif digest != _digest_read(dict(zip(names, row[len(keys) :], strict=True))):
            yield Broken("row", table, key, "is not as it was recorded")
    for key, digest in recorded.items():
        if digest != DELETED:
            yield Broken("row", table, key, "was recorded and is gone")


def _digest_read(columns: dict[str, object]) -> str:
    """The digest of what stands in the database; SQLite lets a hand write 3.5 into a column of whole numbers."""
    try:
        return row_digest(columns)
    except NotCanonical:
        return "not canonical"


def _latest_digests() -> dict[str, dict[str, str]]:
    """The newest digest of every row that was ever recorded, by table and key: one walk for all tables."""
    query = select(Event.table_name, Event.row_id, Event.digest).order_by(Event.id)
    latest: dict[str, dict[str, str]] = defaultdict(dict)
    for table, row_id, digest in db.session.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        latest[table][row_id] = digest
    return latest
