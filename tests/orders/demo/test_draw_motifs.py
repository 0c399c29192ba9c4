import numpy as np
import pytest

from orders.demo.draw.motifs import FIGURES, RING_ORDERS, Band, banded, dice, lattice, plain, rings, teeth

ACROSS = (np.arange(400, dtype=np.float32) + 0.5)[None, :]
DOWN = (np.arange(400, dtype=np.float32) + 0.5)[:, None]


@pytest.mark.parametrize("figure", sorted(FIGURES))
def test_rings_repeat_and_mirror_about_the_middle_of_a_cell(figure):
    dyes = rings(figure, RING_ORDERS[0], 100, 100, drop=False)(ACROSS, DOWN)

    assert (dyes[:100, :100] == dyes[200:300, 300:400]).all()
    assert (dyes[:100, :50] == dyes[:100, 99:49:-1]).mean() > 0.9
    assert len(np.unique(dyes)) >= 3


def test_a_dropped_column_stands_half_a_repeat_lower():
    dyes = rings("lozenge", RING_ORDERS[0], 100, 100, drop=True)(ACROSS, DOWN)

    assert (dyes[:300, :100] == dyes[50:350, 100:200]).all()


def test_bands_follow_each_other_and_start_again():
    dyes = banded([Band(30, plain(1)), Band(20, plain(3))])(ACROSS, DOWN)

    assert (dyes[:30] == 1).all()
    assert (dyes[30:50] == 3).all()
    assert (dyes[50:80] == 1).all()


def test_teeth_widen_towards_their_foot():
    filled = (teeth(100, 200, (3, 3, 0))(ACROSS, DOWN)[:200] == 3).sum(axis=1)

    assert (np.diff(filled) >= 0).all()
    assert filled[0] < 20 < 380 < filled[-1]


def test_dice_are_half_on_and_half_off():
    assert (dice(10, (3, 0))(ACROSS, DOWN) == 3).mean() == pytest.approx(0.5)


def test_a_gold_lattice_leaves_most_of_the_ground_open():
    for figure in FIGURES:
        gold = (lattice(figure, 100, 110)(ACROSS, DOWN) == 3).mean()

        assert 0.05 < gold < 0.5, figure
