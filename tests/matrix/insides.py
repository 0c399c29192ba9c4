"""What a file says to whoever opens it: drawn text and attachments of a PDF, letters decoded, archives unpacked."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pikepdf

DEPTH_MAX = 4
SHOWN = {"Tj", "'", '"', "TJ"}
CODE = re.compile(r"<([0-9A-Fa-f]+)>")
BLOCK = re.compile(r"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
Glyphs = dict[int, str]


def texts(data: bytes, depth: int = 0) -> Iterator[str]:
    """Every text in some bytes of any kind, and in what they hold, DEPTH_MAX deep."""
    yield data.decode("latin-1")
    yield data.decode("utf-8", "replace")
    if depth == DEPTH_MAX:
        return
    for inside in _parts(data):
        if isinstance(inside, str):
            yield inside
        else:
            yield from texts(inside, depth + 1)


def _parts(data: bytes) -> Iterator[str | bytes]:
    if data.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(data)) as pdf:
            yield from drawn(pdf)
            yield from _streams(pdf)
    elif data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                yield member.filename
                yield archive.read(member)


def letter(data: bytes) -> str:
    """A letter as its reader sees it: headers and bodies decoded, attachments opened."""
    written = message_from_bytes(data, policy=policy.default)
    said = [f"{name}: {value}" for name, value in written.items()]
    for part in written.walk():
        if not part.is_multipart():
            said += texts(part.get_payload(decode=True) or b"")
    return "\n".join(said)


def drawn(pdf: pikepdf.Pdf) -> Iterator[str]:
    """The text that each page draws, in the order in which it is drawn and without its gaps.

    Letters of one word may be set one by one, and a long word goes on in the next line: so no gaps.
    """
    for page in pdf.pages:
        yield "".join(_shown(page.obj, page.obj.get("/Resources", pikepdf.Dictionary()))).replace(" ", "")


def _shown(content: Any, resources: Any, depth: int = 0) -> Iterator[str]:
    fonts = {name: _glyphs(font) for name, font in resources.get("/Font", {}).items()}
    things = resources.get("/XObject", {})
    glyphs: Glyphs | None = None
    for operands, operator in pikepdf.parse_content_stream(content):
        name = str(operator)
        if name == "Tf":
            glyphs = fonts.get(str(operands[0]))
        elif name in SHOWN:
            pieces = operands[0] if name == "TJ" else operands[-1:]
            for piece in pieces:
                if isinstance(piece, pikepdf.String):
                    yield _read(bytes(piece), glyphs)
        elif name == "Do" and depth < DEPTH_MAX:
            thing = things.get(str(operands[0]))
            if thing is not None and thing.get("/Subtype") == "/Form":
                yield from _shown(thing, thing.get("/Resources", resources), depth + 1)


def _glyphs(font: Any) -> Glyphs | None:
    """What the codes of a font with two bytes a glyph stand for; None where they are letters themselves."""
    if "/ToUnicode" not in font:
        return None
    glyphs: Glyphs = {}
    for kind, lines in BLOCK.findall(font.ToUnicode.read_bytes().decode("ascii", "replace")):
        for line in lines.strip().splitlines():
            codes = CODE.findall(line)
            first, last, to = (codes[0], codes[-2], codes[-1]) if kind == "bfrange" else (codes[0], codes[0], codes[-1])
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters = bytes.fromhex(to).decode("utf-16-be", "replace")
                glyphs[int(first, 16) + step] = letters[:-1] + chr(ord(letters[-1]) + step)
    return glyphs


def _read(codes: bytes, glyphs: Glyphs | None) -> str:
    if glyphs is None:
        return codes.decode("latin-1")
    return "".join(glyphs.get(int.from_bytes(codes[at : at + 2], "big"), "") for at in range(0, len(codes), 2))


def _streams(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    """Attachments, metadata and everything else that stands compressed in it."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            try:
                yield thing.read_bytes()
            except (pikepdf.PdfError, zlib.error):
                yield thing.read_raw_bytes()
