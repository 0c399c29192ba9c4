"""Coiling: one long core wound in a spiral, each turn sewn to the last with stitches of dyed leaf."""

import math
from collections.abc import Callable

import numpy as np

from orders.demo.draw.palettes import PALETTES, STRAWS
from orders.demo.draw.plait import LIGHT_FROM, Disc, disc, laid, rim
from orders.demo.draw.spec import PictureSpec
from orders.demo.draw.surface import Colours, Field, Frame, Indices, lay, swatches

STITCH_UNITS = 6.6


def _wave(share: Field, turn: Field, petals: int) -> Indices:
    line = np.abs(share - 0.56 - 0.26 * (np.abs(turn * petals % 1 - 0.5) * 2 - 0.5))
    return np.where(line < 0.075, 1, np.where(line < 0.115, 2, 0))


def _rays(share: Field, turn: Field, petals: int) -> Indices:
    ray = np.abs((turn + share * 0.06) * petals % 1 - 0.5) * 2
    return np.where((share > 0.12) & (ray > 0.30 + share * 0.55), 1, np.where((share > 0.84) & (share < 0.90), 2, 0))


def _dice(share: Field, turn: Field, petals: int) -> Indices:
    ring = np.floor(share * 7)
    odd = (np.floor(turn * petals * 4) + ring) % 2 == 0
    return np.where((ring % 2 == 1) & odd, 1, np.where(share > 0.93, 2, 0))


def _petals(share: Field, turn: Field, petals: int) -> Indices:
    away = np.abs(turn * petals % 1 - 0.5) * 2
    reach = np.sin(np.pi * ((share - 0.12) / 0.72).clip(0, 1)) * 0.62
    leaf = np.where(away < reach, 1, 0)
    leaf = np.where((away < reach * 0.30) & (share > 0.2), 2, leaf)
    return np.where((share > 0.90) & (share < 0.95), 1, leaf)


def _rings(share: Field, turn: Field, petals: int) -> Indices:
    ring = np.array([0, 1, 0, 0, 2, 2, 0, 1, 1, 0, 0, 2, 0, 1])[(share * 13).astype(np.int32).clip(0, 13)]
    open_here = (np.floor(turn * petals * 2) % 2 == 0) & (ring == 1)
    return np.where(open_here & (share > 0.4), 3, ring)


def _bolts(share: Field, turn: Field, petals: int) -> Indices:
    bent = (turn * petals + 0.62 * np.abs(share * 2.4 % 1 - 0.5) * 2) % 1
    arm = np.where(bent < 0.30, 1, np.where(bent < 0.42, 2, 0))
    return np.where((share < 0.16) | (share > 0.90), 0, arm)


DESIGNS: dict[str, Callable[[Field, Field, int], Indices]] = {
    "wave": _wave,
    "rays": _rays,
    "dice": _dice,
    "petals": _petals,
    "rings": _rings,
    "bolts": _bolts,
}
"""From share of the radius and share of a turn to a leaf: 0 undyed, 1 and 2 dyed, 3 the light one."""


def _stitches(frame: Frame, spec: PictureSpec, thing: Disc, core: float) -> Colours:
    """The sewn surface: where each stitch sits decides its colour; its roundness decides the light."""
    palette = PALETTES[spec.palette]
    form = frame.form
    leaves = swatches([STRAWS[int(form.integers(len(STRAWS)))], palette.main, palette.dark, palette.second])
    wobbled = thing.distance + 1.0 * frame.noise(9, 11)
    turn = thing.angle / (2 * math.pi) + 0.5
    wound = (wobbled / core - turn).clip(0)
    coil = np.floor(wound)
    across = (wound - coil) * 2 - 1
    count = np.maximum(6, np.round(2 * math.pi * (coil + 0.5) * core / STITCH_UNITS))
    sewn = turn * count + across * 0.35
    stitch = np.floor(sewn)
    along = (sewn - stitch) * 2 - 1
    design = DESIGNS[spec.motif](coil * core / thing.radius, (stitch + 0.5) / count, int(form.integers(5, 9)))
    hashed = np.sin(stitch * 12.9898 + coil * 78.233) * 43758.5453
    light = (0.42 + 0.6 * np.sqrt((1 - (across * 0.97) ** 2).clip(0, 1))) * (
        0.70 + 0.32 * np.sqrt((1 - (along * 0.96) ** 2).clip(0, 1))
    )
    light *= 1 + 0.11 * (hashed - np.floor(hashed) - 0.5)
    lit = -np.cos(thing.angle - LIGHT_FROM)
    reach = thing.distance / thing.radius
    light *= 1 + 0.12 * across * lit - 0.20 * (reach - 0.35).clip(0, 1) * lit - 0.10 * np.exp(-((reach / 0.42) ** 2))
    return np.asarray(leaves[design] * (light * 1.1)[..., None])


def coil(frame: Frame, spec: PictureSpec) -> Colours:
    """A shallow basket seen from above; its bound rim covers the spiral's end, so the edge has no notch."""
    palette = PALETTES[spec.palette]
    thing = disc(frame, float(frame.form.uniform(330, 350)))
    core = spec.repeat / 10
    picture = lay(laid(frame, thing), _stitches(frame, spec, thing, core), thing.cover(frame))
    inner = np.exp(-(((thing.distance - (thing.radius - core * 1.3)) / 4) ** 2))
    picture = picture * (1 - 0.3 * inner * thing.cover(frame))[..., None]
    colours, cover = rim(frame, thing, core * 1.35, palette.main, palette.dark, 96)
    return lay(picture, colours, cover)
