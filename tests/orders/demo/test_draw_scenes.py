from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from orders.demo.draw import TECHNIQUES, specs
from orders.demo.draw import __main__ as command
from orders.demo.draw.scenes import Panel, folds
from tests.orders.demo.alike import gradient_hash

SHEET = Path(__file__).parents[3] / "docs" / "pictures-contact-sheet.webp"
SHOWN = 72
SAME_BITS = 45
"""Of 512. What WebP changes of a small picture; another picture is 50 away at least."""


def test_folds_take_up_cloth_and_never_give_it_back():
    profile = folds(np.random.default_rng(4), 900, 160, 0.4)
    place = np.arange(0, 880, 1, dtype=np.float32)

    taken, light = profile.look(place, 1.0)

    assert (np.diff(taken) >= 0).all()
    assert taken[-1] > 5
    assert 0.5 < light.min() < 1 < light.max() < 1.5


def test_folds_of_no_depth_leave_the_cloth_flat():
    taken, light = folds(np.random.default_rng(4), 900, 160, 0.4).look(np.arange(800.0), 0.0)

    assert (taken == 0).all()
    assert np.allclose(light, 1)


def test_a_panel_finds_its_own_corner_again():
    panel = Panel(100, 50, 400, 600, turn=0.2)

    x, y = panel.at(30, 70)

    assert np.allclose(panel.local(np.array(x), np.array(y)), (30, 70))


@pytest.mark.parametrize("count", [len(TECHNIQUES), pytest.param(SHOWN, marks=pytest.mark.slow)])
def test_the_sheet_in_the_documentation_shows_what_is_drawn_today(count):
    drawn = specs(SHOWN, list(TECHNIQUES))
    with Image.open(SHEET) as sheet:
        shown = [gradient_hash(sheet.crop(_box(at))) for at in range(SHOWN)]
        assert sheet.size == tuple(edge + command.GAP_PX for edge in _box(SHOWN - 1)[2:])

    for at, spec in enumerate(drawn[:count]):
        hashed = gradient_hash(command.tile(spec))
        apart = [int((hashed != other).sum()) for other in shown]
        assert min(range(SHOWN), key=apart.__getitem__) == at, f"{spec}: draw the sheet again (docs/pictures.md)"
        assert apart[at] <= SAME_BITS, f"{spec}: draw the sheet again (docs/pictures.md)"


def _box(at):
    left, top = command.place_of(at)
    return left, top, left + command.TILE_PX[0], top + command.TILE_PX[1]


def test_the_contact_sheet_shows_every_picture_beside_the_next(tmp_path, monkeypatch):
    path = tmp_path / "sheet.webp"
    monkeypatch.setattr(command, "DRAWN_PX", (96, 120))
    monkeypatch.setattr("sys.argv", ["draw", "--contact-sheet", str(path), "--count", "11"])

    command.main()

    with Image.open(path) as sheet:
        assert sheet.size == (9 * 158 + 6, 2 * 196 + 6)
        assert sheet.getpixel((2, 2)) != sheet.getpixel((80, 100))
    assert path.stat().st_size <= command.SHEET_BYTES_MAX
