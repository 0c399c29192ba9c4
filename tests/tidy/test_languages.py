"""Every sentence a person may read is there in Indonesian; message ids are the English."""

import re
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file

from marketplace.kernel import catalogs
from tests.tidy.source import CHECKOUT, FLOORS, files

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
OPTIONS = {"silent": "false", "trimmed": "true"}
METHODS = {".py": "python", ".html": "jinja2", ".xml": "jinja2", ".txt": "jinja2"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")


@cache
def sentences() -> Catalog:
    """Every sentence marked for translation, with where it stands."""
    found = Catalog()
    for path in files():
        if path.parts[0] not in (*FLOORS, "templates") or path.suffix not in METHODS:
            continue
        messages = extract_from_file(
            METHODS[path.suffix], CHECKOUT / path, keywords=KEYWORDS, options=OPTIONS, strip_comment_tags=True
        )
        for line, text, _comments, context in messages:
            found.add(text, locations=[(str(path), line)], context=context)
    return found


@cache
def indonesian() -> Catalog:
    return catalogs.merge(catalogs.TRANSLATIONS / "id")


def singular(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def test_every_sentence_is_there_in_indonesian():
    missing = [
        f"{message.locations[0][0]}:{message.locations[0][1]}: {message.id!r}"
        for message in sentences()
        if message.id and indonesian().get(singular(message.id), message.context) is None
    ]

    assert missing == []


def test_a_translation_keeps_its_placeholders():
    def places(text: str) -> list[str]:
        return sorted(match.group() for match in PLACEHOLDER.finditer(text))

    changed = [
        message.id
        for message in indonesian()
        if isinstance(message.id, str) and message.id and places(message.id) != places(str(message.string))
    ]

    assert changed == []


def test_no_translation_is_left_over():
    left = [
        message.id
        for message in indonesian()
        if message.id and sentences().get(singular(message.id), message.context) is None
    ]

    assert left == []
