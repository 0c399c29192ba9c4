"""What uploads become, and why one is refused: known to media.py and to pixels.py, which it asks late."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import LumbungError

WEBP = "image/webp"
PDF = "application/pdf"


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
