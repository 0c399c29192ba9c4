"""The kinds of goods in the shop window, in the order in which they are offered."""

from typing import Any

from flask_babel import lazy_gettext as _l

# Code → name. A listing may carry another code; it is then found by search and cooperative, without a category.
CATEGORIES: dict[str, Any] = {
    "cloth": _l("Cloth"),
    "plaiting": _l("Plaiting"),
    "embroidery": _l("Embroidery"),
    "coffee": _l("Coffee"),
}

# What stands in the header, where there is room for little.
IN_HEADER = ("cloth", "plaiting", "coffee")


def category_name(code: str) -> str:
    """The category in the reader's language; empty for one that is not offered."""
    return str(CATEGORIES[code]) if code in CATEGORIES else ""
