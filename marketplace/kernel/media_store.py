"""Where cleaned media are kept: under the hash of their own bytes, so that none can change unseen."""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import NotFound
from marketplace.kernel.media import thumbnail, thumbnail_widths
from marketplace.kernel.media_types import PDF, WEBP, CleanDocument, CleanImage

PIECE_BYTES = 1 << 16
_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})(-[0-9]{3})?\.(webp|pdf)")
_MEDIA_TYPES = {"webp": WEBP, "pdf": PDF}
_ENDINGS = {WEBP: "webp", PDF: "pdf"}


class MediaMissing(NotFound):
    """No medium is kept under this key, or the key is none of ours."""

    code = "media_missing"
    message = _l("This file is not here.")


class MediaStorage(Protocol):
    """Keeps bytes under a key made by `media_key` or `thumbnail_key`; every other key is refused."""

    def put(self, key: str, data: bytes) -> None:
        """Keep `data`, whole or not at all; the same key again changes nothing."""

    def read(self, key: str) -> bytes:
        """The bytes under `key`; refuses with MediaMissing when there are none."""

    def has(self, key: str) -> bool:
        """Whether bytes are kept under `key`."""

    def delete(self, key: str) -> None:
        """Remove what is under `key`, if anything is: a person's photo after consent is withdrawn."""

    def keys(self) -> Iterator[str]:
        """Every key under which bytes are kept, in order."""

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes under `key`, some at a time; refuses with MediaMissing when there are none."""

    def put_pieces(self, key: str, pieces: Iterable[bytes]) -> None:
        """Keep what a backup holds under `key`, whole or not at all, in place of whatever is there."""


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """What a row remembers of a kept medium; `width` and `height` are zero for a document."""

    key: str
    media_type: str
    sha256: str
    size_bytes: int
    width: int = 0
    height: int = 0


class FolderStorage:
    """Keeps media in a folder of the file system, as `aa/bb/<sha256>.<ending>`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """The file of `key`; refuses keys that are none of ours, so that no path leads elsewhere."""
        if _KEY.fullmatch(key) is None:
            raise MediaMissing
        return self.root / key

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`: written beside it, then renamed, so that no reader sees half a file."""
        if not self.path(key).exists():
            self.put_pieces(key, [data])

    def put_pieces(self, key: str, pieces: Iterable[bytes]) -> None:
        """Keep the pieces under `key`, in place of whatever is there; the same care as `put`."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.writelines(pieces)
                out.flush()
                os.fsync(out.fileno())
            Path(part).chmod(0o644)
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise

    def read(self, key: str) -> bytes:
        """The bytes under `key`; refuses with MediaMissing when there are none."""
        try:
            return self.path(key).read_bytes()
        except FileNotFoundError:
            raise MediaMissing from None

    def has(self, key: str) -> bool:
        """Whether bytes are kept under `key`."""
        return self.path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the file of `key`, if there is one."""
        self.path(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        """Every file that is ours, in order; what lies beside them is passed over."""
        for first in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            found = sorted(path.relative_to(self.root).as_posix() for path in first.glob("[0-9a-f][0-9a-f]/*"))
            yield from (key for key in found if _KEY.fullmatch(key))

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes under `key`, some at a time; refuses with MediaMissing when there are none."""
        try:
            with self.path(key).open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    yield piece
        except FileNotFoundError:
            raise MediaMissing from None


def storage_at(media_url: str) -> MediaStorage:
    """The storage that MEDIA_URL names: a folder, as a path or a `file://` address; refuses other schemes."""
    parts = urlsplit(media_url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return FolderStorage(Path(unquote(parts.path)))
    if parts.scheme or not media_url:
        raise ValueError(f"MEDIA_URL names no folder: {media_url!r}")
    return FolderStorage(Path(media_url))


def media_key(sha256: str, media_type: str) -> str:
    """The key of a medium with this hash; refuses types we do not keep (KeyError)."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.{_ENDINGS[media_type]}"


def thumbnail_key(key: str, width: int) -> str:
    """The key of the smaller copy, `width` pixels wide, of the picture under `key`."""
    return f"{key.removesuffix('.webp')}-{width}.webp"


def store(storage: MediaStorage, media: CleanImage | CleanDocument) -> StoredMedia:
    """Keep a cleaned medium, a picture with its smaller copies; the same medium again changes nothing."""
    key = media_key(media.sha256, media.media_type)
    if isinstance(media, CleanDocument):
        storage.put(key, media.data)
        return StoredMedia(key, media.media_type, media.sha256, len(media.data))
    for width in thumbnail_widths(media.width):
        small = thumbnail_key(key, width)
        if not storage.has(small):
            storage.put(small, thumbnail(media, width).data)
    storage.put(key, media.data)
    return StoredMedia(key, media.media_type, media.sha256, len(media.data), media.width, media.height)


def delete(storage: MediaStorage, stored: StoredMedia) -> None:
    """Remove a medium and its smaller copies; the caller has made sure that no other row names it."""
    if stored.media_type == WEBP:
        for width in thumbnail_widths(stored.width):
            storage.delete(thumbnail_key(stored.key, width))
    storage.delete(stored.key)


def serving_headers(key: str) -> dict[str, str]:
    """The HTTP headers to serve `key` with: only its own type, no script, a document as a download."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise MediaMissing
    headers = {
        "Content-Type": _MEDIA_TYPES[match[5]],
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if headers["Content-Type"] == PDF:
        headers["Content-Disposition"] = f'attachment; filename="{match[3][:12]}.pdf"'
    return headers
