"""Drawn pictures for the demo: textiles, plaits, baskets and coffee, made by program and saying so.

Each cloth is woven from its own draft, warp and weft. A real photograph always replaces a drawn picture,
and no drawn picture is ever evidence.
"""

from orders.demo.draw.picture import DESCRIPTION, draw, encoded, write, write_all
from orders.demo.draw.spec import TECHNIQUES, PictureSpec, specs

__all__ = ["DESCRIPTION", "TECHNIQUES", "PictureSpec", "draw", "encoded", "specs", "write", "write_all"]
