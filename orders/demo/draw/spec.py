"""What a picture shows, decided before a pixel is drawn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from orders.demo.draw.palettes import PALETTES, ROASTS


@dataclass(frozen=True)
class PictureSpec:
    """A picture's every decision. The same spec gives the same picture, pixel for pixel, at a given size."""

    technique: str
    palette: str
    draft: str
    motif: str
    repeat: int
    setting: str
    seed: int


@dataclass(frozen=True)
class Technique:
    """What may vary within a technique. `repeats` bounds the size of the repeat in units."""

    drafts: tuple[str, ...]
    motifs: tuple[str, ...]
    repeats: tuple[int, int]
    settings: tuple[str, ...]
    palettes: tuple[str, ...]


_CLOTH_SETTINGS = ("hung", "folded", "close")
_DYES = tuple(PALETTES)

TECHNIQUES: dict[str, Technique] = {
    "weft-ikat": Technique(
        ("weft-faced",),
        ("lozenge", "ripple", "hexagon", "star", "hourglass"),
        (100, 156),
        _CLOTH_SETTINGS,
        _DYES,
    ),
    "warp-ikat": Technique(
        ("warp-faced",), ("lozenge", "star", "hexagon", "cross"), (84, 120), ("hung", "folded"), _DYES
    ),
    "supplementary-weft": Technique(
        ("plain",), ("lozenge", "star", "petals", "cross", "hexagon"), (84, 132), _CLOTH_SETTINGS, _DYES
    ),
    "twill": Technique(
        ("twill", "herringbone", "diamond", "birdseye", "basket"),
        ("ground",),
        (42, 54),
        _CLOTH_SETTINGS,
        _DYES,
    ),
    "stripe": Technique(("plain", "twill"), ("stripes",), (36, 46), _CLOTH_SETTINGS, _DYES),
    "check": Technique(("plain",), ("even", "windows", "threes"), (38, 46), _CLOTH_SETTINGS, _DYES),
    "plait": Technique(
        ("rosette", "twill", "birdseye", "chevron", "diamond"),
        ("straight", "aslant"),
        (140, 185),
        ("laid",),
        _DYES,
    ),
    "coil": Technique(("spiral",), ("wave", "rays", "dice", "petals", "rings", "bolts"), (150, 200), ("laid",), _DYES),
    "coffee-beans": Technique(("heap",), ("heap", "tray", "cloth"), (88, 118), ("close",), tuple(ROASTS)),
    "coffee-bag": Technique(
        ("twill", "diamond", "plain"), ("band", "label", "sleeve"), (410, 470), ("standing",), _DYES
    ),
    "mirror-work": Technique(
        ("plain",), ("medallion", "lattice", "rows", "wreath", "scattered"), (40, 50), ("close",), _DYES
    ),
}


def specs(count: int, techniques: Sequence[str]) -> list[PictureSpec]:
    """Specs that go through the techniques in turn; no two neighbours share technique and palette.

    Give as many techniques as pictures to say which picture shows what. Within a technique, palettes, motifs, drafts
    and settings are gone through too, each at its own step, so that a combination returns late. Refuses a technique
    it cannot draw.
    """
    unknown = [name for name in techniques if name not in TECHNIQUES]
    if unknown or not techniques:
        raise ValueError(f"no such technique: {', '.join(unknown) or 'none given'}")
    shown: Counter[str] = Counter()
    made: list[PictureSpec] = []
    for at in range(count):
        name = techniques[at % len(techniques)]
        made.append(_spec(name, shown[name], at))
        shown[name] += 1
    return made


def _spec(name: str, turn: int, seed: int) -> PictureSpec:
    """The technique's choices at its own turn; a start of its own keeps techniques from moving in step."""
    kind = TECHNIQUES[name]
    start = sum(name.encode())
    rng = np.random.default_rng([seed, start])
    stride = 2 if len(kind.palettes) % 2 else 3
    palette = kind.palettes[(start + turn * stride) % len(kind.palettes)]
    return PictureSpec(
        technique=name,
        palette=palette,
        draft=kind.drafts[(start + turn) % len(kind.drafts)],
        motif=kind.motifs[(start // 3 + turn + turn // len(kind.motifs)) % len(kind.motifs)],
        repeat=int(rng.integers(*kind.repeats)),
        setting=kind.settings[(start // 7 + turn) % len(kind.settings)],
        seed=seed,
    )
