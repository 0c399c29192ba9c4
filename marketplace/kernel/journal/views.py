"""The public key, so that anyone can check a checkpoint."""

from flask import Blueprint, Response

from marketplace.kernel.journal.keys import verifier_texts
from marketplace.kernel.policy import PUBLIC, allow

blueprint = Blueprint("journal", __name__)


@blueprint.get("/.well-known/lumbung.vkey")
@allow(PUBLIC)
def public_key() -> Response:
    """The verifier key of this house's checkpoints, in the signed-note text form; below it those that are retired."""
    lines = "".join(f"{vkey}\n" for vkey in verifier_texts())
    return Response(lines, mimetype="text/plain", headers={"Cache-Control": "public, max-age=300"})
