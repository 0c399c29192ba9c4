"""Files and functions stay short, names say something, and nothing of one machine slips in."""

import ast
import re
from pathlib import Path

import pytest

from tests.tidy.source import CHECKOUT, files, python_files, read

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
ALLOWED = {"templates/layouts/base.html", "static/css/base.css"}

# Generated, or somebody else's: not ours to shorten.
NOT_OURS = ("static/vendor/", "migrations/versions/", "LICENSE", "requirements")
TEXT = {".py", ".html", ".css", ".js", ".md", ".po", ".toml", ".sh", ".svg", ".txt", ""}

# Built from pieces, so that this file does not hold what it forbids.
MACHINE_PATHS = re.compile("|".join(("/" + "work/", "/" + "tmp/w" + r"\b", "/" + "root/", "/" + r"home/\w+/")))
MARKERS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK")) + r")\b")
PROMOTED = re.compile("|".join(("cla" + "ude", "anthro" + "pic", "chat" + "gpt", "co" + "pilot")), re.IGNORECASE)


def ours() -> list[Path]:
    return [path for path in files() if path.suffix in TEXT and not str(path).startswith(NOT_OURS)]


def functions(source: str) -> list[tuple[str, int]]:
    nodes = ast.walk(ast.parse(source))
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_files_have_at_most_500_lines():
    counted = {
        str(path): len(read(path).splitlines()) for path in ours() if path.suffix in {".py", ".html", ".js", ".css"}
    }

    assert {path: lines for path, lines in counted.items() if lines > FILE_LINES_MAX} == {}


def test_functions_have_at_most_60_lines():
    long = [
        f"{path}: {name} has {lines} lines"
        for path in python_files()
        if not str(path).startswith(NOT_OURS)
        for name, lines in functions(read(path))
        if lines > FUNCTION_LINES_MAX
    ]

    assert long == []


def test_a_function_is_measured_with_its_signature_and_body():
    assert functions("def a(\n    b,\n):\n    return b\n") == [("a", 4)]


def test_no_name_that_says_nothing():
    empty = [str(path) for path in files() if {Path(part).stem for part in path.parts} & EMPTY_WORDS]

    assert [path for path in empty if path not in ALLOWED and "static/vendor" not in path] == []


@pytest.mark.parametrize(
    ("pattern", "meaning"),
    [(MACHINE_PATHS, "a path of one machine"), (MARKERS, "an unfinished thought"), (PROMOTED, "a tool's name")],
    ids=["machine", "unfinished", "tool"],
)
def test_nothing_slips_in(pattern, meaning):
    found = [
        f"{path}:{number}: {meaning}: {line.strip()[:80]}"
        for path in ours()
        for number, line in enumerate(read(path).splitlines(), 1)
        if pattern.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE", "docs/architecture.md", "docs/glossary.md"])
def test_a_reader_finds_what_a_project_owes(name):
    assert len((CHECKOUT / name).read_text(encoding="utf-8")) > 200
