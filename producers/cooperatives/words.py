"""What kinds and ways are called on a page; the codes are what is stored."""

from flask_babel import lazy_gettext as _l

CONSENTS = {
    "show_labour_amount": _l("Show buyers what was earned on her pieces"),
    "show_name": _l("Show her name beside her pieces"),
    "photo": _l("Show photos in which she can be seen"),
}
"""Kind of consent → what the member says yes to."""

WAYS = {
    "signed": _l("Signed on paper"),
    "thumb_print": _l("Thumb print on paper"),
    "phone_pin": _l("On a phone, with her own PIN"),
}
"""How she said so."""

CLAIMS = {
    "organic": _l("Organic"),
    "fair_trade": _l("Fair trade"),
    "forest": _l("From a well-managed forest"),
    "handmade": _l("Made by hand"),
}
"""What a certificate can back; goods carry it only while every main input has it."""

SEXES = {"f": _l("Woman"), "m": _l("Man")}
