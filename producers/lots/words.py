"""What lots, movements and steps are called on a page; the codes are what is stored."""

from flask_babel import lazy_gettext as _l

FILTERS = {
    "left": _l("With goods left"),
    "finished": _l("Nothing left"),
    "sold": _l("Sold of"),
    "all": _l("All"),
}
"""Which lots a list shows."""

MOVEMENTS = {
    "in": _l("Came in"),
    "used": _l("Used in a step"),
    "lost": _l("Lost outside a step"),
    "sold": _l("Sold"),
    "returned": _l("Returned by a buyer"),
    "issued": _l("Taken to a home"),
    "brought_back": _l("Brought back from a home"),
    "valued": _l("Cost typed in"),
}
"""Why a lot's counters moved."""

STEP_STATES = {
    "recorded": ("waiting", _l("Waits for sign-off")),
    "posted": ("good", _l("Signed off")),
    "discarded": ("declared", _l("Discarded")),
}
"""Where a step stands: its sign and its words."""

PRESETS = {
    "process": _l("Work on goods"),
    "split": _l("Split a lot"),
    "merge": _l("Merge lots"),
    "rework": _l("Rework"),
}
"""The usual shapes of a step."""

MODES = {"work": _l("Piece or time work"), "purchase": _l("Bought outright"), "consignment": _l("On consignment")}
"""How the maker earns from a lot."""

UNITS = {"GRM": _l("grams"), "H87": _l("pieces")}
"""The base units of lots."""
