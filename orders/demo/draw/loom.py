"""The loom: yarns crossed by a draft, seen wherever the cloth happens to lie.

Every pixel asks where on the cloth it looks (`x`, `y`, in pixels of cloth). The draft then says which yarn is
on top there, and the yarn's own roundness, twist, thickness and colour decide the light.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator

from orders.demo.draw.surface import Colours, Field, Indices, Mask, noise

STEPS_PER_PX = 8
SLACK_YARNS = 24
DIMPLE_LIGHT = 0.80
BRIGHTNESS = 1.07
SWAY_PX_MAX = 1.6


@dataclass(frozen=True)
class Yarns:
    """One set of yarns. `colours` is yarns × places along (or 1) × 3 and repeats; `pitch_px` spaces them."""

    colours: Colours
    pitch_px: float
    uneven: float = 0.07
    slub: float = 0.16


@dataclass(frozen=True)
class Supplement:
    """A second weft laid in by hand: `floats` (picks × ends) is true where it shows over the ground."""

    floats: Mask
    colour: Colours


@dataclass(frozen=True)
class Cloth:
    """All that a weaver decides before the first pick.

    `packed` names the set of yarns ("warp" or "weft") that is set so close that it hides the other one: the
    hidden yarn then shows only as a dimple where it crosses over.
    """

    warp: Yarns
    weft: Yarns
    interlacement: Mask
    sheen: float = 0.0
    gap: float = 0.30
    supplement: Supplement | None = None
    packed: Literal["warp", "weft"] | None = None


@dataclass(frozen=True)
class _Lie:
    """Where each pixel falls on one set of yarns; `tables` are looked up by `at`."""

    at: Indices
    yarn: Indices
    across: Field
    along: Indices
    shade: Field

    def each(self, table: Field) -> Field:
        return np.take(table, self.at)

    @property
    def offset(self) -> Field:
        """From -1 at one edge of the yarn to 1 at the other."""
        return self.each(self.across)


def _lie(yarns: Yarns, position: Field, along_px: int, rng: Generator) -> _Lie:
    low = float(position.min()) - 2 * yarns.pitch_px
    span_px = float(position.max()) - low + 2 * yarns.pitch_px
    count = int(span_px / yarns.pitch_px) + 2 * SLACK_YARNS
    widths = yarns.pitch_px * (1 + yarns.uneven * rng.standard_normal(count)).clip(0.6, 1.6)
    edges = np.concatenate([[0.0], np.cumsum(widths)]) - SLACK_YARNS * yarns.pitch_px + low
    steps = low + np.arange(int(span_px * STEPS_PER_PX) + 2) / STEPS_PER_PX
    within = np.searchsorted(edges, steps).clip(1, count) - 1
    across = (steps - edges[within]) / widths[within] * 2 - 1
    first = int(np.searchsorted(edges, 0.0)) - 1
    shades = 1 + 0.05 * rng.standard_normal(count)
    return _Lie(
        at=((position - low) * STEPS_PER_PX).astype(np.int32).clip(0, len(steps) - 1),
        yarn=(within - first).astype(np.int32),
        across=across.astype(np.float32),
        along=(np.floor(steps).astype(np.int32)) % along_px,
        shade=shades[within].astype(np.float32),
    )


def _continuing(over: Mask) -> Mask:
    """For each crossing, whether the yarn on top also tops the crossing before, and the one after it."""
    before = np.where(over, np.roll(over, 1, 0), ~np.roll(over, 1, 1))
    after = np.where(over, np.roll(over, -1, 0), ~np.roll(over, -1, 1))
    return np.stack([before, after])


def _dyed(cloth: Cloth, ends: _Lie, picks: _Lie, on_top: Mask) -> Colours:
    """The colour of whichever yarn is on top, from one table that holds both sets."""
    warp, weft = cloth.warp.colours, cloth.weft.colours
    table = np.concatenate([warp.reshape(-1, 3), weft.reshape(-1, 3)]).astype(np.float32)
    warp_length, weft_length = warp.shape[1], weft.shape[1]
    end = ends.each((ends.yarn % len(warp)) * warp_length)
    pick = picks.each((picks.yarn % len(weft)) * weft_length + warp.shape[0] * warp_length)
    if warp_length > 1:
        end = end + picks.each(picks.along)
    if weft_length > 1:
        pick = pick + ends.each(ends.along)
    return np.take(table, np.where(on_top, end, pick), axis=0)


def weave(cloth: Cloth, x: Field, y: Field, rng: Generator) -> Colours:
    """The cloth as seen by pixels that look at the places x, y on it."""
    shape = np.broadcast_shapes(x.shape, y.shape)
    sway = min(SWAY_PX_MAX, 0.45 * cloth.warp.pitch_px)
    ends = _lie(cloth.warp, x + sway * noise(rng, shape, (9, 7)), cloth.weft.colours.shape[1], rng)
    picks = _lie(cloth.weft, y + sway * noise(rng, shape, (7, 9)), cloth.warp.colours.shape[1], rng)
    over = cloth.interlacement
    rows, columns = over.shape
    cell = picks.each((picks.yarn % rows) * columns) + ends.each(ends.yarn % columns)
    on_top = np.take(over.ravel(), cell)
    dimple: Field | float = 1.0
    if cloth.packed is not None:
        dimple = np.where(on_top == (cloth.packed == "warp"), 1.0, DIMPLE_LIGHT)
        on_top = np.full(shape, cloth.packed == "warp")
    u, v = ends.offset, picks.offset
    across, along = np.where(on_top, u, v), np.where(on_top, v, u)
    held = np.take(_continuing(over).ravel(), cell + (along > 0) * over.size)
    light = _relief(cloth, across, along, held, rng)
    light *= 1 + 0.07 * np.sin(5.2 * along + 3.4 * across + ends.each(ends.yarn.astype(np.float32)) * 1.7)
    light *= np.where(on_top, ends.each(ends.shade), picks.each(picks.shade)) * dimple
    seen = _dyed(cloth, ends, picks, on_top) * (light * BRIGHTNESS)[..., None]
    if cloth.sheen:
        seen += (cloth.sheen * 62 * ((1 - across * across).clip(0, 1) ** 3) * np.where(held, 1.0, 0.7))[..., None]
    if cloth.supplement is not None:
        seen = _brocade(cloth.supplement, seen, ends, picks, rng)
    return seen


def _relief(cloth: Cloth, across: Field, along: Field, held: Mask, rng: Generator) -> Field:
    """Light on a round yarn that dives at both ends of its float; it is thicker in some places."""
    shape = across.shape
    slub = cloth.warp.slub
    thickness = (1 + slub * noise(rng, shape, (max(4, shape[0] // 14), max(4, shape[1] // 14)))).clip(0.55, 1.6)
    round_off = np.sqrt((1.06 - across * across / thickness).clip(0.02, 1))
    arch = np.where(held, 1.0, 1 - 0.34 * along * along)
    body = cloth.gap + 0.22
    return np.asarray((1 - body) + body * round_off * arch - 0.07 * across - 0.03 * along)


def _brocade(supplement: Supplement, seen: Colours, ends: _Lie, picks: _Lie, rng: Generator) -> Colours:
    """Floats of the second weft over the ground, brightest along their middle."""
    floats = supplement.floats
    rows, columns = floats.shape
    cell = picks.each((picks.yarn % rows) * columns) + ends.each(ends.yarn % columns)
    shown = np.take(floats.ravel(), cell)
    u, v = ends.offset, picks.offset
    runs_on = np.stack([np.roll(floats, 1, 1), np.roll(floats, -1, 1)])
    arch = np.where(np.take(runs_on.ravel(), cell + (u > 0) * floats.size), 1.0, 1 - 0.5 * u * u)
    round_off = np.sqrt((1.02 - v * v).clip(0.01, 1))
    glint = 0.55 + 0.35 * noise(rng, shown.shape, (60, 40)).clip(-1.4, 1.6)
    light = 0.42 + 0.60 * round_off * arch + 0.08 * np.sin(2.1 * u + ends.each(ends.yarn.astype(np.float32)) * 2.2)
    metal = supplement.colour * light[..., None] + (56 * round_off**9 * arch * glint)[..., None]
    return np.where(shown[..., None], metal, seen)
