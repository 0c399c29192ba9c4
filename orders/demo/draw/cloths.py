"""What each weaver sets up: yarn, dye, draft and pattern for the techniques made on a loom."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from orders.demo.draw.drafts import DRAFTS
from orders.demo.draw.dye import ikat, solid, striped
from orders.demo.draw.loom import Cloth, Supplement, Yarns
from orders.demo.draw.motifs import RING_ORDERS, Pattern, gold_bands, rings, warp_bands
from orders.demo.draw.palettes import GOLDS, PALETTES, Palette
from orders.demo.draw.scenes import SETTINGS, Weaver
from orders.demo.draw.spec import PictureSpec
from orders.demo.draw.surface import Colours, Field, Frame, Indices, rgb

FINEST_PITCH_PX = 3.0
SHORTEST_CLOTH_UNITS = 690
TIED_EVERY = 9
"""Ends between the places where metal thread is tied down, one end further with every pick."""

Setup: TypeAlias = Callable[[Frame, PictureSpec, Palette], Weaver]


def _pitch(frame: Frame, units: float) -> float:
    """Yarn spacing in pixels; a small picture shows a coarser cloth rather than a moiré."""
    return max(FINEST_PITCH_PX, units * frame.unit)


def _selvedge(warp: Colours, palette: Palette) -> Colours:
    """The warp with the same narrow stripes wound at both edges."""
    edge = striped([(palette.dark, 6), (palette.accent, 4), (palette.light, 2), (palette.accent, 4), (palette.dark, 4)])
    edge = np.repeat(edge, warp.shape[1], axis=1)
    return np.concatenate([edge, warp[len(edge) : -len(edge)], edge[::-1]])


def weft_ikat(frame: Frame, spec: PictureSpec, palette: Palette) -> Weaver:
    """Tied and dyed weft, beaten close over a dark warp so that only the weft shows."""
    order = RING_ORDERS[int(frame.form.integers(len(RING_ORDERS)))]
    height = spec.repeat * float(frame.form.uniform(0.8, 1.25))
    pattern = rings(spec.motif, order, spec.repeat, height, drop=bool(frame.form.integers(2)))

    def weaver(width: float, length: float) -> Cloth:
        pitch = _pitch(frame, 3.3)
        weft = ikat(
            frame.grain,
            pattern,
            palette.dyes,
            yarns=int(length * frame.unit / pitch) + 8,
            length_px=int(width * frame.unit * 1.2),
            pitch_px=pitch,
            unit=frame.unit,
        )
        warp = solid(palette.dark, frame.grain) * 0.55 + rgb(palette.main) * 0.4
        return Cloth(
            Yarns(warp, pitch * 1.5, slub=0.12),
            Yarns(weft, pitch),
            DRAFTS[spec.draft].interlacement(),
            sheen=0.18,
            gap=0.24,
            packed="weft",
        )

    return weaver


def warp_ikat(frame: Frame, spec: PictureSpec, palette: Palette) -> Weaver:
    """Tied and dyed warp in a warp-faced cloth, with plain stripes at both selvedges."""
    pattern = warp_bands(frame.form, spec.motif, spec.repeat)

    def resist(along: Field, place: Field) -> Indices:
        return pattern(place, along)

    def weaver(width: float, length: float) -> Cloth:
        pitch = _pitch(frame, 3.3)
        warp = ikat(
            frame.grain,
            resist,
            palette.dyes,
            yarns=int(width * frame.unit / pitch) + 1,
            length_px=int(length * frame.unit * 1.1),
            pitch_px=pitch,
            unit=frame.unit,
            bundle=2,
            slip=1.5,
        )
        weft = Yarns(solid(palette.dark, frame.grain) * 0.6 + rgb(palette.main) * 0.4, pitch * 1.5)
        return Cloth(
            Yarns(_selvedge(warp, palette), pitch, 0.08, 0.15),
            weft,
            DRAFTS[spec.draft].interlacement(),
            sheen=0.06,
            packed="warp",
        )

    return weaver


def supplementary_weft(frame: Frame, spec: PictureSpec, palette: Palette) -> Weaver:
    """Metal thread laid over a plain ground and tied down every few ends."""
    metal = rgb(GOLDS[int(frame.form.integers(len(GOLDS)))])
    ground = palette.main if palette.main != "#b57a22" else palette.accent
    pattern: Pattern = gold_bands(frame.form, spec.motif, spec.repeat, length=SHORTEST_CLOTH_UNITS)

    def weaver(width: float, length: float) -> Cloth:
        pitch = _pitch(frame, 3.4)
        ends, picks = (int(side * frame.unit / pitch) + 40 for side in (width, length))
        across = (np.arange(ends, dtype=np.float32) + 0.5)[None, :] * pitch / frame.unit
        down = (np.arange(picks, dtype=np.float32) + 0.5)[:, None] * pitch / frame.unit
        floats = pattern(across, down) > 0
        pick, end = np.mgrid[0:picks, 0:ends]
        floats &= (end - pick) % TIED_EVERY != 0
        warp = Yarns(solid(ground, frame.grain), pitch, 0.05, 0.08)
        weft = Yarns(solid(ground, frame.grain) * 1.12, pitch, 0.05)
        return Cloth(warp, weft, DRAFTS[spec.draft].interlacement(), 0.16, 0.26, Supplement(floats, metal))

    return weaver


def twill(frame: Frame, spec: PictureSpec, palette: Palette) -> Weaver:
    """One colour of warp and another of weft: the draft alone makes the pattern."""
    other = (palette.second, palette.light, palette.dark, palette.light)[int(frame.form.integers(4))]
    warp_code = palette.main if other != palette.dark else palette.second

    def weaver(width: float, length: float) -> Cloth:
        pitch = _pitch(frame, spec.repeat / 10)
        weft = solid(other, frame.grain) * 0.86 + rgb(palette.main) * 0.14
        warp = Yarns(solid(warp_code, frame.grain, vary=0.08), pitch, 0.11, 0.24)
        return Cloth(warp, Yarns(weft, pitch, 0.11), DRAFTS[spec.draft].interlacement(), 0.05, 0.32)

    return weaver


def stripe(frame: Frame, spec: PictureSpec, palette: Palette) -> Weaver:
    """Warp stripes, mirrored in every repeat: wide quiet ones and bundles of fine ones."""
    form = frame.form
    codes = list(palette.dyes)
    ground = codes.pop(int(form.integers(2)))
    half: list[tuple[str, int]] = [(ground, int(form.integers(8, 26)))]
    for _ in range(int(form.integers(3, 6))):
        code = codes[int(form.integers(len(codes)))]
        half += [(code, int(form.choice([2, 3, 4, 8, 14]))), (ground, int(form.choice([2, 2, 4, 10])))]
    order = half + half[::-1]

    def weaver(width: float, length: float) -> Cloth:
        pitch = _pitch(frame, spec.repeat / 10)
        weft = solid(palette.dark, frame.grain) * 0.6 + rgb(ground) * 0.4
        return Cloth(
            Yarns(striped(order), pitch, 0.09, 0.2),
            Yarns(weft, pitch),
            DRAFTS[spec.draft].interlacement(),
            0.05,
            0.30,
        )

    return weaver


def check(frame: Frame, spec: PictureSpec, palette: Palette) -> Weaver:
    """The same stripe order in warp and weft, with narrow stripes at both selvedges."""
    form = frame.form
    wide, narrow = int(form.integers(9, 16)), int(form.integers(2, 5))
    colour = (palette.main, palette.dark, palette.accent)[int(form.integers(3))]
    order = {
        "even": [(colour, wide), (palette.light, wide)],
        "windows": [(colour, wide + 4), (palette.light, narrow), (colour, narrow), (palette.light, wide)],
        "threes": [(colour, wide), (palette.light, wide), (palette.second, wide // 2), (palette.light, wide)],
    }[spec.motif]
    lines = [(colour, 4), (palette.light, 2)] * 5

    def weaver(width: float, length: float) -> Cloth:
        pitch = _pitch(frame, spec.repeat / 10)
        repeat = striped(order)
        ends = int(width * frame.unit / pitch)
        warp = np.tile(repeat, (ends // len(repeat) + 1, 1, 1))[:ends]
        edge = striped(lines)
        warp = np.concatenate([edge, warp[len(edge) : -len(edge)], edge[::-1]])
        return Cloth(
            Yarns(warp, pitch, 0.09, 0.18),
            Yarns(repeat, pitch),
            DRAFTS[spec.draft].interlacement(),
            0.04,
            0.28,
        )

    return weaver


SETUPS: dict[str, Setup] = {
    "weft-ikat": weft_ikat,
    "warp-ikat": warp_ikat,
    "supplementary-weft": supplementary_weft,
    "twill": twill,
    "stripe": stripe,
    "check": check,
}


def cloth(frame: Frame, spec: PictureSpec) -> Colours:
    """A cloth of the spec's technique, shown in the spec's setting."""
    weaver = SETUPS[spec.technique](frame, spec, PALETTES[spec.palette])
    return SETTINGS[spec.setting](frame, weaver)
