"""Yarn before the loom: stripes wound on the beam, and ikat, dyed into the yarn before it is woven."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.random import Generator

from orders.demo.draw.surface import Colours, Field, Indices, blur_rows, noise, rgb, swatches

Resist: TypeAlias = Callable[[Field, Field], Indices]
"""From a place along the yarn and the yarn's own place in the cloth (in units) to a dye of the palette."""


def solid(code: str, rng: Generator, yarns: int = 64, vary: float = 0.05) -> Colours:
    """Yarns of one bath, each a little lighter or darker than the next."""
    return np.asarray(rgb(code) * (1 + vary * rng.standard_normal((yarns, 1, 1), dtype=np.float32)))


def striped(order: Sequence[tuple[str, int]]) -> Colours:
    """Yarns in the order in which they are wound: (colour, how many)."""
    return np.concatenate([np.repeat(rgb(code)[None, None], count, 0) for code, count in order])


def ikat(
    rng: Generator,
    resist: Resist,
    palette: Sequence[str],
    *,
    yarns: int,
    length_px: int,
    pitch_px: float,
    unit: float,
    bundle: int = 3,
    slip: float = 1.9,
) -> Colours:
    """Yarns tied and dyed in bundles: each bundle slips a little, and dye creeps under the edge of a tie."""
    along = np.arange(length_px, dtype=np.float32)[None, :] / unit
    place = (np.arange(yarns) // bundle * bundle + bundle / 2).astype(np.float32)[:, None] * pitch_px / unit
    slips = np.repeat(rng.normal(0, slip, yarns // bundle + 1), bundle)[:yarns] + rng.normal(0, slip * 0.45, yarns)
    dyes = resist(along + slips.astype(np.float32)[:, None], place)
    crept = blur_rows(swatches(palette)[dyes], max(1, round(1.7 * unit)))
    uneven = 1 + 0.05 * noise(rng, (yarns, length_px), (max(8, yarns // 3), 40))
    return crept * uneven[..., None]
