"""`python -m orders.demo.draw --contact-sheet PATH` draws one small picture of every spec side by side."""

import argparse
from pathlib import Path

from PIL import Image

from orders.demo.draw import TECHNIQUES, PictureSpec, draw, encoded, specs

SHEET_COLUMNS = 9
TILE_PX = (152, 190)
DRAWN_PX = (480, 600)
GAP_PX = 6
SHEET_BYTES_MAX = 600_000
PAPER = "#FBF8F3"


def contact_sheet(count: int) -> Image.Image:
    """The first so many pictures, each made smaller from its drawing."""
    # As wide as a full row, as high as the last picture's.
    size = (place_of(SHEET_COLUMNS - 1)[0] + TILE_PX[0] + GAP_PX, place_of(count - 1)[1] + TILE_PX[1] + GAP_PX)
    sheet = Image.new("RGB", size, PAPER)
    for at, spec in enumerate(specs(count, list(TECHNIQUES))):
        sheet.paste(tile(spec), place_of(at))
    return sheet


def tile(spec: PictureSpec) -> Image.Image:
    """One picture as the sheet shows it."""
    return draw(spec, width_px=DRAWN_PX[0], height_px=DRAWN_PX[1]).resize(TILE_PX, Image.Resampling.LANCZOS)


def place_of(at: int) -> tuple[int, int]:
    """The upper left corner of the picture with this place in the sheet, in pixels."""
    row, column = divmod(at, SHEET_COLUMNS)
    return GAP_PX + column * (TILE_PX[0] + GAP_PX), GAP_PX + row * (TILE_PX[1] + GAP_PX)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m orders.demo.draw", description=__doc__)
    parser.add_argument("--contact-sheet", type=Path, required=True, metavar="PATH")
    parser.add_argument("--count", type=int, default=72)
    asked = parser.parse_args()
    asked.contact_sheet.write_bytes(encoded(contact_sheet(asked.count), SHEET_BYTES_MAX))


if __name__ == "__main__":
    main()
