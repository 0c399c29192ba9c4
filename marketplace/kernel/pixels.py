"""Pixels out of an upload and into a file of our own; loads the imaging library, so only media.py asks for it, late."""

import hashlib
import io
import warnings

import pillow_heif
from PIL import Image, ImageCms, ImageFile, ImageOps

from marketplace.kernel.media_types import WEBP, CleanImage, MediaRefused, MediaTooManyPixels, MediaUnreadable

WEBP_QUALITY = 82

pillow_heif.register_heif_opener()
# Pillow only warns of a picture between once and twice its limit, and then decodes it.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def decoded(data: bytes, kind: str, pixels_max: int, edge_max: int) -> Image.Image:
    """An upload's pixels, upright, in sRGB, no longer than `edge_max`; refuses what clean_image refuses."""
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


def smaller(image: CleanImage, width: int) -> CleanImage:
    """A copy `width` pixels wide."""
    with Image.open(io.BytesIO(image.data), formats=["WEBP"]) as full:
        height = max(1, round(image.height * width / image.width))
        return encoded(full.resize((width, height), Image.Resampling.LANCZOS))


def encoded(image: Image.Image) -> CleanImage:
    """The pixels as WebP, and nothing else."""
    out = io.BytesIO()
    image.save(out, "WEBP", quality=WEBP_QUALITY, method=4, exif=b"", xmp=b"", icc_profile=None)
    data = out.getvalue()
    return CleanImage(data, image.width, image.height, WEBP, hashlib.sha256(data).hexdigest())
