"""The house's checkpoint keys: the one that signs, from CHECKPOINT_KEY, and those that signed before it."""

from flask import current_app

from marketplace.kernel.journal.checkpoint import BadNote, Checkpoint, Signer, Verifier, open_checkpoint


def signer() -> Signer:
    """The private key that signs checkpoints; BadKey when the setting cannot be read."""
    return Signer.from_text(current_app.config["CHECKPOINT_KEY"])


def verifier_text() -> str:
    """The public key in the signed-note text form, safe to publish."""
    return signer().verifier.vkey


def verifier_texts() -> list[str]:
    """The public key and, behind it, the retired ones (CHECKPOINT_RETIRED_KEYS)."""
    return [verifier_text(), *current_app.config["CHECKPOINT_RETIRED_KEYS"]]


def open_own_checkpoint(note: str) -> Checkpoint:
    """The checkpoint that a key of this house signed, the present one or a retired; raises BadNote otherwise."""
    first: BadNote | None = None
    for vkey in verifier_texts():
        try:
            return open_checkpoint(note, Verifier.from_vkey(vkey))
        except BadNote as error:
            first = first or error
    assert first is not None
    raise first
