"""Plaiting: flat strips crossed by the same drafts as cloth, in a round tray with a bound rim."""

import math
from dataclasses import dataclass

import numpy as np

from orders.demo.draw.drafts import DRAFTS
from orders.demo.draw.palettes import PALETTES, STRAWS
from orders.demo.draw.scenes import WALLS
from orders.demo.draw.spec import PictureSpec
from orders.demo.draw.surface import Colours, Field, Frame, Mask, lay, noise, rgb, shade, wall

LIGHT_FROM = math.radians(45)
"""Polar angle (y down) away from the light, which falls from the upper left."""


@dataclass(frozen=True)
class Disc:
    """A round thing lying in the picture, in units, with the polar coordinates of every pixel."""

    radius: float
    distance: Field
    angle: Field

    def cover(self, frame: Frame) -> Field:
        return ((self.radius - self.distance) * frame.unit + 0.5).clip(0, 1)


def disc(frame: Frame, radius: float) -> Disc:
    """A disc a little off the middle of the sheet, as a hand would put it down."""
    x, y = frame.mesh()
    centre_x = 400 + float(frame.form.uniform(-10, 10))
    centre_y = frame.units_high / 2 + float(frame.form.uniform(-16, 16))
    dx, dy = x - centre_x, y - centre_y
    return Disc(radius, np.hypot(dx, dy), np.arctan2(dy, dx))


def laid(frame: Frame, thing: Disc) -> Colours:
    """A wall-coloured table with the disc's shadows on it."""
    table = wall(frame, WALLS[int(frame.form.integers(len(WALLS)))])
    cover = thing.cover(frame)
    table = shade(frame, table, cover, (22, 27), 40, 0.50)
    return shade(frame, table, cover, (6, 8), 8, 0.36)


def strips(frame: Frame, x: Field, y: Field, pitch: float, colours: tuple[Colours, Colours], over: Mask) -> Colours:
    """Flat strips with bevelled edges, grain along them and a slight difference each."""
    shape = np.broadcast_shapes(x.shape, y.shape)
    x = x + 1.3 * noise(frame.grain, shape, (9, 9))
    y = y + 1.3 * noise(frame.grain, shape, (9, 9))
    i, j = np.floor(x / pitch).astype(np.int32), np.floor(y / pitch).astype(np.int32)
    u, v = (x / pitch - i) * 2 - 1, (y / pitch - j) * 2 - 1
    rows, columns = over.shape
    on_top = over[j % rows, i % columns]
    beyond_v, beyond_u = np.where(v > 0, 1, -1), np.where(u > 0, 1, -1)
    held = np.where(on_top, over[(j + beyond_v) % rows, i % columns], ~over[j % rows, (i + beyond_u) % columns])
    across, along = np.where(on_top, u, v), np.where(on_top, v, u)
    first, second = colours
    seen = np.where(on_top[..., None], first[i % len(first)], second[j % len(second)])
    bevel = 1 - 0.55 * ((np.abs(across) - 0.72) / 0.28).clip(0, 1) ** 2
    arch = np.where(held, 1.0, 1 - 0.42 * ((np.abs(along) - 0.15) / 0.85).clip(0, 1) ** 2)
    fine = np.sin(across * 9 + np.where(on_top, i * 2.3, j * 3.1)) * 0.025
    long_grain, short_grain = (
        noise(frame.grain, shape, (16, shape[1] // 3)),
        noise(frame.grain, shape, (shape[0] // 3, 16)),
    )
    grain = 1 + 0.045 * np.where(on_top, long_grain, short_grain) + fine
    gleam = 13 * np.exp(-(((across + 0.35) / 0.25) ** 2)) * arch
    return np.asarray(seen * (bevel * arch * grain * (1 - 0.06 * across))[..., None] + gleam[..., None])


def rim(
    frame: Frame, thing: Disc, width: float, hoop_code: str, binding_code: str, turns: int
) -> tuple[Colours, Field]:
    """Two hoops of rattan wrapped by a binding, and where they lie."""
    share = (thing.distance - (thing.radius - width)) / width
    hoop = np.where(share < 0.5, share * 4 - 1, share * 4 - 3)
    body = 0.45 + 0.6 * np.sqrt((1 - hoop**2).clip(0, 1))
    colours = rgb(hoop_code) * 0.92 * (body * (1 + 0.04 * frame.noise(160, 200)))[..., None]
    phase = (thing.angle / (2 * math.pi) * turns + share * 0.45) % 1
    round_off = np.sqrt((1 - ((phase - 0.15) / 0.16) ** 2).clip(0, 1))
    swell = np.sqrt((1 - ((share - 0.5) / 0.56) ** 2).clip(0, 1))
    bound = rgb(binding_code) * (0.35 + 0.95 * round_off * swell)[..., None]
    colours = np.where((phase < 0.30)[..., None], bound, colours)
    colours = colours * (1 - 0.20 * np.cos(thing.angle - LIGHT_FROM))[..., None]
    cover = thing.cover(frame) * ((thing.distance - (thing.radius - width)) * frame.unit + 0.5).clip(0, 1)
    return colours, cover


def tray(frame: Frame, spec: PictureSpec, *, over: Mask | None = None) -> tuple[Colours, Disc]:
    """A shallow round tray, plaited straight or aslant, and where it lies."""
    palette = PALETTES[spec.palette]
    form = frame.form
    radius = float(form.uniform(326, 346))
    thing = disc(frame, radius)
    table = laid(frame, thing)
    straw = STRAWS[int(form.integers(len(STRAWS)))]
    other = (palette.dark, palette.main, palette.accent)[int(form.integers(3))]
    first, second = (
        rgb(code) * (1 + 0.07 * frame.grain.standard_normal((60, 1), dtype=np.float32)) for code in (straw, other)
    )
    turn = math.radians(45 if spec.motif == "aslant" else 0) + float(form.uniform(-0.05, 0.05))
    dx, dy = thing.distance * np.cos(thing.angle - turn), thing.distance * np.sin(thing.angle - turn)
    bend = 1 + 0.05 * (thing.distance / radius) ** 2
    if over is None:
        over = DRAFTS[spec.draft].interlacement()
    pitch = spec.repeat / 10
    heart = pitch * (over.shape[0] * over.shape[1] + 0.5)
    woven = strips(frame, dx * bend + heart, dy * bend + heart, pitch, (first, second), over)
    depth = ((thing.distance / radius - 0.74) / 0.26).clip(0, 1)
    lit = np.cos(thing.angle - LIGHT_FROM)
    light = 1.03 + 0.16 * depth * lit - 0.22 * depth**1.5 * (lit < 0) * -lit
    light = light * (1 - 0.42 * np.exp(-(((thing.distance - (radius - 25)) / 8) ** 2)))
    picture = lay(table, woven * light[..., None], thing.cover(frame))
    binding = palette.dark if other != palette.dark else palette.main
    colours, cover = rim(frame, thing, 28, straw, binding, 58)
    return lay(picture, colours, cover), thing


def plait(frame: Frame, spec: PictureSpec) -> Colours:
    picture, _ = tray(frame, spec)
    return picture
