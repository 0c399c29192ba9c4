"""Papers and photos behind records: kept under their own hash, shown only inside the cooperative that filed them.

A record names its evidence by SHA-256. This table says whose it is and of what type, so that one address can
serve it without asking every part; the same file filed twice is one row.
"""

from datetime import datetime

from flask import current_app
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.kernel import clock
from marketplace.kernel.db import Base, Instant, db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.media import clean_evidence
from marketplace.kernel.media_store import MediaStorage, StoredMedia, media_key, storage_at, store


class Evidence(Journaled, Base):
    """A paper or photo that one cooperative has filed."""

    __tablename__ = "coop_evidence"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size_positive"),)

    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column()
    filed_by: Mapped[str | None] = mapped_column(ForeignKey("account_user.id"))
    filed_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def key(self) -> str:
        """Where the storage keeps it."""
        return media_key(self.sha256, self.media_type)


def storage() -> MediaStorage:
    """The storage that MEDIA_URL names."""
    return storage_at(current_app.config["MEDIA_URL"])


def file_evidence(actor: Actor, organisation: Organisation, data: bytes) -> Evidence:
    """Clean and keep a photo or PDF and say whose it is; the same file again is the same row.

    Refuses what kernel.media refuses: other types, damaged, too large.
    """
    return file_kept(actor, organisation, store(storage(), clean_evidence(data)))


def file_kept(actor: Actor, organisation: Organisation, stored: StoredMedia) -> Evidence:
    """Say whose a file is that the storage keeps already."""
    evidence = db.session.get(Evidence, (organisation.id, stored.sha256))
    if evidence is None:
        evidence = Evidence(
            organisation_id=organisation.id,
            sha256=stored.sha256,
            media_type=stored.media_type,
            size_bytes=stored.size_bytes,
            filed_by=actor.user_id,
            filed_at=clock.now(),
        )
        db.session.add(evidence)
        db.session.flush()
    return evidence


def evidence_of(organisation_id: str, sha256: str) -> Evidence:
    """The evidence under this hash; NotFound where this cooperative has not filed it."""
    evidence = db.session.get(Evidence, (organisation_id, sha256))
    if evidence is None:
        raise NotFound
    return evidence
