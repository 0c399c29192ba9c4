"""Mirror work: small mirrors held by a ring of stitches, in five layouts over a plain cloth."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from orders.demo.draw.drafts import DRAFTS
from orders.demo.draw.dye import solid
from orders.demo.draw.loom import Cloth, Yarns, weave
from orders.demo.draw.palettes import PALETTES, Palette
from orders.demo.draw.scenes import folds
from orders.demo.draw.spec import PictureSpec
from orders.demo.draw.surface import UNITS_WIDE, Colours, Frame, rgb, to_colours, to_image

OVERSAMPLE = 2
THREADS = ("#e3b04a", "#cf5240", "#f0e4cf", "#3c8c82", "#cf7d9c", "#6f94c4")
STITCH_UNITS = 4.6
RUNNING_UNITS = 14


class Needle:
    """Sews stitches and mirrors onto an oversampled picture, in units."""

    def __init__(self, frame: Frame, ground: Colours, cloth_code: str) -> None:
        size = (frame.width * OVERSAMPLE, frame.height * OVERSAMPLE)
        self.image = to_image(ground).resize(size, Image.Resampling.BILINEAR)
        self.draw = ImageDraw.Draw(self.image)
        self.form = frame.form
        self.scale = frame.unit * OVERSAMPLE
        self.dark = self._tone(rgb(cloth_code), 0.38)
        self.tall = frame.units_high

    @staticmethod
    def _tone(colour: Colours, light: float) -> tuple[int, int, int]:
        red, green, blue = (int(part) for part in (colour * light).clip(0, 255))
        return red, green, blue

    def stitch(self, start: tuple[float, float], end: tuple[float, float], code: str) -> None:
        """One satin stitch: its shadow, its body, and the light along its upper side."""
        colour, light = rgb(code), float(self.form.uniform(0.88, 1.06))
        points = [(x * self.scale, y * self.scale) for x, y in (start, end)]
        width = STITCH_UNITS * self.scale
        layers = ((1.3, self.dark, 1.3), (0.0, self._tone(colour, 0.66 * light), 1.0))
        lights = ((-0.5, self._tone(colour, 0.96 * light), 0.62), (-0.9, self._tone(colour, 1.16 * light), 0.2))
        for lift, fill, share in layers + lights:
            moved = [(x + lift * self.scale * 0.7, y + lift * self.scale) for x, y in points]
            self.draw.line(moved, fill=fill, width=max(1, round(width * share)))

    def mirror(self, x: float, y: float, radius: float, inner: str, outer: str) -> None:
        """A round mirror under a ring of radial stitches, with a second ring sewn around it."""
        self._glass(x, y, radius)
        count = int(radius * 1.7)
        for at in range(count):
            turn = 2 * math.pi * at / count
            near, far = radius * 0.78 + self.form.normal(0, 0.5), radius * 1.24 + self.form.normal(0, 0.8)
            self.stitch(polar(x, y, near, turn), polar(x, y, far, turn + 0.10), inner)
        count = max(8, int(radius * 0.8))
        for at in range(count):
            turn, step = 2 * math.pi * at / count, 2 * math.pi / count * 0.84
            self.stitch(polar(x, y, radius * 1.42, turn), polar(x, y, radius * 1.42, turn + step), outer)

    def _glass(self, x: float, y: float, radius: float) -> None:
        size = max(6, int(radius * 2 * self.scale))
        side = np.linspace(-1, 1, size, dtype=np.float32)
        across, down = side[None, :], side[:, None]
        turn = float(self.form.uniform(0.3, 1.3))
        place = across * math.cos(turn) + down * math.sin(turn) + 0.06 * np.sin(down * 6 + turn)
        light = np.interp(place, [-1, -0.4, -0.32, 0.05, 0.12, 1], [232, 205, 160, 186, 118, 92])
        glass = (light[..., None] * np.array([0.96, 1.0, 1.04])).clip(0, 255).astype(np.uint8)
        round_mask = Image.fromarray(((np.hypot(across, down) < 0.98) * 255).astype(np.uint8))
        corner = (int(x * self.scale - size / 2), int(y * self.scale - size / 2))
        self.image.paste(Image.fromarray(glass), corner, round_mask)

    def petal(self, x: float, y: float, turn: float, reach: tuple[float, float], width: float, code: str) -> None:
        """A leaf of satin stitches that meet along its middle, from one reach to the other."""
        near, far = reach
        count = max(6, int((far - near) / 4.2))
        for at in range(count):
            share = (at + 0.5) / count
            half = width * math.sin(math.pi * share) ** 0.8
            heart = polar(x, y, near + (far - near) * share, turn)
            rim_x, rim_y = polar(x, y, near + (far - near) * (share + 0.10), turn)
            for side in (-1, 1):
                rim = (rim_x - side * half * math.sin(turn), rim_y + side * half * math.cos(turn))
                self.stitch(heart, rim, code)

    def running(self, points: Sequence[tuple[float, float]], code: str) -> None:
        """A running stitch through the points: over, under, over."""
        for (x0, y0), (x1, y1) in pairwise(points):
            length = math.dist((x0, y0), (x1, y1))
            for at in range(int(length / RUNNING_UNITS)):
                a, b = (at * RUNNING_UNITS + 2) / length, (at * RUNNING_UNITS + 11) / length
                self.stitch((x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b), code)

    def round(self, x: float, y: float, radius: float, code: str) -> None:
        """A running stitch in a circle."""
        count = max(6, int(2 * math.pi * radius / RUNNING_UNITS))
        for at in range(count):
            turn = 2 * math.pi * at / count
            self.stitch(polar(x, y, radius, turn), polar(x, y, radius, turn + 9 / radius), code)

    def flower(self, x: float, y: float, size: float, petals: int, threads: Sequence[str]) -> None:
        """A mirror with petals around it; `size` is the petals' reach."""
        for at in range(petals):
            turn = 2 * math.pi * at / petals
            self.petal(x, y, turn, (size * 0.40, size), size * 1.25 / petals, threads[at % 2])
            between = turn + math.pi / petals
            self.running([polar(x, y, size * 0.45, between), polar(x, y, size * 0.98, between)], threads[2])
        self.mirror(x, y, size * 0.24, threads[2], threads[3])


def polar(x: float, y: float, radius: float, turn: float) -> tuple[float, float]:
    return x + radius * math.cos(turn), y + radius * math.sin(turn)


def _frame_lines(needle: Needle, threads: Sequence[str]) -> None:
    for inset, code in ((26, threads[0]), (40, threads[3])):
        right, low = UNITS_WIDE - inset, needle.tall - inset
        needle.running([(inset, inset), (right, inset), (right, low), (inset, low), (inset, inset)], code)


def _medallion(needle: Needle, threads: Sequence[str], spacing: float) -> None:
    """One great flower, mirrors around it, a small flower in each corner."""
    middle, petals = needle.tall / 2, int(needle.form.choice([6, 8, 10]))
    needle.flower(400, middle, 190, petals, threads)
    for at in range(petals):
        x, y = polar(400, middle, 236, 2 * math.pi * (at + 0.5) / petals)
        needle.mirror(x, y, 20, threads[3], threads[4])
    for radius, code in ((282, threads[1]), (296, threads[0])):
        needle.round(400, middle, radius, code)
    for x in (140, 660):
        for y in (160, needle.tall - 160):
            needle.flower(x, y, 84, 8, threads[::-1])
    _frame_lines(needle, threads)


def _lattice(needle: Needle, threads: Sequence[str], spacing: float) -> None:
    """Diagonal running stitch, a mirror at every crossing, a small flower in every opening."""
    step, middle = spacing * 4.4, needle.tall / 2
    for across in range(-3, 4):
        for down in range(-4, 5):
            x, y = 400 + across * step, middle + down * step
            if (across + down) % 2 == 0:
                corners = [polar(x, y, step * 0.5, turn * math.pi / 2) for turn in range(4)]
                needle.running([*corners, corners[0]], threads[0])
                needle.mirror(x, y, spacing * 0.62, threads[1], threads[2])
            else:
                needle.flower(x, y, step * 0.36, 6, [*threads[2:], *threads[:2]])


def _rows(needle: Needle, threads: Sequence[str], spacing: float) -> None:
    """Bands across the cloth: mirrors in a row, leaves, zigzag of running stitch."""
    y, at = spacing, 0
    while y < needle.tall:
        if at % 3 == 0:
            for x in np.arange(spacing, UNITS_WIDE, spacing * 2.0):
                needle.mirror(float(x), y, spacing * 0.44, threads[at % 5], threads[(at + 1) % 5])
        elif at % 3 == 1:
            points = [(x * spacing * 0.9, y + (spacing * 0.5 if x % 2 else -spacing * 0.5)) for x in range(-1, 30)]
            needle.running(points, threads[(at + 2) % 5])
            needle.running([(x, low + 14) for x, low in points], threads[(at + 3) % 5])
        else:
            for x in np.arange(0, UNITS_WIDE + 40, spacing * 1.5):
                for turn in (-0.9, 0.9, math.pi - 0.9, math.pi + 0.9):
                    needle.petal(float(x), y, turn, (4, spacing * 0.8), spacing * 0.19, threads[(at + 1) % 5])
        y, at = y + spacing * 1.75, at + 1


def _wreath(needle: Needle, threads: Sequence[str], spacing: float) -> None:
    """Rings of mirrors, leaves and stitches about a heart off the middle."""
    x, y = 400.0, needle.tall * 0.5
    needle.flower(x, y, 74, 6, threads)
    for at, radius in enumerate(np.arange(118, 640, spacing * 1.35)):
        if at % 3 == 2:
            needle.round(x, y, float(radius), threads[at % 5])
            needle.round(x, y, float(radius) + 13, threads[(at + 1) % 5])
            continue
        count = max(8, int(2 * math.pi * radius / (spacing * 1.9)))
        for part in range(count):
            turn = 2 * math.pi * part / count
            spot = polar(x, y, float(radius), turn)
            if at % 3 == 0:
                needle.mirror(*spot, spacing * 0.44, threads[at % 5], threads[(at + 2) % 5])
            else:
                lean = turn + 0.8 * (1 if part % 2 else -1)
                needle.petal(*spot, lean, (-spacing * 0.7, spacing * 0.7), spacing * 0.30, threads[part % 2 + 1])


def _scattered(needle: Needle, threads: Sequence[str], spacing: float) -> None:
    """Flowers of different size at an easy distance from each other, mirrors between."""
    placed: list[tuple[float, float, float]] = []
    for size in (124, 96, 96, 78, 78, 66, 66, 54, 54, 54, 54, *([spacing * 0.55] * 40)):
        for _ in range(30):
            inset = size * 1.1
            x = float(needle.form.uniform(inset, UNITS_WIDE - inset))
            y = float(needle.form.uniform(inset, needle.tall - inset))
            if all(math.dist((x, y), other[:2]) > (size + other[2]) * 1.12 for other in placed):
                placed.append((x, y, size))
                break
    for at, (x, y, size) in enumerate(placed):
        shifted = [*threads[at % 4 :], *threads[: at % 4]]
        if size > spacing * 0.6:
            needle.flower(x, y, size, 5 + at % 4, shifted)
        else:
            needle.mirror(x, y, size * 0.6, shifted[0], shifted[1])


LAYOUTS: dict[str, Callable[[Needle, Sequence[str], float], None]] = {
    "medallion": _medallion,
    "lattice": _lattice,
    "rows": _rows,
    "wreath": _wreath,
    "scattered": _scattered,
}


def _ground(frame: Frame, spec: PictureSpec, palette: Palette) -> Colours:
    x, y = frame.mesh()
    pitch = max(3.0, 4.4 * frame.unit)
    yarn = solid(palette.main, frame.grain) * 0.86
    over = DRAFTS[spec.draft].interlacement()
    cloth = Cloth(Yarns(yarn, pitch, slub=0.12), Yarns(yarn * 1.06, pitch), over, gap=0.22)
    return weave(cloth, x * frame.unit, y * frame.unit, frame.grain)


def mirror_work(frame: Frame, spec: PictureSpec) -> Colours:
    """A plain cloth sewn with mirrors and flowers in the spec's layout, in shallow folds."""
    palette = PALETTES[spec.palette]
    needle = Needle(frame, _ground(frame, spec, palette), palette.main)
    threads = [THREADS[int(at)] for at in frame.form.permutation(len(THREADS))][:5]
    LAYOUTS[spec.motif](needle, threads, float(spec.repeat))
    picture = to_colours(needle.image.resize((frame.width, frame.height), Image.Resampling.BOX))
    x, y = frame.mesh()
    profile = folds(frame.form, 1800, 380, 0.16)
    _, light = profile.look(x * 0.9 + y * 0.4 + 60, 1.0)
    return picture * (light * (1.06 - 0.16 * (x / UNITS_WIDE * 0.5 + y / frame.units_high * 0.5)))[..., None]
