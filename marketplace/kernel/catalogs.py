"""Translations: the parts' sentences become one catalogue a language, compiled when one of them is newer.

Every part keeps its own in translations/<language>/parts/<part>.po; the message ids are English.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"

# Babel knows no Indonesian plural rule and would ask for two forms; the language has one.
PLURAL_FORMS = {"id": "nplurals=1; plural=0;"}


class ConflictingTranslation(Exception):
    """Two parts translate one sentence differently; the message names both files."""


def ensure_catalogs(source: Path = TRANSLATIONS) -> list[Path]:
    """Compile each language whose parts are newer than its catalogue; return what was written.

    Raises ConflictingTranslation where two parts disagree.
    """
    return [_compile(folder) for folder in _languages(source) if _is_stale(folder)]


def compile_catalogs(source: Path = TRANSLATIONS) -> list[Path]:
    """Compile every language, stale or not; return the catalogues written.

    Raises ConflictingTranslation where two parts disagree.
    """
    return [_compile(folder) for folder in _languages(source)]


def merge(folder: Path) -> "Catalog":
    """One catalogue of all parts of a language's folder.

    Raises ConflictingTranslation where two parts disagree.
    """
    # The reader takes a tenth of a second to import, and a start with fresh catalogues does not need it.
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    merged = Catalog(locale=folder.name, fuzzy=False)
    if folder.name in PLURAL_FORMS:
        merged.mime_headers = [("Plural-Forms", PLURAL_FORMS[folder.name])]
    source_of: dict[tuple[str, str | None], Path] = {}
    for path in _parts(folder):
        with path.open("rb") as lines:
            part = read_po(lines, locale=folder.name, abort_invalid=True)
        for message in part:
            translation = _translation(message, merged.num_plurals)
            if not message.id or not translation:
                continue
            key = (_singular(message), message.context)
            before = merged.get(*key)
            if before is not None and before.string != translation:
                raise ConflictingTranslation(
                    f"{source_of.get(key, folder)} and {path} translate {message.id!r} differently."
                )
            source_of.setdefault(key, path)
            merged.add(message.id, translation, flags=message.flags, context=message.context)
    return merged


def _singular(message: "Message") -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _translation(message: "Message", plurals: int) -> str | tuple[str, ...] | None:
    if isinstance(message.string, str):
        return message.string or None
    forms = tuple((message.string or ())[:plurals])
    return forms if forms and all(forms) else None


def _languages(source: Path) -> list[Path]:
    return sorted(path.parent for path in source.glob("*/parts"))


def _parts(folder: Path) -> list[Path]:
    return sorted((folder / "parts").glob("*.po"))


def _catalogue(folder: Path) -> Path:
    return folder / "LC_MESSAGES" / "messages.mo"


def _is_stale(folder: Path) -> bool:
    target = _catalogue(folder)
    if not target.exists():
        return True
    # The folder's own time tells of a part that was removed or moved in.
    newest = max(path.stat().st_mtime_ns for path in (folder / "parts", *_parts(folder)))
    return newest > target.stat().st_mtime_ns


def _compile(folder: Path) -> Path:
    from babel.messages.mofile import write_mo

    target = _catalogue(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Several processes may start together: each writes its own file, and the rename is one step.
    partial = target.with_suffix(f".{os.getpid()}")
    with partial.open("wb") as out:
        write_mo(out, merge(folder))
    partial.replace(target)
    return target


if __name__ == "__main__":
    compile_catalogs()
