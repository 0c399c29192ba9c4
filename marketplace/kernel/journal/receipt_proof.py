"""Is a receipt the one the journal recorded? Checked offline, with the receipt and a public key alone.

The algorithm is written down in docs/verify-a-receipt.md, so that anyone can check it with their own
program. Nothing here trusts the receipt: garbage gives a finding, never an error.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence

from marketplace.kernel.journal.canonical import SAFE_INTEGER_MAX, NotCanonical, canonical_bytes, digest
from marketplace.kernel.journal.checkpoint import (
    BadKey,
    BadNote,
    Checkpoint,
    Verifier,
    open_checkpoint,
)
from marketplace.kernel.journal.findings import Finding, all_hold, shown
from marketplace.kernel.journal.merkle import HASH_BYTES, inclusion_holds, leaf_hash
from marketplace.kernel.journal.receipt_file import (
    BadReceiptFile,
    json_object,
    receipt_from_json,
    receipt_from_pdf,
)
from marketplace.kernel.journal.receipt_sums import check_sums

__all__ = [
    "BadReceiptFile",
    "Finding",
    "all_hold",
    "receipt_from_json",
    "receipt_from_pdf",
    "receipt_sha256",
    "sealed",
    "verify_by_any",
    "verify_receipt",
]

LEAF_CHARACTERS_MAX = 65_536
PATH_STEPS_MAX = 64

SEALS = ("checkpoint", "proof")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def receipt_sha256(receipt: Mapping[str, object]) -> str:
    """Give the fingerprint of a receipt: SHA-256 of its canonical JSON without `checkpoint` and `proof`.

    Refuses (`NotCanonical`) floats and integers beyond 2^53 − 1.
    """
    return digest({name: value for name, value in receipt.items() if name not in SEALS})


def sealed(
    receipt: Mapping[str, object],
    *,
    leaf: bytes,
    leaf_index: int,
    path: Sequence[bytes],
    checkpoint: Checkpoint,
    note: str,
) -> dict[str, object]:
    """Give the receipt with its proof, in the form that `verify_receipt` reads.

    `leaf` is the receipt-issued event's canonical JSON, `path` its inclusion path in the checkpoint's tree.
    """
    return dict(receipt) | {
        "checkpoint": {
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": _to_base64(checkpoint.root),
            "note": note,
        },
        "proof": {
            "leaf_index": leaf_index,
            "tree_size": checkpoint.size,
            "leaf": leaf.decode(),
            "path": [_to_base64(step) for step in path],
        },
    }


def verify_receipt(receipt: object, vkey: str) -> list[Finding]:
    """Check a receipt against the journal's public key: its sums, its fingerprint, its place in the journal.

    Gives every finding, good and bad, in the order of docs/verify-a-receipt.md; a step that rests on one
    that failed is left out. Never raises, whatever the receipt holds.
    """
    findings = check_sums(receipt)
    if not isinstance(receipt, dict):
        return findings
    checkpoint, proof = receipt.get("checkpoint"), receipt.get("proof")
    if not isinstance(checkpoint, dict) or not isinstance(proof, dict):
        return [*findings, Finding("sealed", False)]
    findings.append(Finding("sealed", True))
    findings += _check_fingerprint(receipt, proof.get("leaf"))
    try:
        verifier = Verifier.from_vkey(vkey)
    except BadKey:
        return [*findings, Finding("key", False)]
    return findings + _check_journal(checkpoint, proof, verifier)


def verify_by_any(receipt: object, vkeys: Sequence[str]) -> list[Finding]:
    """Check a receipt by several keys of one house: the findings of the first by which all holds, else of the first."""
    judged = [verify_receipt(receipt, vkey) for vkey in vkeys]
    return next((findings for findings in judged if all_hold(findings)), judged[0])


def _check_fingerprint(receipt: Mapping[str, object], leaf: object) -> list[Finding]:
    recorded = _recorded_sha256(leaf)
    if recorded is None:
        return [Finding("leaf", False)]
    try:
        same = receipt_sha256(receipt) == recorded
    except NotCanonical:
        same = False
    return [Finding("leaf", True), Finding("fingerprint", same)]


def _recorded_sha256(leaf: object) -> str | None:
    """Give what the leaf records; None unless it is canonical JSON, which can be read in one way only."""
    if not isinstance(leaf, str) or len(leaf) > LEAF_CHARACTERS_MAX:
        return None
    try:
        event = json_object(leaf)
        if canonical_bytes(event).decode() != leaf:
            return None
    except (BadReceiptFile, NotCanonical):
        return None
    recorded = event.get("receipt_sha256")
    return recorded if isinstance(recorded, str) and _SHA256.fullmatch(recorded) else None


def _check_journal(claimed: Mapping[str, object], proof: Mapping[str, object], verifier: Verifier) -> list[Finding]:
    note = claimed.get("note")
    name = shown(verifier.name)
    try:
        signed = open_checkpoint(note if isinstance(note, str) else "", verifier)
    except BadNote:
        return [Finding("signature", False, {"name": name})]
    return [
        Finding("signature", True, {"name": name}),
        _check_repeated(claimed, proof, signed),
        _check_inclusion(proof, signed),
    ]


def _check_repeated(claimed: Mapping[str, object], proof: Mapping[str, object], signed: Checkpoint) -> Finding:
    repeated = {
        "checkpoint.origin": (claimed.get("origin"), signed.origin),
        "checkpoint.size": (_count(claimed.get("size")), signed.size),
        "checkpoint.root": (_hash(claimed.get("root")), signed.root),
        "proof.tree_size": (_count(proof.get("tree_size")), signed.size),
    }
    for field, (said, is_) in repeated.items():
        if said != is_:
            return Finding("checkpoint", False, {"field": field})
    return Finding("checkpoint", True)


def _check_inclusion(proof: Mapping[str, object], signed: Checkpoint) -> Finding:
    index, leaf, steps = _count(proof.get("leaf_index")), proof.get("leaf"), proof.get("path")
    if index is None or not isinstance(leaf, str) or not isinstance(steps, list):
        return Finding("inclusion", False)
    path = [_hash(step) for step in steps[: PATH_STEPS_MAX + 1]]
    whole = [step for step in path if step is not None]
    if len(whole) != len(path) or len(path) > PATH_STEPS_MAX:
        return Finding("inclusion", False)
    leaf_bytes = leaf.encode("utf-8", "replace")
    if not inclusion_holds(leaf_hash(leaf_bytes), index, signed.size, whole, signed.root):
        return Finding("inclusion", False)
    return Finding("inclusion", True, {"entry": index + 1, "size": signed.size})


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= SAFE_INTEGER_MAX else None


def _hash(value: object) -> bytes | None:
    if not isinstance(value, str) or not value.isascii():
        return None
    try:
        raw = base64.b64decode(value, validate=True)
    except binascii.Error:
        return None
    return raw if len(raw) == HASH_BYTES and _to_base64(raw) == value else None


def _to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
