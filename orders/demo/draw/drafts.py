"""Weave drafts: the shaft of each end, the shafts each treadle lifts, the treadle of each pick."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orders.demo.draw.surface import Mask


@dataclass(frozen=True)
class Draft:
    """A weaver's draft. `tieup[treadle][shaft]` is true where the treadle lifts the shaft."""

    threading: tuple[int, ...]
    tieup: tuple[tuple[int, ...], ...]
    treadling: tuple[int, ...]

    def interlacement(self) -> Mask:
        """Picks × ends: true where the end lies on top. Refuses a shaft or treadle that is not tied up."""
        if max(self.threading) >= len(self.tieup[0]) or max(self.treadling) >= len(self.tieup):
            raise ValueError("the draft names a shaft or treadle that its tie-up does not have")
        lifted = np.array(self.tieup, bool)
        return lifted[list(self.treadling)][:, list(self.threading)]


def _point(straight: Sequence[int], times: int) -> tuple[int, ...]:
    """Forward that many times, then back again, so that the twill turns into a point."""
    forward = tuple(straight) * times
    turned = tuple(straight[(-at) % len(straight)] for at in range(1, len(forward)))
    return (*forward, straight[0], *turned)


_STRAIGHT = (0, 1, 2, 3)
_TWILL_TIEUP = ((1, 1, 0, 0), (0, 1, 1, 0), (0, 0, 1, 1), (1, 0, 0, 1))
_ONE_UP = tuple(tuple(int(shaft == treadle) for shaft in range(8)) for treadle in range(8))
_ONE_DOWN = tuple(tuple(1 - lift for lift in row) for row in _ONE_UP)
_SATIN_ORDER = (0, 3, 6, 1, 4, 7, 2, 5)
_LONG = _point(_STRAIGHT, 6)
_MIDDLE = _point(_STRAIGHT, 3)
_SHORT = _point(_STRAIGHT, 2)

PLAIN = Draft((0, 1), ((1, 0), (0, 1)), (0, 1))
BASKET = Draft((0, 0, 1, 1), ((1, 0), (0, 1)), (0, 0, 1, 1))
TWILL = Draft(_STRAIGHT, _TWILL_TIEUP, _STRAIGHT)
HERRINGBONE = Draft(_LONG, _TWILL_TIEUP, _STRAIGHT)
DIAMOND = Draft(_LONG, _TWILL_TIEUP, _LONG)
ROSETTE = Draft(_MIDDLE, _TWILL_TIEUP, _MIDDLE)
CHEVRON = Draft(_SHORT, _TWILL_TIEUP, _STRAIGHT)
BIRDSEYE = Draft(_SHORT, _TWILL_TIEUP, _SHORT)
WEFT_FACED = Draft(tuple(range(8)), _ONE_UP, _SATIN_ORDER)
WARP_FACED = Draft(tuple(range(8)), _ONE_DOWN, _SATIN_ORDER)

DRAFTS = {
    "plain": PLAIN,
    "basket": BASKET,
    "twill": TWILL,
    "herringbone": HERRINGBONE,
    "diamond": DIAMOND,
    "birdseye": BIRDSEYE,
    "rosette": ROSETTE,
    "chevron": CHEVRON,
    "weft-faced": WEFT_FACED,
    "warp-faced": WARP_FACED,
}
