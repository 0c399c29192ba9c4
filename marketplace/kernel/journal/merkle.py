"""An append-only Merkle tree (RFC 6962 §2.1) over stored inner nodes.

Node (level, index) is the root over the leaves from index·2^level up to, not including, (index + 1)·2^level.
Only complete nodes are stored: they never change again. Every root and every path, of this size and of
every earlier one, follows from them with a logarithm of reads.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the stored hash of the complete node (level, index)."""


class OutOfTree(ValueError):
    """A leaf or a size was asked for that the tree does not have."""


class Node(NamedTuple):
    """A complete node, to be stored once and never changed; level 0 holds the leaf hashes."""

    level: int
    position: int
    hash: bytes


def leaf_hash(leaf: bytes) -> bytes:
    """Give SHA-256(0x00 ‖ leaf); the prefix keeps a leaf from passing for an inner node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def frontier(size: int) -> list[tuple[int, int]]:
    """Give the (level, index) of the complete subtrees a tree of this size consists of, left to right.

    These are all the nodes that appending and the root of this size read: fetch them in one query.
    """
    _refuse_size(size)
    return list(_complete_subtrees(0, size))


def append(size: int, leaf_hashes: Iterable[bytes], read: NodeReader) -> list[Node]:
    """Give the nodes to store when leaves join a tree of `size` leaves, children before parents.

    Reads at most one node a level, whatever the number of leaves. Refuses a hash that is not 32 bytes.
    """
    pending = {level: read(level, index) for level, index in frontier(size)}
    new: list[Node] = []
    for position, hash_ in enumerate(leaf_hashes, start=size):
        if len(hash_) != HASH_BYTES:
            raise OutOfTree(f"a leaf hash has {HASH_BYTES} bytes, not {len(hash_)}")
        level = 0
        new.append(Node(level, position, hash_))
        while position % 2:
            hash_ = node_hash(pending.pop(level), hash_)
            level, position = level + 1, position // 2
            new.append(Node(level, position, hash_))
        pending[level] = hash_
    return new


def root(size: int, read: NodeReader) -> bytes:
    """Give the root of the tree's first `size` leaves; refuses a negative size."""
    _refuse_size(size)
    return EMPTY_ROOT if size == 0 else _range_root(0, size, read)


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes held in memory."""
    nodes = {(node.level, node.position): node.hash for node in append(0, leaf_hashes, _no_node)}
    return root(len(leaf_hashes), lambda level, index: nodes[level, index])


def inclusion_path(index: int, size: int, read: NodeReader) -> list[bytes]:
    """Give the hashes that lead from leaf `index` up to the root at `size` (RFC 6962 §2.1.1).

    Refuses an index outside the tree.
    """
    if not 0 <= index < size:
        raise OutOfTree(f"leaf {index} is not among the first {size}")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start = middle
    return path[::-1]


def inclusion_places(index: int, size: int) -> list[tuple[int, int]]:
    """Give the (level, index) of the nodes that `inclusion_path` reads: fetch them in one query.

    Refuses an index outside the tree.
    """
    places: list[tuple[int, int]] = []

    def note(level: int, position: int) -> bytes:
        places.append((level, position))
        return bytes(HASH_BYTES)

    inclusion_path(index, size, note)
    return places


def consistency_path(old_size: int, new_size: int, read: NodeReader) -> list[bytes]:
    """Give the hashes that show the tree at `old_size` to be the beginning of that at `new_size`.

    As RFC 6962 §2.1.2; empty for equal sizes and for an empty old tree. Refuses a tree that shrinks.
    """
    if not 0 <= old_size <= new_size:
        raise OutOfTree(f"a tree of {new_size} cannot have begun as one of {old_size}")
    if old_size == 0:
        return []
    start, end, known = 0, new_size, True
    path: list[bytes] = []
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start, known = middle, False
    if not known:
        path.append(_range_root(start, end, read))
    return path[::-1]


def inclusion_holds(hash_: bytes, index: int, size: int, path: Sequence[bytes], root_hash: bytes) -> bool:
    """Say whether the path leads from the leaf hash at `index` to the root at `size` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(hash_, *path):
        return False
    place, last, result = index, size - 1, hash_
    for step in path:
        if last == 0:
            return False
        if place % 2 or place == last:
            result = node_hash(step, result)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            result = node_hash(result, step)
        place, last = place // 2, last // 2
    return last == 0 and result == root_hash


def consistency_holds(old_size: int, new_size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Say whether the path shows the new tree to begin with the old one (RFC 9162 §2.1.4.2).

    An empty old tree is the beginning of every tree, with its own root and no path.
    """
    if not 0 <= old_size <= new_size or not _are_hashes(old_root, new_root, *path):
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    return _climb(old_size - 1, new_size - 1, steps) == (old_root, new_root)


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _climb(place: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Fold a consistency path into the two roots it claims; None where its length does not fit."""
    while place % 2:
        place, last = place // 2, last // 2
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place % 2 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            new = node_hash(new, step)
        place, last = place // 2, last // 2
    return (old, new) if last == 0 else None


def _range_root(start: int, end: int, read: NodeReader) -> bytes:
    """Give the root over leaves start to end, where start is aligned as in every RFC 6962 subtree."""
    hashes = [read(level, index) for level, index in _complete_subtrees(start, end)]
    result = hashes.pop()
    while hashes:
        result = node_hash(hashes.pop(), result)
    return result


def _complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _split(width: int) -> int:
    """Give the largest power of two smaller than the width."""
    return 1 << ((width - 1).bit_length() - 1)


def _refuse_size(size: int) -> None:
    if size < 0:
        raise OutOfTree(f"a tree cannot have {size} leaves")


def _no_node(level: int, index: int) -> bytes:
    raise OutOfTree(f"an empty tree has no node ({level}, {index})")
