"""A member's photos go with her, but for a file that another's record shows, too."""

import pytest

from marketplace.accounts.persons import find_person
from marketplace.kernel.media_store import MediaMissing, media_key
from marketplace.kernel.media_types import WEBP
from producers.cooperatives import erasing
from producers.cooperatives.evidence import file_evidence, storage
from producers.lots.queries import step_that_made
from producers.materials.services import issue_material, record_stock_loss
from tests.factories.producers import buy_yarn, make_coop, woven_lot
from tests.marketplace.kernel.test_media import encoded, picture


def _photo(coop, width):
    return file_evidence(coop.preparer, coop.organisation, encoded(picture(width), "PNG")).sha256


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_photo_that_another_record_shows_stays(app):
    with app.app_context():
        coop = make_coop("sikka")
        hers, shared = (_photo(coop, width) for width in (64, 65))
        yarn = buy_yarn(coop, "Y-2", quantity=1000).lot
        issue_material(coop.preparer, yarn, coop.budi, 100)
        for sha256 in (hers, shared):
            record_stock_loss(coop.preparer, yarn, 50, cause="moths", member=coop.budi, photo_sha256=sha256)
        step = step_that_made(woven_lot(coop).id)
        step.photo_sha256 = shared

        said = list(erasing.removals(find_person(coop.budi.id)))

        assert storage().read(media_key(shared, WEBP))
        with pytest.raises(MediaMissing):
            storage().read(media_key(hers, WEBP))
        assert [sentence.split()[0] for sentence in said] == ["1", "1"]
