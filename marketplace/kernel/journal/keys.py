"""The house's own checkpoint key, from CHECKPOINT_KEY."""

from flask import current_app

from marketplace.kernel.journal.checkpoint import Signer


def signer() -> Signer:
    """The private key that signs checkpoints; BadKey when the setting cannot be read."""
    return Signer.from_text(current_app.config["CHECKPOINT_KEY"])


def verifier_text() -> str:
    """The public key in the signed-note text form, safe to publish."""
    return signer().verifier.vkey
