"""A member who is erased has left; what she agreed to ends, and photos taken at her home are deleted."""

from collections.abc import Iterator

from flask_babel import gettext as _

from marketplace.accounts.persons import Person
from marketplace.kernel import clock
from marketplace.kernel.media import THUMBNAIL_WIDTHS, WEBP
from marketplace.kernel.media_store import media_key, thumbnail_key
from producers.cooperatives.evidence import storage


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
    for sha256 in hashes:
        key = media_key(sha256, WEBP)
        for each in (key, *(thumbnail_key(key, width) for width in THUMBNAIL_WIDTHS)):
            storage().delete(each)
    if hashes:
        yield _("%(count)s photos are deleted; their hashes stay in the journal.", count=len(hashes))
