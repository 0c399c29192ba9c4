import numpy as np

from orders.demo.draw.drafts import PLAIN, TWILL, WEFT_FACED
from orders.demo.draw.dye import ikat, striped
from orders.demo.draw.loom import Cloth, Supplement, Yarns, weave

PITCH_PX = 20
RED, BLUE = "#c01010", "#1010c0"


def even(code):
    return Yarns(striped([(code, 1)]), PITCH_PX, uneven=0.0, slub=0.0)


def crossings(cloth, *, ends=8, picks=8):
    """The colour at the middle of every crossing."""
    x = (np.arange(ends * PITCH_PX, dtype=np.float32) + 0.5)[None, :]
    y = (np.arange(picks * PITCH_PX, dtype=np.float32) + 0.5)[:, None]
    seen = weave(cloth, x, y, np.random.default_rng(1))
    return seen[PITCH_PX // 2 :: PITCH_PX, PITCH_PX // 2 :: PITCH_PX]


def is_warp(colours):
    return colours[..., 0] > colours[..., 2]


def test_plain_weave_shows_warp_and_weft_by_turns():
    shown = is_warp(crossings(Cloth(even(RED), even(BLUE), PLAIN.interlacement())))

    assert (shown[:, 1:] != shown[:, :-1]).all()
    assert (shown[1:, :] != shown[:-1, :]).all()


def test_the_cloth_shows_exactly_what_the_draft_lifts():
    over = TWILL.interlacement()

    shown = is_warp(crossings(Cloth(even(RED), even(BLUE), over)))

    assert (shown == np.tile(over, (2, 2))).all()


def test_a_packed_weft_hides_the_warp():
    shown = is_warp(crossings(Cloth(even(RED), even(BLUE), WEFT_FACED.interlacement(), packed="weft")))

    assert not shown.any()


def test_supplementary_weft_shows_where_it_floats_and_nowhere_else():
    floats = np.zeros((8, 8), bool)
    floats[2:4, 1:6] = True
    gold = np.array([60, 250, 60], np.float32)

    seen = crossings(Cloth(even(RED), even(BLUE), PLAIN.interlacement(), supplement=Supplement(floats, gold)))

    assert ((seen[..., 1] > seen[..., 0]) & (seen[..., 1] > seen[..., 2])).tolist() == floats.tolist()


def test_ikat_bleeds_along_the_yarn_and_not_across_it():
    def resist(along, place):
        return ((along > 50) & (place > 10)).astype(int)

    yarns = ikat(
        np.random.default_rng(1),
        resist,
        ["#000000", "#ffffff"],
        yarns=20,
        length_px=100,
        pitch_px=1.0,
        unit=1.0,
        bundle=1,
        slip=0.0,
    )

    assert (yarns[:10] == 0).all()
    assert (yarns[12, :40] == 0).all()
    assert (yarns[12, 60:] > 100).all()
    assert ((yarns[12, 40:60, 0] > 20) & (yarns[12, 40:60, 0] < 200)).any()
