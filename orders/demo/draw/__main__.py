"""`python -m orders.demo.draw --contact-sheet PATH` draws one small picture of every spec side by side."""

import argparse
from pathlib import Path

from PIL import Image

from orders.demo.draw import TECHNIQUES, draw, encoded, specs

SHEET_COLUMNS = 9
TILE_PX = (152, 190)
DRAWN_PX = (480, 600)
GAP_PX = 6
SHEET_BYTES_MAX = 600_000
PAPER = "#FBF8F3"


def contact_sheet(count: int) -> Image.Image:
    """The first so many pictures, each made smaller from its drawing."""
    across, down = TILE_PX[0] + GAP_PX, TILE_PX[1] + GAP_PX
    rows = -(-count // SHEET_COLUMNS)
    sheet = Image.new("RGB", (SHEET_COLUMNS * across + GAP_PX, rows * down + GAP_PX), PAPER)
    for at, spec in enumerate(specs(count, list(TECHNIQUES))):
        picture = draw(spec, width_px=DRAWN_PX[0], height_px=DRAWN_PX[1]).resize(TILE_PX, Image.Resampling.LANCZOS)
        sheet.paste(picture, (GAP_PX + at % SHEET_COLUMNS * across, GAP_PX + at // SHEET_COLUMNS * down))
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m orders.demo.draw", description=__doc__)
    parser.add_argument("--contact-sheet", type=Path, required=True, metavar="PATH")
    parser.add_argument("--count", type=int, default=72)
    asked = parser.parse_args()
    asked.contact_sheet.write_bytes(encoded(contact_sheet(asked.count), SHEET_BYTES_MAX))


if __name__ == "__main__":
    main()
