"""Links in the documents lead somewhere, and every decision follows its form."""

import re
from pathlib import Path

import pytest

from tests.tidy.source import CHECKOUT, files, read

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SETTING = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"')


def documents() -> list[Path]:
    return [path for path in files() if path.suffix == ".md"]


def broken_links(document: Path, text: str) -> list[str]:
    targets = [target.split("#")[0] for target in LINK.findall(text) if "://" not in target]
    return [t for t in targets if t and not (CHECKOUT / document.parent / t).exists()]


@pytest.mark.parametrize("document", documents(), ids=str)
def test_links_lead_somewhere(document):
    assert broken_links(document, read(document)) == []


def test_a_broken_link_is_found():
    text = "[a](docs/none.md) [b](https://example.org) [c](README.md#x)"

    assert broken_links(Path("README.md"), text) == ["docs/none.md"]


def decisions() -> list[Path]:
    return [path for path in documents() if path.parts[:2] == ("docs", "decisions")]


def test_decisions_are_numbered_without_gap():
    assert [int(path.name[:4]) for path in decisions()] == list(range(1, len(decisions()) + 1))


@pytest.mark.parametrize("decision", decisions(), ids=lambda path: path.stem)
def test_a_decision_says_why_and_what_it_costs(decision):
    text = read(decision)

    assert [heading for heading in ("## Why", "## Cost") if heading not in text] == []
    assert len(text.split()) <= 450


def test_the_operator_finds_every_setting():
    settings = set(SETTING.findall(read(Path("marketplace/config.py"))))

    assert settings
    assert {name for name in settings if f"`{name}`" not in read(Path("docs/operator.md"))} == set()
