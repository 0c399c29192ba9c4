import numpy as np
import pytest

from orders.demo.draw.drafts import DRAFTS, PLAIN, TWILL, Draft


def test_plain_weave_alternates_in_both_directions():
    over = np.tile(PLAIN.interlacement(), (3, 3))

    assert (over[:, 1:] != over[:, :-1]).all()
    assert (over[1:, :] != over[:-1, :]).all()


def test_twill_steps_one_end_aside_with_every_pick():
    over = TWILL.interlacement()

    for pick in range(4):
        assert (np.roll(over[pick], 1) == over[(pick + 1) % 4]).all()
    assert over.sum(axis=0).tolist() == over.sum(axis=1).tolist() == [2, 2, 2, 2]


@pytest.mark.parametrize("name", ["diamond", "rosette", "birdseye"])
def test_a_point_draft_turns_back_on_the_same_shafts(name):
    threading = DRAFTS[name].threading

    assert threading[1:] == threading[:0:-1]
    assert DRAFTS[name].treadling == threading


@pytest.mark.parametrize(("name", "lifted"), [("weft-faced", 1), ("warp-faced", 7)])
def test_a_faced_draft_ties_every_end_and_pick_once_in_eight(name, lifted):
    over = DRAFTS[name].interlacement()

    assert over.shape == (8, 8)
    assert over.sum(axis=0).tolist() == over.sum(axis=1).tolist() == [lifted] * 8


@pytest.mark.parametrize("name", sorted(DRAFTS))
def test_every_yarn_of_every_draft_is_held(name):
    over = DRAFTS[name].interlacement()

    assert over.any(axis=0).all()
    assert over.any(axis=1).all()
    assert (~over).any(axis=0).all()
    assert (~over).any(axis=1).all()


def test_a_shaft_that_is_not_tied_up_is_refused():
    with pytest.raises(ValueError, match="tie-up"):
        Draft((0, 1, 2), ((1, 0), (0, 1)), (0, 1)).interlacement()
