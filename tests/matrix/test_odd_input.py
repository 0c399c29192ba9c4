"""What nobody sensible sends: in every form, every question of an address, every blank. Never an error of ours.

The forms are those that the pages show, the addresses those that are listed, so a new page is tried by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, quote_plus, urlsplit

import pytest

from marketplace.kernel.limits import limiter
from tests.matrix.conftest import ON_EACH_ENGINE, Matrix
from tests.matrix.doors import BLANK, Door, doors
from tests.matrix.knocking import Kept, Knocker, nothing_kept
from tests.matrix.test_pages import INSIDE, READERS, reader_of
from tests.page import Form, Page

DEEP = '{"a":' * 3_000 + "1" + "}" * 3_000
ODD = {
    "zero byte": "a\0b",
    "half a pair": "\ud800x",
    "raised digit": "²",
    "other digits": "１２٣",
    "huge number": "9" * 400,
    "long number": "9" * 30,
    "exponent": "1e999999",
    "not a number": "NaN",
    "endless": "-Infinity",
    "below nothing": "-1",
    "very long": "x" * 20_000,
    "turned round": "\u202egnp.exe",
    "template": "{{7*7}}${7*7}<%=7%>#{7}",
    "statement": "' OR 1=1; --",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "new line": "a\r\nSet-Cookie: x=1",
    "local file": "file:///etc/passwd",
    "deep": DEEP,
}
# PostgreSQL is the stricter of the two: it refuses a zero byte and a number too wide.
ON_POSTGRESQL = ON_EACH_ENGINE[1:]
# Enough turns that each field gets several kinds of oddity; every kind in every field is tried by --all.
TURNS, TURN_STEP = 3, 5
QUESTIONS = ("page", "q", "next", "lang", "token", "member", "from", "to", "rows", "currency", "lowest", "category")


@pytest.fixture(autouse=True)
def _as_often_as_one_likes(matrix, monkeypatch):
    monkeypatch.setitem(matrix.app.config, "RATELIMIT_ENABLED", False)
    monkeypatch.setattr(limiter, "enabled", False)


def readers(matrix: Matrix) -> dict[str, Knocker]:
    return {who: Knocker(matrix.app, matrix.world, who) for who in {*READERS.values(), *INSIDE}}


def pages(matrix: Matrix, knockers: dict[str, Knocker]) -> Iterator[tuple[Knocker, Page]]:
    """Every page with somebody who may read it."""
    for door in doors(matrix.app):
        if door.method == "GET":
            address, _fields = door.filled(matrix.world)
            reader = knockers[reader_of(door)]
            answer = reader.client.http.get(address, headers={"Accept-Language": "en"})
            if answer.mimetype == "text/html":
                yield reader, Page(answer, address, reader.client)
            answer.close()


def forms(matrix: Matrix, knockers: dict[str, Knocker]) -> Iterator[tuple[Knocker, Form]]:
    """Every form that a page shows, each kind once."""
    seen, addresses = set(), matrix.app.url_map.bind("localhost")
    for reader, page in pages(matrix, knockers):
        if not page.is_html:
            continue
        for element in page.tree.iter("form"):
            form = Form(page, element)
            if form.method != "POST":
                continue
            kind = (addresses.match(urlsplit(form.action).path, "POST")[0], *form.names)
            if form.action != "/sign-out" and kind not in seen:
                seen.add(kind)
                yield reader, form


def send(reader: Knocker, form: Form, odd: Mapping[str, str]) -> int:
    """The status when these fields hold these values and the others what they do; what is admitted counts as 0."""
    kept = [(name, value) for name, value in form.values.items(multi=True) if name not in {*odd, "csrf_token"}]
    body = "&".join(
        f"{quote_plus(name)}={quote_plus(value, errors='surrogatepass')}" for name, value in [*kept, *odd.items()]
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": reader.token}
    try:
        with nothing_kept():
            answer = reader.client.http.post(form.action, data=body, headers=headers)
    except Kept:
        return 0
    answer.close()
    return answer.status_code


def mixed(names: Sequence[str], turn: int) -> dict[str, str]:
    """An odd value for each name, another one for each and in each turn."""
    odd = list(ODD.values())
    return {name: odd[(turn * TURN_STEP + at * 3) % len(odd)] for at, name in enumerate(names)}


def fields_of(form: Form) -> list[str]:
    return [name for name in form.names if name != "csrf_token"]


def test_no_form_breaks_on_what_nobody_types(matrix):
    knockers = readers(matrix)
    found = list(forms(matrix, knockers))

    answers = {
        (form.action, turn): send(reader, form, mixed(fields_of(form), turn))
        for reader, form in found
        for turn in range(TURNS)
    }

    assert len(found) > 40
    assert {tried: status for tried, status in answers.items() if status >= 500} == {}


@pytest.mark.slow
def test_no_field_breaks_where_the_others_are_as_they_should_be(matrix):
    knockers = readers(matrix)

    answers = {
        (form.action, field, name): send(reader, form, {field: odd})
        for reader, form in forms(matrix, knockers)
        for field in fields_of(form)
        for name, odd in ODD.items()
    }

    assert {tried: status for tried, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize("matrix", ON_POSTGRESQL, indirect=True)
def test_no_address_breaks_on_what_nobody_asks(matrix):
    knockers = readers(matrix)
    broken = []
    for door in doors(matrix.app):
        if door.method != "GET":
            continue
        address, _fields = door.filled(matrix.world)
        for turn in range(2):
            asked = mixed(QUESTIONS, turn).items()
            query = "&".join(f"{question}={quote(odd[:300], errors='surrogatepass')}" for question, odd in asked)
            answer = knockers[reader_of(door)].client.http.get(f"{address}?{query}")
            answer.close()
            if answer.status_code >= 500:
                broken.append((door.rule, turn, answer.status_code))

    assert broken == []


@pytest.mark.parametrize("matrix", ON_POSTGRESQL, indirect=True)
def test_no_blank_breaks_on_what_nobody_fills_in(matrix):
    knockers = readers(matrix)
    broken = []
    for door in doors(matrix.app):
        for blank in door.blanks:
            for name in ("zero byte", "huge number"):
                status = _knock_with(knockers[reader_of(door)], door, blank, ODD[name])
                if status >= 500:
                    broken.append((str(door), blank, name, status))

    assert broken == []


def _knock_with(reader: Knocker, door: Door, blank: str, odd: str) -> int:
    mark = "ODD-BLANK"
    address, fields = door.filled(reader.world)
    rule = door.rule.replace(f"<{blank}>", mark) if f"<{blank}>" in door.rule else ""
    if not rule:  # a blank of a narrower kind takes nothing odd
        return 404
    for found in BLANK.findall(rule):
        own = door._value(reader.world, found, door.blanks[found], "own")
        rule = BLANK.sub(lambda _match, own=own: own, rule, count=1)
    address = rule.replace(mark, quote(odd, safe="", errors="surrogatepass"))
    data = {**fields, "csrf_token": reader.token} if door.method == "POST" else None
    try:
        with nothing_kept():
            answer = reader.client.http.open(address, method=door.method, data=data)
    except Kept:
        return 0
    answer.close()
    return answer.status_code


@pytest.mark.parametrize("matrix", ON_POSTGRESQL, indirect=True)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"name=%FF%FE&email=\xff\xfe"),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % number for number in range(5_000))),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nno end'),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; filename=a\r\n\r\nb\r\n--x--\r\n"),
        ("multipart/form-data", b"--x--"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"name": NaN, "email": 1e999}'),
        ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ],
)
def test_no_body_breaks_a_form(matrix, content_type, body):
    knockers = readers(matrix)
    answers = {}
    for door in doors(matrix.app):
        if door.method == "POST":
            address, _fields = door.filled(matrix.world)
            reader = knockers[reader_of(door)]
            headers = {"Content-Type": content_type, "X-CSRFToken": reader.token}
            try:
                with nothing_kept():
                    answer = reader.client.http.post(address, data=body, headers=headers)
                answer.close()
                answers[door.rule] = answer.status_code
            except Kept:
                continue

    assert {rule: status for rule, status in answers.items() if status >= 500} == {}
