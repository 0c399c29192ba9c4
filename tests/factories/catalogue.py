"""Goods for tests: listings with stock, split and story; inside an application context, not committed."""

import hashlib
import itertools
from datetime import timedelta
from typing import Any

from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Listing, Photo, Profile, Stock, StockSplit
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db

_numbers = itertools.count(1)

STRIPE = ["#172e52", "#8a4b16", "#f3ede3"]
SPLIT = (
    ("labour", "Eight makers", 46, "paid"),
    ("materials", "Cotton yarn and dye", 21, "paid_unconfirmed"),
    ("overhead", "", 13, "declared"),
    ("premium", "", 8, "owed"),
    ("platform_fee", "", 6, "declared"),
    ("payment_fee", "", 2, "declared"),
    ("tax", "", 4, "owed"),
)
STORY = {
    "claims": ["organic"],
    "makers": 8,
    "names": [],
    "materials": [
        {
            "name": "Raw cotton",
            "origin": "Kabupaten Sikka",
            "claims": ["organic"],
            "on": "2026-01-08",
            "code": "COTTON",
            "evidence": {"documents": 1},
        }
    ],
    "steps": [
        {
            "on": "2026-01-12",
            "name": "Cotton spun",
            "district": "Kabupaten Sikka",
            "people": 3,
            "inputs": [{"code": "COTTON", "name": "cotton", "quantity": 24_000, "unit": "GRM", "mass_g": 24_000}],
            "outputs": [{"code": "YARN", "name": "yarn", "quantity": 21_600, "unit": "GRM", "mass_g": 21_600}],
            "loss_g": 2_400,
            "evidence": {"work_records": 12, "photos": 1},
            "kind": "process",
        },
        {
            "on": "2026-02-19",
            "name": "Tied and woven",
            "district": "Kabupaten Sikka",
            "people": 4,
            "inputs": [
                {"code": "YARN", "name": "yarn", "quantity": 9_915, "unit": "GRM", "mass_g": 9_915},
                {"code": "DYE", "name": "indigo", "quantity": 600, "unit": "GRM", "role": "auxiliary"},
            ],
            "outputs": [{"code": "SHAWLS", "name": "shawls", "quantity": 12, "unit": "H87", "mass_g": 9_800}],
            "loss_g": 115,
            "kind": "process",
        },
    ],
}


def make_profile(organisation: Organisation, **values: Any) -> Profile:
    """What a cooperative publishes of itself."""
    told = {
        "summary": "Ikat with natural dyes",
        "story": "Members spin, dye and weave at home.\nPrices are set in the meeting each March.",
        "members_count": 38,
        "since_year": 2009,
        "selvedge": STRIPE,
        **values,
    }
    profile = Profile(organisation_id=organisation.id, published_at=clock.now(), **told)
    db.session.add(profile)
    db.session.flush()
    return profile


def make_listing(organisation: Organisation, title: str = "Indigo shawl", **values: Any) -> Listing:
    """A listing without stock; `make_product` makes one that strangers see."""
    number = next(_numbers)
    told = {
        "slug": f"listing-{number}",
        "category": "cloth",
        "currency": organisation.currency,
        "price_minor": 65_000_000,
        "description": "180 × 55 cm, cotton spun by hand.",
        "published_at": clock.now() + timedelta(microseconds=number),
        **values,
    }
    listing = Listing(organisation_id=organisation.id, title=title, **told)
    db.session.add(listing)
    db.session.flush()
    return listing


def make_stock(
    listing: Listing, listed: int = 6, *, split: Any = SPLIT, story: dict[str, Any] | None = None, **values: Any
) -> Stock:
    """Pieces of one lot with a split by per cents of the price and a story."""
    number = next(_numbers)
    told = {
        "lot_id": ids.new_id(),
        "lot_code": ids.public_code(),
        "makers": 8,
        "source_sha256": hashlib.sha256(str(number).encode()).hexdigest(),
        "published_at": clock.now() + timedelta(microseconds=number),
        **values,
    }
    lot = {"code": "SHAWLS", "name": listing.title, "quantity": 12, "unit": "H87"}
    stock = Stock(listing_id=listing.id, listed=listed, story={"lot": lot, **STORY, **(story or {})}, **told)
    db.session.add(stock)
    db.session.flush()
    db.session.add_all(
        StockSplit(
            stock_id=stock.id,
            ordinal=ordinal,
            purpose=purpose,
            label=label,
            amount_minor=listing.price_minor * percent // 100,
            status=status,
        )
        for ordinal, (purpose, label, percent, status) in enumerate(split)
    )
    db.session.flush()
    return stock


def make_photo(listing: Listing, sha256: str = "", *, ordinal: int = 0, **values: Any) -> Photo:
    """A drawn picture of a listing; nothing is stored."""
    told = {"width": 800, "height": 1000, "alternative": listing.title, "is_drawn": True, **values}
    sha256 = sha256 or hashlib.sha256(str(next(_numbers)).encode()).hexdigest()
    photo = Photo(listing_id=listing.id, ordinal=ordinal, sha256=sha256, **told)
    db.session.add(photo)
    db.session.flush()
    return photo


def make_product(organisation: Organisation, title: str = "Indigo shawl", *, listed: int = 6, **values: Any) -> Listing:
    """A listing with a picture and one lot, as strangers see it."""
    listing = make_listing(organisation, title, **values)
    make_photo(listing)
    make_stock(listing, listed)
    return listing
