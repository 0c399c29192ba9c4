"""The file of a form: cleaned and kept before anything else is judged, so that a refused form does not lose it.

A page that is shown again carries a signed note of what was kept (`kept_uploads`), and the next try uses it.
"""

from dataclasses import asdict

from flask import current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from marketplace.config import UPLOAD_BYTES_MAX
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid
from marketplace.kernel.media import clean_evidence
from marketplace.kernel.media_store import StoredMedia, store
from marketplace.kernel.media_types import MediaRefused
from producers.cooperatives.evidence import storage


def taken(name: str) -> StoredMedia | None:
    """What was uploaded under the field's name, now or on an earlier try; None where nothing was.

    Refuses at the field what kernel.media refuses.
    """
    organisation_id = g.organisation.id
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return _kept(name, organisation_id)
    data = sent.read(UPLOAD_BYTES_MAX + 1)
    # A large photo takes half a second: nobody else's writing waits for it.
    db.session.rollback()
    try:
        stored = store(storage(), clean_evidence(data))
    except MediaRefused as error:
        raise Invalid(fields={name: error.sentence}) from error
    _remember(name, _notes(organisation_id).dumps(asdict(stored)))
    return stored


def _kept(name: str, organisation_id: str) -> StoredMedia | None:
    note = request.form.get(f"{name}_kept", "")
    if not note:
        return None
    try:
        stored = StoredMedia(**_notes(organisation_id).loads(note))
    except (BadSignature, TypeError):
        return None
    _remember(name, note)
    return stored


def _remember(name: str, note: str) -> None:
    g.kept_uploads = {**g.get("kept_uploads", {}), name: note}


def _notes(organisation_id: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"upload:{organisation_id}")
