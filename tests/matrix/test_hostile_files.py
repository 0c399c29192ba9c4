"""Files that nobody should send, in every form that takes one, and receipts that no shop has made, at /verify."""

import gzip
import io
import json
import struct
import zipfile
import zlib

import pytest

from marketplace.kernel.limits import limiter
from tests.matrix.conftest import ON_SQLITE
from tests.matrix.knocking import Kept, nothing_kept
from tests.matrix.test_odd_input import forms, readers
from tests.matrix.world import picture
from tests.page import Form, Page

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="got in"</script></svg>'


def flood(edge: int) -> bytes:
    """A PNG of edge x edge pixels, all alike, in a few kilobytes."""
    rows = zlib.compress(b"\0" * (edge // 8 + 1) * edge, 9)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    framed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/cron.d/x", b"\0" * 30_000_000)
    return out.getvalue()


HOSTILE = {
    "flood.png": flood(13_000),
    "bomb.zip": zipped(),
    "bomb.pdf": gzip.compress(b"\0" * 30_000_000),
    "script.svg": SVG,
    "page.jpg": b"<html><script>1</script>",
    "polyglot.gif": b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)//",
    "empty.png": b"",
    "half.png": picture("half")[:200],
    "x" * 300 + ".png": b"\x89PNG\r\n\x1a\n",
    "gnp.\u202egpj.exe": b"MZ\x90",
    "../../../etc/passwd": b"root:x",
    'a"\r\nX-Evil: 1.png': b"\x89PNG",
}


@pytest.fixture(autouse=True)
def _as_often_as_one_likes(matrix, monkeypatch):
    monkeypatch.setitem(matrix.app.config, "RATELIMIT_ENABLED", False)
    monkeypatch.setattr(limiter, "enabled", False)


def file_fields(form: Form) -> list[str]:
    return [control.get("name", "") for control in form.element.iter("input") if control.get("type") == "file"]


def bring(reader, form: Form, name: str, data: bytes) -> tuple[int, str]:
    """Status and page when every file field gets this file; what is admitted counts as 0."""
    sent = {field: value for field, value in form.values.items() if field != "csrf_token"}
    files = {field: (io.BytesIO(data), name) for field in file_fields(form)}
    try:
        with nothing_kept():
            answer = reader.client.http.post(form.action, data={**sent, **files}, headers={"X-CSRFToken": reader.token})
    except Kept:
        return 0, ""
    text = answer.text if answer.mimetype.startswith("text/") else ""
    answer.close()
    return answer.status_code, text


@pytest.mark.parametrize("matrix", ON_SQLITE, indirect=True)
def test_no_form_takes_or_breaks_on_a_hostile_file_nor_shows_its_name(matrix):
    takers = [(reader, form) for reader, form in forms(matrix, readers(matrix)) if file_fields(form)]

    answers = {
        (form.action, name[:20]): bring(reader, form, name, data)
        for reader, form in takers
        for name, data in HOSTILE.items()
    }

    assert len(takers) >= 4
    assert {tried: status for tried, (status, _text) in answers.items() if status not in {400, 409, 413, 422}} == {}
    shown = [tried for tried, (_status, text) in answers.items() if "passwd" in text or "x" * 300 in text]
    assert shown == []


def deep(opening: str, closing: str, levels: int = 50_000) -> bytes:
    return (opening * levels + "1" + closing * levels).encode()


RECEIPTS = {
    "deep list": deep("[", "]"),
    "deep object": deep('{"lines":', "}"),
    "not a number": b'{"paid_minor": NaN, "lines": [Infinity]}',
    "long number": b'{"paid_minor": ' + b"9" * 5_000 + b"}",
    "exponent": b'{"paid_minor": 1e400, "revision": -0.0}',
    "half a pair": b'{"number": "\\ud800", "currency": "\\udfff"}',
    "raised digits": '{"paid_minor": "²", "revision": "¹", "currency": "US\u00b2"}'.encode(),
    "twice": b'{"number": "a", "number": "b", "paid_minor": 1, "paid_minor": 2}',
    "not UTF-8": b'{"number": "\xff\xfe"}',
    "with a mark": b'\xef\xbb\xbf{"number": "a"}',
    "sixteen bits": '{"number": "a"}'.encode("utf-16"),
    "a list": b"[1, 2, 3]",
    "a text": b'"receipt"',
    "nothing": b"null",
    "types": json.dumps(
        {"number": {}, "lines": [{"split": 1, "id": [], "paid_minor": True}], "proof": [], "checkpoint": "x"}
    ).encode(),
    "proof": json.dumps(
        {"lines": [], "checkpoint": {"note": 5, "root": [], "size": "²"},
         "proof": {"leaf_index": -1, "tree_size": 1e18, "leaf": "{", "path": ["=", 7, None]}}
    ).encode(),
    "zero byte": b'{"number": "a\\u0000b"}',
}  # fmt: skip


@pytest.mark.parametrize("matrix", ON_SQLITE, indirect=True)
@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_that_no_shop_has_made_is_refused_or_does_not_hold(matrix, name):
    visitor = readers(matrix)["visitor"].client
    brought = {"csrf_token": visitor.csrf_token(), "file": (io.BytesIO(RECEIPTS[name]), "receipt.json")}

    page = Page(visitor.http.post("/verify", data=brought, headers={"Accept-Language": "en"}), "/verify", visitor)

    assert (page.status, page.h1) in {(200, "This receipt does not hold"), (422, "Check a receipt")}
