import copy
from collections.abc import Callable

import pytest

from marketplace.kernel.journal import merkle
from marketplace.kernel.journal.canonical import canonical_bytes
from marketplace.kernel.journal.checkpoint import Signer, make_checkpoint, open_checkpoint
from marketplace.kernel.journal.receipt_proof import receipt_sha256, sealed

Receipt = dict[str, object]

SIGNER = Signer("lumbung.example/journal", bytes(range(32)))


def row(purpose: str, status: str, amount_minor: int, origin_minor: int, evidence: list[str]) -> Receipt:
    return {
        "purpose": purpose,
        "label": purpose,
        "amount_minor": amount_minor,
        "origin_minor": origin_minor,
        "status": status,
        "evidence": evidence,
    }


PLAIN: Receipt = {
    "number": "PF-2026-000007",
    "revision": 2,
    "issued_at": "2026-04-10",
    "as_of": "2026-04-25",
    "currency": "USD",
    "paid_minor": 4000,
    "refunded_minor": 1000,
    "credit_notes": ["CN-2026-000003"],
    "lines": [
        {
            "id": "O-7-1",
            "kind": "item",
            "title": "Silk scarf “Mekong”",
            "seller": "silk",
            "quantity": 2,
            "refunded_quantity": 1,
            "lots": ["SC-1"],
            "paid_minor": 2000,
            "refunded_minor": 1000,
            "origin": {
                "currency": "THB",
                "rate": "35.1250",
                "paid_minor": 70250,
                "refunded_minor": 35125,
            },
            "makers": 3,
            "wage_check_published": False,
            "split": [
                row("materials", "paid", 500, 17562, ["E04"]),
                row("materials", "owed", 100, 3513, ["E06"]),
                row("labour", "paid_unconfirmed", 450, 15806, ["W02"]),
                row("surplus", "owed", -100, -3512, []),
                row("platform_fee", "paid", 50, 1756, []),
            ],
        },
        {
            "id": "O-7-2",
            "kind": "shipping",
            "title": "Parcel from Pekalongan",
            "seller": "batik",
            "quantity": 1,
            "refunded_quantity": 0,
            "lots": [],
            "paid_minor": 2000,
            "refunded_minor": 0,
            "origin": {"currency": "IDR", "rate": "16285.50", "paid_minor": 32571000, "refunded_minor": 0},
            "makers": 0,
            "wage_check_published": False,
            "split": [row("shipping", "owed", 2000, 32571000, [])],
        },
    ],
}


def seal(receipt: Receipt) -> Receipt:
    """Seal a receipt as the third of five entries in a journal."""
    event = {"event": "receipt_issued", "receipt_sha256": receipt_sha256(receipt)}
    leaves = [b'{"event":"other"}'] * 5
    leaves[2] = canonical_bytes(event)
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    nodes = {(node.level, node.position): node.hash for node in merkle.append(0, hashes, no_node)}

    def read(level: int, index: int) -> bytes:
        return nodes[level, index]

    note = make_checkpoint(SIGNER.name, 5, merkle.root(5, read), SIGNER)
    return sealed(
        receipt,
        leaf=leaves[2],
        leaf_index=2,
        path=merkle.inclusion_path(2, 5, read),
        checkpoint=open_checkpoint(note, SIGNER.verifier),
        note=note,
    )


def no_node(level: int, index: int) -> bytes:
    raise KeyError((level, index))


@pytest.fixture
def plain() -> Receipt:
    """A small receipt that adds up, without proof."""
    return copy.deepcopy(PLAIN)


@pytest.fixture
def seal_receipt() -> Callable[[Receipt], Receipt]:
    return seal


@pytest.fixture
def receipt(plain: Receipt) -> Receipt:
    """The same, sealed."""
    return seal(plain)


@pytest.fixture
def vkey() -> str:
    return SIGNER.verifier.vkey
