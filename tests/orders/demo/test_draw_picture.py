from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import ExifTags, Image

from orders.demo.draw import DESCRIPTION, TECHNIQUES, draw, encoded, specs, write, write_all
from tests.orders.demo.alike import assert_none_look_alike

SMALL = {"width_px": 160, "height_px": 200}


@pytest.fixture(scope="module")
def seventy_two():
    return {spec: draw(spec, **SMALL) for spec in specs(72, list(TECHNIQUES))}


def test_no_two_of_seventy_two_look_alike(seventy_two):
    assert_none_look_alike(seventy_two)


def test_every_picture_has_the_size_asked_for(seventy_two):
    assert {image.size for image in seventy_two.values()} == {(160, 200)}
    assert {image.mode for image in seventy_two.values()} == {"RGB"}


def test_no_picture_is_blank_washed_out_or_sunk_in_black(seventy_two):
    for spec, image in seventy_two.items():
        grey = np.asarray(image.convert("L"), np.float32)

        assert grey.std() > 8, spec
        assert 20 < grey.mean() < 235, spec


@pytest.mark.parametrize("technique", sorted(TECHNIQUES))
def test_the_same_spec_gives_the_same_pixels(technique):
    (spec,) = specs(1, [technique])

    first, again, other = (draw(one, **SMALL).tobytes() for one in (spec, spec, replace(spec, seed=spec.seed + 1)))

    assert first == again
    assert first != other


@pytest.mark.parametrize(
    "techniques", [list(TECHNIQUES), ["twill", "coil"], ["coffee-beans"], ["plait"], ["coil", "coil", "check"]]
)
def test_neighbours_never_share_technique_and_palette(techniques):
    made = specs(72, techniques)

    for left, right in pairwise(made):
        assert (left.technique, left.palette) != (right.technique, right.palette)


def test_specs_stay_within_their_technique():
    for spec in specs(200, list(TECHNIQUES)):
        kind = TECHNIQUES[spec.technique]
        assert spec.draft in kind.drafts
        assert spec.motif in kind.motifs
        assert spec.setting in kind.settings
        assert spec.palette in kind.palettes
        assert kind.repeats[0] <= spec.repeat < kind.repeats[1]


@pytest.mark.parametrize("techniques", [[], ["batik"]])
def test_an_unknown_technique_is_refused(techniques):
    with pytest.raises(ValueError, match="no such technique"):
        specs(3, techniques)


def test_the_file_says_that_it_is_no_photograph(tmp_path):
    path = tmp_path / "coil.webp"

    write(specs(1, ["coil"])[0], path, **SMALL)

    with Image.open(path) as stored:
        assert stored.format == "WEBP"
        assert stored.size == (160, 200)
        assert stored.getexif()[ExifTags.Base.ImageDescription] == DESCRIPTION
    assert DESCRIPTION == "Gambar contoh, digambar dengan program. Bukan foto barang."


def test_the_heaviest_cloth_keeps_the_bound_at_full_size(tmp_path):
    check = next(spec for spec in specs(9, ["check"]) if spec.setting == "close")
    path = tmp_path / "check.webp"

    write(check, path)

    assert path.stat().st_size <= 120_000
    with Image.open(path) as stored:
        assert stored.size == (800, 1000)


def test_a_coarser_file_is_made_only_when_the_bound_asks_for_it():
    image = draw(specs(1, ["coffee-beans"])[0], **SMALL)

    roomy, tight = encoded(image, 1_000_000), encoded(image, 5_000)

    assert len(tight) < len(roomy)


def test_many_pictures_are_written_side_by_side(tmp_path):
    wanted = [(spec, tmp_path / f"{spec.seed}.webp") for spec in specs(3, ["coil", "plait", "twill"])]

    write_all(wanted, **SMALL)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.webp", "1.webp", "2.webp"]
