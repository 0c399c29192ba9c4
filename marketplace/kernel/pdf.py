"""HTML to PDF in one persistent child process with caps on memory and time.

The child fetches nothing: pictures and fonts stand in the HTML and CSS as `data:` addresses (`style_sheet` puts
them into a CSS file). Identical input gives identical bytes. A style sheet is sent once and remembered by its hash,
so heavy fonts cost nothing from the second document on.
"""

import atexit
import base64
import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO, Literal

from flask_babel import lazy_gettext as _l

from marketplace.config import (
    CHECKOUT,
    PDF_BYTES_MAX,
    PDF_MEMORY_BYTES_MAX,
    PDF_QUEUE_S_MAX,
    PDF_RENDERS_PER_CHILD_MAX,
    PDF_SECONDS_MAX,
    PDF_SHEETS_PER_CHILD_MAX,
    PDF_START_S_MAX,
)
from marketplace.kernel.errors import LumbungError, Unavailable
from marketplace.kernel.pdf_child import Message, read_message, write_message

_EMBEDDED_TYPES = {".woff2": "font/woff2", ".png": "image/png", ".svg": "image/svg+xml"}

# What the renderer needs to find its libraries and fonts; secrets of the parent stay with the parent.
_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "XDG_CACHE_HOME",
    "FONTCONFIG_FILE",
)

_log = logging.getLogger(__name__)


class PdfTimeout(Unavailable):
    """The document took longer than its bound and its process was killed."""

    code = "pdf_timeout"
    message = _l("The document took too long to make. Try again in a minute.")


class PdfBusy(Unavailable):
    """Other documents kept the renderer busy for longer than we wait."""

    code = "pdf_busy"
    message = _l("Many documents are being made right now. Try again in a minute.")


class PdfCrashed(Unavailable):
    """The rendering process ended, for example at its memory cap; the next document gets a new one."""

    code = "pdf_crashed"
    message = _l("The document could not be made. Try again in a minute.")


class PdfFailed(LumbungError):
    """The renderer refused this document; trying again gives the same answer."""

    code = "pdf_failed"
    status = 500
    message = _l("The document could not be made. We have been told and will look into it.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file carried inside the PDF; `relationship` is what it is to the page (PDF 2.0, 7.11.3)."""

    name: str
    media_type: str
    data: bytes
    description: str = ""
    relationship: Literal["Source", "Data", "Alternative", "Supplement", "Unspecified"] = "Unspecified"


def data_url(data: bytes, media_type: str) -> str:
    """`data` as an address that the child may read."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def style_sheet(path: Path, *, root: Path) -> str:
    """The CSS file at `path` with each file it names by `url()` carried inside it, fonts above all.

    Refuses (ValueError) a file outside `root` or of a type we do not embed; `data:` addresses stay.
    """

    def embedded(match: re.Match[str]) -> str:
        address = match["address"]
        if address.startswith("data:"):
            return match[0]
        file = (path.parent / address).resolve()
        if not (file.is_file() and file.is_relative_to(root.resolve()) and file.suffix in _EMBEDDED_TYPES):
            raise ValueError(f"{path.name} names {address}, which is not embedded")
        return f'url("{data_url(file.read_bytes(), _EMBEDDED_TYPES[file.suffix])}")'

    return re.sub(r"""url\(\s*["']?(?P<address>[^"')]+)["']?\s*\)""", embedded, path.read_text(encoding="utf-8"))


@cache
def house_css() -> tuple[str, ...]:
    """Our fonts and our paper style, ready for the `css` argument of `render_pdf`."""
    static = CHECKOUT / "static"
    return tuple(style_sheet(static / "css" / name, root=static) for name in ("fonts.css", "print.css"))


class _Child:
    """One rendering process and what it has learned."""

    def __init__(self, *, memory_bytes_max: int, render_s_max: float, start_s_max: float) -> None:
        self.sheets: set[str] = set()
        self.renders = 0
        self._folder = tempfile.mkdtemp(prefix="lumbung-pdf-")
        command = [sys.executable, "-P", "-m", "marketplace.kernel.pdf_child"]
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [*command, str(memory_bytes_max), str(max(1, round(render_s_max)))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._folder,
            env=self._environment(),
        )
        try:
            self._exchange(None, (), start_s_max)
        except BaseException:
            self.close()
            raise

    def _environment(self) -> dict[str, str]:
        root = str(Path(__file__).resolve().parents[2])
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        return kept | {
            "PYTHONPATH": root,
            "PYTHONHASHSEED": "0",
            "TMPDIR": self._folder,
            "TZ": "UTC",
            "LANG": "C.UTF-8",
        }

    def ask(self, head: dict[str, object], blobs: Sequence[bytes], seconds_max: float) -> Message:
        """Send a request and wait for the answer; PdfTimeout or PdfCrashed when there is none."""
        self.renders += 1
        return self._exchange(head, blobs, seconds_max)

    def _exchange(self, head: dict[str, object] | None, blobs: Sequence[bytes], seconds_max: float) -> Message:
        late = threading.Event()

        def kill() -> None:
            late.set()
            self.process.kill()

        watchdog = threading.Timer(seconds_max, kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            if head is not None:
                write_message(self._pipe(self.process.stdin), head, blobs)
            return read_message(self._pipe(self.process.stdout))
        except (EOFError, OSError) as gone:
            raise (PdfTimeout if late.is_set() else PdfCrashed) from gone
        finally:
            watchdog.cancel()

    @staticmethod
    def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None, "the child is started with both pipes"
        return stream

    def close(self) -> None:
        """End the process at once and remove its temporary files."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class PdfRenderer:
    """Gives documents, one after another, to a child process that it starts, caps and replaces."""

    def __init__(
        self,
        *,
        memory_bytes_max: int = PDF_MEMORY_BYTES_MAX,
        render_s_max: float = PDF_SECONDS_MAX,
        start_s_max: float = PDF_START_S_MAX,
        queue_s_max: float = PDF_QUEUE_S_MAX,
        renders_max: int = PDF_RENDERS_PER_CHILD_MAX,
    ) -> None:
        self.memory_bytes_max = memory_bytes_max
        self.render_s_max = render_s_max
        self.start_s_max = start_s_max
        self.queue_s_max = queue_s_max
        self.renders_max = renders_max
        self._turn = threading.Lock()
        self._child: _Child | None = None

    @property
    def child_pid(self) -> int | None:
        """The process id of the child, None while there is none."""
        return self._child.process.pid if self._child else None

    @property
    def busy(self) -> bool:
        """Whether a document is being made right now."""
        return self._turn.locked()

    def render(
        self,
        html: str,
        *,
        css: Sequence[str],
        identifier: str,
        created: datetime,
        lang: str,
        attachments: Sequence[Attachment] = (),
    ) -> bytes:
        """The document as PDF/A-3a and PDF/UA-1, the same bytes for the same arguments.

        `created` (aware) is written as its date, `identifier` as its file identifier. Refuses with PdfBusy,
        PdfTimeout or PdfCrashed when later may succeed, with PdfFailed when it will not.
        """
        if created.tzinfo is None:
            raise ValueError("created must be aware")
        sheets = {hashlib.sha256(text.encode()).hexdigest(): text for text in css}
        with self._my_turn():
            child = self._ready_child(set(sheets))
            new = [digest for digest in sheets if digest not in child.sheets]
            head: dict[str, object] = {
                "css": list(sheets),
                "new_css": new,
                "identifier": identifier,
                "created": created.astimezone(UTC).isoformat(timespec="seconds"),
                "lang": lang,
                "attachments": [
                    {
                        "name": each.name,
                        "media_type": each.media_type,
                        "description": each.description,
                        "relationship": each.relationship,
                    }
                    for each in attachments
                ],
            }
            blobs = [sheets[digest].encode() for digest in new]
            blobs += [html.encode(), *(each.data for each in attachments)]
            try:
                answer = child.ask(head, blobs, self.render_s_max)
                child.sheets.update(new)
            except BaseException:
                self._drop_child()
                raise
            return self._pdf_of(answer)

    def _pdf_of(self, answer: Message) -> bytes:
        if "error" in answer.head:
            _log.error("pdf failed: %s", answer.head["error"])
            self._drop_child()
            raise PdfFailed
        for line in answer.head["warnings"]:
            _log.warning("pdf: %s", line)
        if len(answer.blobs[0]) > PDF_BYTES_MAX:
            _log.error("pdf failed: larger than %s bytes", PDF_BYTES_MAX)
            raise PdfFailed
        return answer.blobs[0]

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=self.queue_s_max):
            raise PdfBusy
        try:
            yield
        finally:
            self._turn.release()

    def _ready_child(self, sheets: set[str]) -> _Child:
        child = self._child
        if child is not None and (
            child.process.poll() is not None
            or child.renders >= self.renders_max
            or len(child.sheets | sheets) > PDF_SHEETS_PER_CHILD_MAX
        ):
            self._drop_child()
        if self._child is None:
            self._child = _Child(
                memory_bytes_max=self.memory_bytes_max,
                render_s_max=self.render_s_max,
                start_s_max=self.start_s_max,
            )
        return self._child

    def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def close(self) -> None:
        """End the child; the next document starts a new one."""
        with self._turn:
            self._drop_child()

    def forget(self) -> None:
        """Let go of a child that belongs to the process we were forked from."""
        self._turn = threading.Lock()
        self._child = None


_renderer = PdfRenderer()
atexit.register(_renderer.close)
os.register_at_fork(after_in_child=_renderer.forget)


def render_pdf(
    html: str,
    *,
    css: Sequence[str],
    identifier: str,
    created: datetime,
    lang: str,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The document as PDF by this process's own renderer; see `PdfRenderer.render`."""
    return _renderer.render(html, css=css, identifier=identifier, created=created, lang=lang, attachments=attachments)
