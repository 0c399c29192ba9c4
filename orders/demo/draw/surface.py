"""Arrays of light: the few operations on pixels which every drawn picture is made of.

A `Field` is height × width, `Colours` is height × width × 3 with values from 0 to 255; both hold float32.
Lengths in drawing code are in units, of which a picture is always 800 wide; `Frame.unit` gives pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Field: TypeAlias = NDArray[Any]
Colours: TypeAlias = NDArray[Any]
Indices: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[Any]

UNITS_WIDE = 800


@dataclass(frozen=True)
class Frame:
    """A sheet to draw on: `form` decides what is drawn, `grain` only how each pixel of it varies."""

    width: int
    height: int
    form: Generator
    grain: Generator

    @property
    def unit(self) -> float:
        """Pixels in one unit."""
        return self.width / UNITS_WIDE

    @property
    def units_high(self) -> float:
        return self.height / self.unit

    def mesh(self) -> tuple[Field, Field]:
        """Column and row of every pixel centre, in units, as two fields that broadcast."""
        x = ((np.arange(self.width, dtype=np.float32) + 0.5) / self.unit)[None, :]
        y = ((np.arange(self.height, dtype=np.float32) + 0.5) / self.unit)[:, None]
        return x.astype(np.float32), y.astype(np.float32)

    def noise(self, across: int, down: int) -> Field:
        """Smooth noise of about unit deviation, with that many bumps across and down the whole sheet."""
        return noise(self.grain, (self.height, self.width), (down, across))


def rgb(code: str) -> Colours:
    """The three channels of a colour written as #rrggbb."""
    return np.array([int(code[at : at + 2], 16) for at in (1, 3, 5)], np.float32)


def swatches(codes: Sequence[str]) -> Colours:
    return np.stack([rgb(code) for code in codes])


def noise(rng: Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Field:
    """Random values on a coarse grid of (rows, columns), stretched smoothly over the shape."""
    coarse = rng.standard_normal(cells, dtype=np.float32)
    stretched = Image.fromarray(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(stretched, np.float32)


def blur_rows(values: Colours, radius: int) -> Colours:
    """Average along the second axis only, twice, so that an edge bleeds along a yarn and never across it."""
    if radius < 1:
        return values
    span = 2 * radius + 1
    for _ in range(2):
        sides = ((0, 0), (radius + 1, radius), (0, 0))
        total = np.cumsum(np.pad(values, sides, mode="edge"), axis=1, dtype=np.float32)
        values = (total[:, span:] - total[:, :-span]) / span
    return values


def lay(ground: Colours, layer: Colours, cover: Field) -> Colours:
    """The ground with the layer over it, as far as the cover (0 to 1) reaches."""
    return np.asarray(ground + (layer - ground) * cover[..., None])


def shade(
    frame: Frame, ground: Colours, caster: Field, offset: tuple[float, float], blur: float, depth: float
) -> Colours:
    """The ground darkened by the soft shadow of a caster (0 to 1), moved and blurred in units."""
    reduced = 4
    small = Image.fromarray((caster * 255).astype(np.uint8)).resize(
        (max(1, frame.width // reduced), max(1, frame.height // reduced)), Image.Resampling.BOX
    )
    small = small.filter(ImageFilter.GaussianBlur(blur * frame.unit / reduced))
    soft = np.asarray(small.resize((frame.width, frame.height), Image.Resampling.BILINEAR), np.float32) / 255
    across, down = (round(part * frame.unit) for part in offset)
    moved = np.zeros_like(soft)
    moved[down:, across:] = soft[: frame.height - down, : frame.width - across]
    return ground * (1 - depth * moved)[..., None]


def wall(frame: Frame, tint: str) -> Colours:
    """A warm plastered wall, lit from the upper left."""
    x, y = frame.mesh()
    light = 1.06 - 0.19 * (x / UNITS_WIDE * 0.6 + y / frame.units_high * 0.55)
    light = light + 0.009 * frame.noise(6, 7)
    return rgb(tint) * light[..., None]


def to_image(colours: Colours) -> Image.Image:
    return Image.fromarray(colours.clip(0, 255).astype(np.uint8))


def to_colours(image: Image.Image) -> Colours:
    return np.asarray(image.convert("RGB"), np.float32)
