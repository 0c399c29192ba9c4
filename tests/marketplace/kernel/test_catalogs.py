"""Parts' translations become one catalogue, and disagreement is refused."""

import gettext
import os
from pathlib import Path

import pytest

from marketplace.kernel import catalogs


def write_part(source: Path, name: str, text: str) -> Path:
    path = source / "id" / "parts" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(source: Path) -> gettext.GNUTranslations:
    with (source / "id" / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_parts_are_merged_into_one_catalogue(tmp_path):
    write_part(tmp_path, "lots", 'msgid "Lot"\nmsgstr "Nomor produksi"\n')
    write_part(
        tmp_path,
        "wages",
        'msgid "Wage"\nmsgstr "Upah"\n\nmsgid "%(n)s step"\nmsgid_plural "%(n)s steps"\nmsgstr[0] "%(n)s tahap"\n',
    )

    catalogs.compile_catalogs(tmp_path)

    translations = read(tmp_path)
    assert translations.gettext("Lot") == "Nomor produksi"
    assert translations.gettext("Wage") == "Upah"
    assert translations.ngettext("%(n)s step", "%(n)s steps", 3) == "%(n)s tahap"


def test_the_same_translation_twice_is_no_conflict(tmp_path):
    write_part(tmp_path, "lots", 'msgid "Save"\nmsgstr "Simpan"\n')
    write_part(tmp_path, "wages", 'msgid "Save"\nmsgstr "Simpan"\n')

    catalogs.compile_catalogs(tmp_path)

    assert read(tmp_path).gettext("Save") == "Simpan"


def test_two_translations_of_one_sentence_are_refused_naming_both_files(tmp_path):
    write_part(tmp_path, "lots", 'msgid "Save"\nmsgstr "Simpan"\n')
    write_part(tmp_path, "wages", 'msgid "Save"\nmsgstr "Catat"\n')

    with pytest.raises(catalogs.ConflictingTranslation, match=r"lots\.po and .*wages\.po"):
        catalogs.compile_catalogs(tmp_path)


def test_only_a_stale_catalogue_is_compiled_again(tmp_path):
    part = write_part(tmp_path, "lots", 'msgid "Lot"\nmsgstr "Nomor produksi"\n')
    first = catalogs.ensure_catalogs(tmp_path)

    unchanged = catalogs.ensure_catalogs(tmp_path)
    part.write_text('msgid "Lot"\nmsgstr "Lot"\n')
    later = first[0].stat().st_mtime_ns + 1_000_000_000
    os.utime(part, ns=(later, later))
    changed = catalogs.ensure_catalogs(tmp_path)

    assert (len(first), len(unchanged), len(changed)) == (1, 0, 1)
    assert read(tmp_path).gettext("Lot") == "Lot"


def test_a_fuzzy_translation_is_not_shown(tmp_path):
    write_part(tmp_path, "lots", '#, fuzzy\nmsgid "Lot"\nmsgstr "Mungkin"\n')

    catalogs.compile_catalogs(tmp_path)

    assert read(tmp_path).gettext("Lot") == "Lot"
