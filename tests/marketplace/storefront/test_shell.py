"""The header and footer: made once for each language and category, and each page's own all the same."""

import re

from tests.client import PageClient

NAMES = {"en": ["Cloth", "Plaiting", "Coffee"], "id": ["Kain", "Anyaman", "Kopi"]}


def _header(reader: PageClient, address: str) -> list[tuple[str, bool]]:
    """The categories in the header, each with whether it is marked as the current one."""
    page = reader.get(address).response.text
    links = re.findall(r'<a href="/products\?category=\w+"( aria-current="page")?>([^<]+)</a>', page)
    return [(name, bool(current)) for current, name in links][:3]


def test_each_page_marks_its_own_category_in_its_own_language(shop, app):
    readers = {language: PageClient(app, language) for language in NAMES}

    for _again in range(2):
        for language, reader in readers.items():
            names = NAMES[language]
            assert _header(reader, "/") == [(name, False) for name in names]
            assert _header(reader, "/products?category=cloth") == [(name, name == names[0]) for name in names]
            assert _header(reader, "/products?category=coffee") == [(name, name == names[2]) for name in names]
            assert _header(reader, "/products?category=none") == [(name, False) for name in names]
