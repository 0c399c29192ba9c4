"""Whether two pictures would look alike at a glance, by a perceptual hash."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from PIL import Image

APART_BITS = 50
"""Of 512. Two pictures nearer than this would look alike at a glance."""


def gradient_hash(image: Image.Image) -> np.ndarray:
    """Whether light rises from one part of the picture to the next, across and down: 16 × 16 × 2 bits."""
    grey = np.asarray(image.convert("L").resize((17, 17), Image.Resampling.BOX), np.int16)
    across, down = grey[:16, 1:] > grey[:16, :-1], grey[1:, :16] > grey[:-1, :16]
    return np.concatenate([across.ravel(), down.ravel()])


def assert_none_look_alike(images: Mapping[object, Image.Image]) -> None:
    """Fail with the nearest two, where they are too near."""
    hashes = {name: gradient_hash(image) for name, image in images.items()}
    nearest = min(combinations(hashes, 2), key=lambda pair: int((hashes[pair[0]] != hashes[pair[1]]).sum()))
    assert int((hashes[nearest[0]] != hashes[nearest[1]]).sum()) >= APART_BITS, nearest
