"""What kinds of purchase, payment and movement are called on a page."""

from flask_babel import lazy_gettext as _l

PURPOSES = {"materials": _l("Material, such as yarn or dye"), "crop": _l("Harvest, such as coffee or cocoons")}
METHODS = {"cash": _l("Cash"), "bank": _l("Bank transfer")}
MOVEMENTS = {
    "issued": _l("Taken home"),
    "brought_back": _l("Brought back"),
    "used": _l("Worked up"),
    "lost": _l("Lost"),
}
