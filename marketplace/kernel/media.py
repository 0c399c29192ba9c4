"""Uploaded pictures and documents, made safe to keep and to show.

A picture is decoded and encoded anew, so nothing but its pixels survives: no place, no device, no second file
hidden behind it. A document (PDF) is kept as it came and is only ever handed out as a download.
"""

import hashlib
import threading

from marketplace.config import MEDIA_EDGE_MAX, MEDIA_PIXELS_MAX, UPLOAD_BYTES_MAX
from marketplace.kernel.media_types import (
    PDF,
    CleanDocument,
    CleanImage,
    EvidenceTypeRefused,
    MediaTooLarge,
    MediaUnreadable,
    PictureTypeRefused,
)

THUMBNAIL_WIDTHS = (320, 640, 960)

# Decoded pictures are the largest things in memory: one at a time in a process.
_decoding = threading.Lock()


def sniff(data: bytes) -> str | None:
    """The format that the first bytes announce (JPEG, PNG, WEBP, AVIF, HEIF, PDF); None for any other."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        return {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIF", b"heix": "HEIF", b"mif1": "HEIF"}.get(data[8:12])
    return "PDF" if data.startswith(b"%PDF-") else None


def clean_image(
    data: bytes,
    *,
    bytes_max: int = UPLOAD_BYTES_MAX,
    pixels_max: int = MEDIA_PIXELS_MAX,
    edge_max: int = MEDIA_EDGE_MAX,
) -> CleanImage:
    """The uploaded picture, turned upright, no longer than `edge_max` pixels, encoded anew as WebP.

    Refuses more than `bytes_max` bytes, other types (SVG among them), more than `pixels_max` declared pixels
    before any is decoded, and damaged files.
    """
    _check_size(data, bytes_max)
    kind = sniff(data)
    if kind is None or kind == "PDF":
        raise PictureTypeRefused
    from marketplace.kernel import pixels  # a start does without

    with _decoding:
        return pixels.encoded(pixels.decoded(data, kind, pixels_max, edge_max))


def clean_document(data: bytes, *, bytes_max: int = UPLOAD_BYTES_MAX) -> CleanDocument:
    """The uploaded PDF, unchanged; refuses more than `bytes_max` bytes, other types, and cut-off files."""
    _check_size(data, bytes_max)
    if sniff(data) != "PDF":
        raise EvidenceTypeRefused
    if b"%%EOF" not in data[-1024:]:
        raise MediaUnreadable
    return CleanDocument(data, PDF, hashlib.sha256(data).hexdigest())


def clean_evidence(
    data: bytes, *, bytes_max: int = UPLOAD_BYTES_MAX, pixels_max: int = MEDIA_PIXELS_MAX
) -> CleanImage | CleanDocument:
    """The uploaded picture or PDF, each by its own rule; refuses what neither rule takes."""
    if sniff(data) in (None, "PDF"):
        return clean_document(data, bytes_max=bytes_max)
    return clean_image(data, bytes_max=bytes_max, pixels_max=pixels_max)


def thumbnail(image: CleanImage, width: int) -> CleanImage:
    """A smaller copy, `width` pixels wide; refuses a width that is not smaller."""
    if not 0 < width < image.width:
        raise ValueError("a thumbnail is smaller than its picture")
    from marketplace.kernel import pixels  # a start does without

    return pixels.smaller(image, width)


def thumbnail_widths(width: int) -> tuple[int, ...]:
    """The widths of the smaller copies kept of a picture `width` pixels wide."""
    return tuple(each for each in THUMBNAIL_WIDTHS if each < width)


def _check_size(data: bytes, bytes_max: int) -> None:
    if len(data) > bytes_max:
        raise MediaTooLarge(megabytes=bytes_max // (1024 * 1024))
