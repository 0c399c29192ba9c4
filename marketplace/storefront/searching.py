"""How often one network address may search by words, by page and by JSON together; browsing is not counted."""

from flask import request

from marketplace.config import SEARCHES_ADDRESS_MAX, SEARCHES_UNSHARED
from marketplace.kernel.limits import MINUTE, Bound, per_address_where

bounded = per_address_where(
    lambda: bool(request.args.get("q")), Bound("search", SEARCHES_ADDRESS_MAX, MINUTE), few=SEARCHES_UNSHARED
)
