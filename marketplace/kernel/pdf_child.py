"""The process that turns HTML into PDF: it reads nothing but its input pipe and reaches no network.

Run by `marketplace.kernel.pdf`, never by hand. A message, either way, is a length-prefixed JSON head that
says how many length-prefixed byte strings follow it.
"""

import base64
import json
import logging
import os
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any, NamedTuple

FRAME_BYTES_MAX = 64 * 1024 * 1024
"""Longest piece of a message; a document with its photos stays far below."""
WARNINGS_MAX = 20
WARNING_CHARACTERS_MAX = 200

# The claim to PDF/UA-1 and, since PDF/A allows no property it was not told of, its declaration (ISO 19005-3, 6.6.2.3).
_PDF_UA_CLAIM = b"""
<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1" />
<rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Which part of ISO 14289 the file follows</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_EMPTY_MAPPING, _WORD_JOINER = b" <>", b" <2060>"
_LENGTH = struct.Struct(">I")


class Message(NamedTuple):
    """A JSON head and the byte strings that belong to it."""

    head: dict[str, Any]
    blobs: list[bytes]


def write_message(stream: IO[bytes], head: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Send one message; refuses a piece longer than FRAME_BYTES_MAX."""
    pieces = [json.dumps({**head, "blobs": len(blobs)}).encode(), *blobs]
    for piece in pieces:
        if len(piece) > FRAME_BYTES_MAX:
            raise ValueError("piece of a message too long")
    for piece in pieces:
        stream.write(_LENGTH.pack(len(piece)))
        stream.write(piece)
    stream.flush()


def read_message(stream: IO[bytes]) -> Message:
    """Receive one message; EOFError when the other side is gone, ValueError when a piece is too long."""
    head = json.loads(_read_piece(stream))
    return Message(head, [_read_piece(stream) for _ in range(head["blobs"])])


def _read_piece(stream: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_read_exactly(stream, _LENGTH.size))
    if length > FRAME_BYTES_MAX:
        raise ValueError("piece of a message too long")
    return _read_exactly(stream, length)


def _read_exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise EOFError
    return data


class WarningCollector(logging.Handler):
    """Keeps the first warnings of a rendering, shortened: an address may hold a whole picture."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line, up to WARNINGS_MAX."""
        if len(self.lines) < WARNINGS_MAX:
            self.lines.append(record.getMessage()[:WARNING_CHARACTERS_MAX])

    def take(self) -> list[str]:
        """The lines so far; the next rendering starts with none."""
        lines, self.lines = self.lines, []
        return lines


class Workshop:
    """One font configuration and the style sheets already parsed, shared by all documents."""

    def __init__(self) -> None:
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher

        self.fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False)
        self.fonts = FontConfiguration()
        self.sheets: dict[str, Any] = {}
        # PDF/A forbids smoothed pictures.
        self.crisp = CSS(string="img, svg { image-rendering: crisp-edges }", url_fetcher=self.fetcher)

    def learn_sheet(self, digest: str, css: str) -> None:
        """Parse a style sheet and take in its fonts, once."""
        from weasyprint import CSS

        self.sheets[digest] = CSS(string=css, font_config=self.fonts, url_fetcher=self.fetcher)

    def render(self, head: dict[str, Any], html: bytes, attachments: Sequence[bytes]) -> bytes:
        """The document as PDF/A-3a and PDF/UA-1; no clock is read and no random number drawn."""
        from weasyprint import HTML, Attachment

        created = datetime.fromisoformat(head["created"])
        attached = [
            Attachment(
                url=f"data:{about['media_type']};base64,{base64.b64encode(data).decode()}",
                name=about["name"],
                description=about["description"],
                relationship=about["relationship"],
                created=created,
                modified=created,
                url_fetcher=self.fetcher,
            )
            for about, data in zip(head["attachments"], attachments, strict=True)
        ]
        options = {
            "stylesheets": [self.crisp, *(self.sheets[digest] for digest in head["css"])],
            "attachments": attached,
            "pdf_identifier": head["identifier"].encode(),
            "pdf_variant": "pdf/a-3a",
        }
        page = HTML(string=html.decode(), url_fetcher=self.fetcher)
        document = page.render(font_config=self.fonts, **options)
        moment = created.strftime("%Y-%m-%dT%H:%M:%SZ")
        known = vars(document.metadata) | {"lang": head["lang"], "created": moment, "modified": moment}
        document.metadata = _metadata_class()(**known)
        pdf = document.write_pdf(finisher=_complete_unicode_maps, **options)
        assert isinstance(pdf, bytes)
        return pdf


def _metadata_class() -> Any:
    from weasyprint.pdf.metadata import DocumentMetadata

    class AccessibleMetadata(DocumentMetadata):  # type: ignore[misc]
        """PDF/A metadata that also claims PDF/UA-1, left uncompressed so that any tool can read the claim."""

        def generate_rdf_metadata(self, *arguments: Any) -> bytes:
            rdf: bytes = super().generate_rdf_metadata(*arguments)
            return rdf.replace(b"</rdf:RDF>", _PDF_UA_CLAIM + b"</rdf:RDF>")

        def include_in_pdf(self, *arguments: Any, **named: Any) -> None:
            super().include_in_pdf(*arguments[:4], **{**named, "compress": False})

    return AccessibleMetadata


def _complete_unicode_maps(_document: Any, pdf: Any) -> None:
    """Map each glyph to a character: where several draw one syllable, as in Khmer, all but one have none.

    They get the invisible word joiner; both standards refuse an empty mapping.
    """
    for thing in pdf.objects:
        lines = getattr(thing, "stream", ())
        if b"/CMapName /Adobe-Identity-UCS def" in lines:
            thing.stream = [
                line.removesuffix(_EMPTY_MAPPING) + _WORD_JOINER if line.endswith(_EMPTY_MAPPING) else line
                for line in lines
            ]


def serve(source: IO[bytes], sink: IO[bytes], *, render_s_max: int) -> None:
    """Answer requests until the parent closes the pipe."""
    workshop = Workshop()
    warnings = WarningCollector()
    logger = logging.getLogger("weasyprint")
    logger.handlers[:] = [warnings]
    logger.propagate = False
    write_message(sink, {"ready": True})
    while True:
        try:
            head, blobs = read_message(source)
        except EOFError:
            return
        # The parent kills a slow child; the alarm ends one whose parent is gone.
        signal.alarm(render_s_max + 1)
        try:
            for digest in head["new_css"]:
                workshop.learn_sheet(digest, blobs.pop(0).decode())
            pdf = workshop.render(head, blobs[0], blobs[1:])
        except MemoryError:
            os._exit(1)
        except Exception as error:
            write_message(sink, {"error": f"{type(error).__name__}: {error}"[:WARNING_CHARACTERS_MAX]})
        else:
            write_message(sink, {"warnings": warnings.take()}, [pdf])
        signal.alarm(0)


def main(memory_bytes_max: int, render_s_max: int) -> None:
    """Cap this process, then serve on what were standard input and output."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not end up between two messages
    with os.fdopen(0, "rb", closefd=False) as source, sink:
        serve(source, sink, render_s_max=render_s_max)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
