"""A member who is erased has left; what she agreed to ends, and photos taken at her home are deleted."""

from collections.abc import Iterator, Set

from flask_babel import gettext as _
from sqlalchemy import select

from marketplace.accounts.persons import Person
from marketplace.kernel import clock
from marketplace.kernel.db import Base, db
from marketplace.kernel.journal.recorder import row_key
from marketplace.kernel.media import THUMBNAIL_WIDTHS
from marketplace.kernel.media_store import media_key, thumbnail_key
from marketplace.kernel.media_types import WEBP
from producers.cooperatives.evidence import storage

NAMES_A_FILE = ("photo_sha256", "document_sha256")
# Its column is called by what it is in every other table, too; the tables of upper floors are known by name alone.
LISTED_PHOTO = ("catalogue_photo", "sha256")


def refusals(person: Person) -> Iterator[str]:
    """Material still at her home."""
    held = sum(1 for home in person.of("lot_home") if home.held)
    if held:
        yield _("Material of %(count)s lots is still at her home: note what became of it first.", count=held)


def removals(person: Person) -> Iterator[str]:
    """End her membership and her consents, delete her photos."""
    moment = clock.now()
    for member in person.of("coop_member"):
        member.left_on = member.left_on or max(clock.today(member.organisation.zone), member.joined_on)
    for consent in person.of("coop_consent"):
        consent.revoked_at = consent.revoked_at or moment
    hashes = {row.photo_sha256 for row in person.of("lot_movement") if row.photo_sha256}
    shared = _named_elsewhere(hashes, person)
    for sha256 in hashes - shared:
        key = media_key(sha256, WEBP)
        for each in (key, *(thumbnail_key(key, width) for width in THUMBNAIL_WIDTHS)):
            storage().delete(each)
    if hashes - shared:
        yield _("%(count)s photos are deleted; their hashes stay in the journal.", count=len(hashes - shared))
    if shared:
        yield _("%(count)s photos stay: a record that is not about her names the same file.", count=len(shared))


def _named_elsewhere(hashes: Set[str], person: Person) -> set[str]:
    """Of some files, those that a record names which is not one of hers: the same file is kept once."""
    found: set[str] = set()
    for mapper in Base.registry.mappers if hashes else ():
        table = str(mapper.local_table)
        for column in mapper.local_table.columns:
            if column.name in NAMES_A_FILE or (table, column.name) == LISTED_PHOTO:
                rows = db.session.scalars(select(mapper.class_).where(column.in_(hashes))).unique()
                found |= {getattr(row, column.name) for row in rows if row_key(row) not in person.ids(table)}
    return found
