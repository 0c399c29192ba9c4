"""Every template is used, every component file holds its one macro, nothing is inline."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.tidy.source import python_files, read, templates

# The policy of this house's pages allows neither inline script nor inline style.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")|\sstyle\s*=|\son[a-z]+\s*=\s*\"", re.IGNORECASE
)

QUOTED = re.compile(r"""["']([\w/.-]+\.(?:html|xml|txt|svg|css))["']""")


def template(path: Path) -> str:
    return read(Path("templates") / path)


def named_in_python() -> set[str]:
    return {name for path in python_files("marketplace", "producers", "orders") for name in QUOTED.findall(read(path))}


def named_in_templates() -> set[str]:
    """Templates that another one extends, includes or imports."""
    return {name for path in templates() for name in QUOTED.findall(template(path)) if name != str(path)}


def unused() -> list[str]:
    named = named_in_python() | named_in_templates()
    return [str(path) for path in templates() if str(path) not in named]


def test_every_template_is_used():
    assert unused() == []


def test_every_named_template_exists():
    parents = {str(path.parent.parent) for path in templates()} | {str(path.parent) for path in templates()}
    existing = {str(path) for path in templates()}
    named = {name for name in named_in_python() | named_in_templates() if str(Path(name).parent) in parents - {"."}}

    assert named - existing == set()


def macros(source: str) -> list[str]:
    """The macros that others can import; one inside another is its own business."""
    tree = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).parse(source)
    return [node.name for node in tree.body if isinstance(node, nodes.Macro)]


def test_a_component_is_one_macro_named_after_its_file():
    wrong = {
        str(path): names
        for path in templates()
        if path.parts[0] == "components" and (names := macros(template(path))) != [path.stem.replace("-", "_")]
    }

    assert wrong == {}


def test_macros_live_among_the_components():
    stray = [str(path) for path in templates() if path.parts[0] != "components" and macros(template(path))]

    assert stray == []


def test_nothing_is_inline():
    # A document for the PDF renderer and a mail carry their own style.
    own_style = re.compile(r"pdf|mail|print")
    pages = [path for path in templates() if path.suffix == ".html" and not own_style.search(str(path))]

    assert [f"{path}: {found.group()}" for path in pages if (found := INLINE.search(template(path)))] == []


@pytest.mark.parametrize("text", ['<p style="color:red">', "<script>x</script>", '<a onclick="x()">'])
def test_inline_is_recognised(text):
    assert INLINE.search(text)


@pytest.mark.parametrize("text", ['<script src="/a.js" defer></script>', '<script type="application/ld+json">'])
def test_what_is_allowed_is_not_called_inline(text):
    assert not INLINE.search(text)
