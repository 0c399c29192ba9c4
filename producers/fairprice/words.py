"""What benchmarks are called on a page; the codes are what is stored."""

from flask_babel import lazy_gettext as _l

BENCHMARKS = {"minimum": _l("Minimum wage"), "living": _l("Living wage")}
"""What a benchmark says."""
