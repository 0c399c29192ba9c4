"""What a page weighs without photos: its HTML, its style sheets, and every font its words may call for."""

import re

import pytest

from marketplace.accounts.models import Organisation
from marketplace.config import PAGE_SIZE
from marketplace.kernel.db import db
from tests.factories.catalogue import make_product
from tests.tidy.source import CHECKOUT

PAGE_BYTES_MAX = 150_000
STATIC = CHECKOUT / "static"
# Latin in both weights and one serif; the riel and the baht stand in fonts of their own.
FONTS = (
    "noto-sans/noto-sans-latin-400-normal.woff2",
    "noto-sans/noto-sans-latin-600-normal.woff2",
    "noto-serif/noto-serif-latin-600-normal.woff2",
    "noto-sans-khmer/noto-sans-khmer-khmer-400-normal.woff2",
    "noto-sans-thai/noto-sans-thai-thai-400-normal.woff2",
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_page_of_the_shop_window_weighs_more_than_a_slow_line_bears(app, shop, stranger):
    organisation = db.session.get(Organisation, shop.weavers)
    for number in range(PAGE_SIZE + 2):
        make_product(organisation, f"Cloth with quite a long name, number {number}")
    db.session.commit()
    fonts = sum((STATIC / "vendor" / name).stat().st_size for name in FONTS)

    for address in ("/", "/products", "/products/indigo-shawl", "/cooperatives/lepo-waru", f"/trace/{shop.shawl_code}"):
        html = stranger.get(address).text
        sheets = re.findall(r'href="/static/(css/[a-z]+\.css)', html)
        styles = sum((STATIC / sheet).stat().st_size for sheet in sheets)

        assert len(sheets) >= 5
        assert len(html.encode()) + styles + fonts <= PAGE_BYTES_MAX, (address, len(html.encode()), styles, fonts)
