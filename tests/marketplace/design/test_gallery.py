"""Every page of the gallery is sound HTML, in both languages, within what our content policy allows."""

import re

import html5lib
import pytest

from tests.marketplace.design.gallery import pages, render

LANGUAGES = ("id", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", pages())
def test_a_page_is_valid_html_with_one_heading_and_no_id_twice(name, language):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)

    tree = parser.parse(render(name, language))

    headings = list(tree.iter("h1"))
    assert len(headings) == 1
    title = next(tree.iter("title")).text
    assert title.startswith("".join(headings[0].itertext()).strip())
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert sorted(ids) == sorted(set(ids))
    assert tree.get("lang") == language


@pytest.mark.parametrize("name", pages())
def test_a_page_needs_no_inline_style_or_script(name):
    page = render(name, "id")

    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", page)


@pytest.mark.parametrize("name", pages())
def test_every_field_has_a_label_and_every_description_exists(name):
    tree = html5lib.parse(render(name, "id"), namespaceHTMLElements=False)
    ids = {element.get("id") for element in tree.iter() if element.get("id")}
    named = {label.get("for") for label in tree.iter("label")}
    inside = {field for label in tree.iter("label") for field in label.iter("input")}

    for field in (e for tag in ("input", "select", "textarea") for e in tree.iter(tag)):
        assert field.get("type") == "hidden" or field.get("id") in named or field in inside
    for element in tree.iter():
        assert set((element.get("aria-describedby") or "").split()) <= ids
