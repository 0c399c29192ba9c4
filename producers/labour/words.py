"""What kinds of work are called on a page; the codes are what is stored."""

from flask_babel import lazy_gettext as _l

KINDS = {"piece": _l("Pieces"), "hour": _l("Hours worked")}
"""How work is counted."""
