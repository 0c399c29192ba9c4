import base64
import json
import os
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.journal import merkle
from marketplace.kernel.journal.merkle import OutOfTree, leaf_hash, node_hash

CHECKOUT = Path(__file__).parents[4]
CONFORMANCE = Path(os.environ.get("LUMBUNG_CONFORMANCE", CHECKOUT.parent / "shared" / "conformance"))
VECTORS = CONFORMANCE / "merkle" / "testdata"

# SHA-256 of nothing, and of the single byte 0x00: what RFC 6962 §2.1 calls for.
EMPTY = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
EMPTY_LEAF = bytes.fromhex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")


class Store:
    """Stored nodes that count their reads and refuse to be written twice."""

    def __init__(self, leaves: list[bytes] | None = None) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.reads = 0
        self.append(leaves or [])

    def append(self, leaves: list[bytes]) -> None:
        for node in merkle.append(self.size, map(leaf_hash, leaves), self.read):
            assert (node.level, node.position) not in self.nodes
            self.nodes[node.level, node.position] = node.hash
        self.size += len(leaves)

    def read(self, level: int, index: int) -> bytes:
        self.reads += 1
        return self.nodes[level, index]


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1 word for word."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = naive_split(len(leaves))
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def naive_inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1 word for word."""
    if len(leaves) == 1:
        return []
    split = naive_split(len(leaves))
    if index < split:
        return [*naive_inclusion(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_inclusion(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_consistency(old_size: int, leaves: list[bytes], known: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2 word for word."""
    if old_size == len(leaves):
        return [] if known else [naive_root(leaves)]
    split = naive_split(len(leaves))
    if old_size <= split:
        return [*naive_consistency(old_size, leaves[:split], known), naive_root(leaves[split:])]
    return [*naive_consistency(old_size - split, leaves[split:], False), naive_root(leaves[:split])]


def naive_split(size: int) -> int:
    split = 1
    while split * 2 < size:
        split *= 2
    return split


LEAVES = st.lists(st.binary(max_size=8), max_size=40)


def test_the_empty_tree_and_the_empty_leaf_have_the_known_hashes() -> None:
    assert merkle.EMPTY_ROOT == EMPTY == merkle.root_of([])
    assert leaf_hash(b"") == EMPTY_LEAF == merkle.root_of([leaf_hash(b"")])


@given(LEAVES, LEAVES)
def test_roots_of_every_size_equal_those_of_the_naive_tree(first: list[bytes], then: list[bytes]) -> None:
    store = Store(first)
    store.append(then)

    leaves = first + then
    for size in range(len(leaves) + 1):
        assert merkle.root(size, store.read) == naive_root(leaves[:size])
    assert merkle.root_of([leaf_hash(leaf) for leaf in leaves]) == naive_root(leaves)


@given(LEAVES.filter(bool), st.data())
def test_an_inclusion_path_is_the_naive_one_and_holds(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    store = Store(leaves)

    path = merkle.inclusion_path(index, size, store.read)

    assert path == naive_inclusion(index, leaves[:size])
    assert merkle.inclusion_holds(leaf_hash(leaves[index]), index, size, path, naive_root(leaves[:size]))


def test_every_consistency_path_is_the_naive_one_and_holds() -> None:
    leaves = [bytes([number]) for number in range(33)]
    store = Store(leaves)

    for old, new in combinations_with_replacement(range(1, 34), 2):
        path = merkle.consistency_path(old, new, store.read)

        assert path == naive_consistency(old, leaves[:new])
        assert merkle.consistency_holds(old, new, path, naive_root(leaves[:old]), naive_root(leaves[:new]))


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_a_changed_consistency_path_does_not_hold(old: int, more: int, data: st.DataObject) -> None:
    leaves = [bytes([number]) for number in range(old + more)]
    store = Store(leaves)
    path = merkle.consistency_path(old, old + more, store.read)
    old_root, new_root = naive_root(leaves[:old]), naive_root(leaves)
    changed = data.draw(st.integers(0, len(path) - 1))
    flipped = bytes([path[changed][0] ^ 1]) + path[changed][1:]

    for wrong in (
        path[:-1],
        [*path, EMPTY],
        [EMPTY, *path],
        [*path[:changed], flipped, *path[changed + 1 :]],
        [*path[:changed], flipped[:-1], *path[changed + 1 :]],
    ):
        assert not merkle.consistency_holds(old, old + more, wrong, old_root, new_root)
    assert not merkle.consistency_holds(old, old + more, path, new_root, old_root)
    assert not merkle.consistency_holds(old + more, old, path, old_root, new_root)


def test_an_empty_or_equal_tree_needs_no_path() -> None:
    root = naive_root([b"a", b"b"])

    assert merkle.consistency_path(0, 2, Store([b"a", b"b"]).read) == []
    assert merkle.consistency_holds(0, 2, [], EMPTY, root)
    assert not merkle.consistency_holds(0, 2, [], root, root)
    assert not merkle.consistency_holds(0, 2, [root], EMPTY, root)
    assert merkle.consistency_holds(2, 2, [], root, root)
    assert not merkle.consistency_holds(2, 2, [root], root, root)
    assert not merkle.consistency_holds(1, 3, [], root, root)
    assert not merkle.consistency_holds(3, 4, [], root, root)


def test_reads_grow_with_the_logarithm_of_the_size() -> None:
    size = 5_000
    store = Store([number.to_bytes(2, "big") for number in range(size)])
    bound = size.bit_length()

    for at in (1, 63, 2_047, 4_096, 4_999):
        before = store.reads
        merkle.root(at, store.read)
        assert store.reads - before <= bound
        before = store.reads
        merkle.inclusion_path(at, size, store.read)
        assert store.reads - before <= 2 * bound
        before = store.reads
        merkle.consistency_path(at, size, store.read)
        assert store.reads - before <= 2 * bound
    before = store.reads
    store.append([b"x"] * 100)
    assert store.reads - before <= bound


def test_what_the_tree_does_not_have_is_refused() -> None:
    store = Store([b"a"])

    for refused in (
        lambda: merkle.inclusion_path(1, 1, store.read),
        lambda: merkle.inclusion_path(-1, 1, store.read),
        lambda: merkle.consistency_path(2, 1, store.read),
        lambda: merkle.root(-1, store.read),
        lambda: merkle.append(1, [b"short"], store.read),
    ):
        with pytest.raises(OutOfTree):
            refused()


def vectors(kind: str) -> list[dict[str, Any]]:
    if not VECTORS.is_dir():
        pytest.skip(f"third-party Merkle vectors are not at {VECTORS}")
    return [json.loads(file.read_text()) for file in sorted((VECTORS / kind).rglob("*.json"))]


def decoded(value: object) -> bytes:
    return base64.b64decode(str(value))


@pytest.mark.conformance
def test_third_party_inclusion_vectors_are_judged_as_they_say() -> None:
    cases = vectors("inclusion")

    assert len(cases) == 98
    for case in cases:
        path = [decoded(step) for step in case["proof"] or []]
        leaf, root = decoded(case["leafHash"]), decoded(case["root"])
        holds = merkle.inclusion_holds(leaf, case["leafIdx"], case["treeSize"], path, root)
        assert holds is not case["wantErr"], case["desc"]


@pytest.mark.conformance
def test_third_party_consistency_vectors_are_judged_as_they_say() -> None:
    cases = vectors("consistency")

    # The collection kept beside the checkout need not hold this kind; the naive tree above judges it too.
    assert len(cases) in (0, 98)
    for case in cases:
        path = [decoded(step) for step in case["proof"] or []]
        old, new = decoded(case["root1"]), decoded(case["root2"])
        holds = merkle.consistency_holds(case["size1"], case["size2"], path, old, new)
        assert holds is not case["wantErr"], case["desc"]


@given(st.integers(1, 40), st.data())
def test_the_nodes_of_a_path_are_known_before_it_is_read(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    store = Store([bytes([number]) for number in range(size)])

    fetched = {place: store.nodes[place] for place in merkle.inclusion_places(index, size)}

    path = merkle.inclusion_path(index, size, lambda level, position: fetched[level, position])
    assert path == merkle.inclusion_path(index, size, store.read)
