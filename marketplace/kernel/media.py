"""Uploaded pictures and documents, made safe to keep and to show.

A picture is decoded and encoded anew, so nothing but its pixels survives: no place, no device, no second file
hidden behind it. A document (PDF) is kept as it came and is only ever handed out as a download.
"""

import hashlib
import io
import threading
import warnings
from dataclasses import dataclass

import pillow_heif
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageCms, ImageFile, ImageOps

from marketplace.config import MEDIA_EDGE_MAX, MEDIA_PIXELS_MAX, UPLOAD_BYTES_MAX
from marketplace.kernel.errors import LumbungError

THUMBNAIL_WIDTHS = (320, 640, 960)
WEBP_QUALITY = 82

WEBP = "image/webp"
PDF = "application/pdf"

pillow_heif.register_heif_opener()
# Pillow only warns of a picture between once and twice its limit, and then decodes it.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# Decoded pictures are the largest things in memory: one at a time in a process.
_decoding = threading.Lock()


class MediaRefused(LumbungError):
    """An upload that is not taken."""

    code = "media_refused"
    status = 422


class MediaTooLarge(MediaRefused):
    """The file has more bytes than we take."""

    code = "media_too_large"
    status = 413
    message = _l("This file is larger than %(megabytes)s MB. Choose a smaller one.")


class MediaTooManyPixels(MediaRefused):
    """The picture declares more pixels than we decode."""

    code = "media_too_many_pixels"
    message = _l("This photo has more than %(megapixels)s million pixels. Choose a smaller one.")


class PictureTypeRefused(MediaRefused):
    """The bytes are no picture of a kind we take, whatever the name says."""

    code = "picture_type_refused"
    status = 415
    message = _l("This file is not a photo we can use. Choose a JPEG, PNG, WebP, AVIF or HEIC photo.")


class EvidenceTypeRefused(MediaRefused):
    """The bytes are neither a picture of a kind we take nor a PDF."""

    code = "evidence_type_refused"
    status = 415
    message = _l("This file cannot be kept as evidence. Choose a PDF, or a JPEG, PNG, WebP, AVIF or HEIC photo.")


class MediaUnreadable(MediaRefused):
    """The file is damaged or incomplete."""

    code = "media_unreadable"
    message = _l("This file is damaged or incomplete. Take the photo again, or choose another file.")


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A picture of our own making: WebP, upright, sRGB, without metadata."""

    data: bytes
    width: int
    height: int
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """A PDF as it was uploaded."""

    data: bytes
    media_type: str
    sha256: str


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
    with _decoding:
        return _encoded(_decoded(data, kind, pixels_max, edge_max))


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
    with Image.open(io.BytesIO(image.data), formats=["WEBP"]) as full:
        height = max(1, round(image.height * width / image.width))
        return _encoded(full.resize((width, height), Image.Resampling.LANCZOS))


def thumbnail_widths(width: int) -> tuple[int, ...]:
    """The widths of the smaller copies kept of a picture `width` pixels wide."""
    return tuple(each for each in THUMBNAIL_WIDTHS if each < width)


def _check_size(data: bytes, bytes_max: int) -> None:
    if len(data) > bytes_max:
        raise MediaTooLarge(megabytes=bytes_max // (1024 * 1024))


def _decoded(data: bytes, kind: str, pixels_max: int, edge_max: int) -> Image.Image:
    too_many = MediaTooManyPixels(megapixels=pixels_max // 1_000_000)
    # WeasyPrint switches this on for the whole process when it is imported; half a photo is no evidence.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            if image.width * image.height > pixels_max:
                raise too_many
            image.draft(None, (edge_max, edge_max))
            image.thumbnail((edge_max, edge_max), Image.Resampling.LANCZOS)
            return _in_srgb(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise too_many from bomb
    except MediaRefused:
        raise
    except Exception as damage:  # the decoders raise whatever a malformed file leads them to
        raise MediaUnreadable from damage


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA in sRGB: phones record wider colours, and cloth must keep its own."""
    if image.mode.startswith("I;16"):
        # Pillow clips sixteen bits to eight where they should be scaled.
        image = image.point(lambda level: level * (1 / 256)).convert("L")
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except ImageCms.PyCMSError:
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _encoded(image: Image.Image) -> CleanImage:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=WEBP_QUALITY, method=4, exif=b"", xmp=b"", icc_profile=None)
    data = out.getvalue()
    return CleanImage(data, image.width, image.height, WEBP, hashlib.sha256(data).hexdigest())
