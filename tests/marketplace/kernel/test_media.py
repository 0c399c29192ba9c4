import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw, ImageFile

from marketplace.config import MEDIA_EDGE_MAX
from marketplace.kernel import media, media_types

ROOT = Path(__file__).parents[3]
ORIENTATION, GPS = 0x0112, 0x8825


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """Red above, blue below: which way is up can be told."""
    image = Image.new("RGB", (width, height), "red")
    ImageDraw.Draw(image).rectangle((0, height // 2, width, height), fill="blue")
    return image


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def bomb(side: int) -> bytes:
    """A PNG of `side` × `side` black pixels, one bit each, in a small file."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = zlib.compress(bytes((side + 7) // 8 + 1) * side, 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_every_kind_of_photo_becomes_webp(kind: str) -> None:
    clean = media.clean_image(encoded(picture(), kind))

    image = opened(clean.data)
    assert (clean.media_type, image.format) == ("image/webp", "WEBP")
    assert (clean.width, clean.height) == image.size == (64, 48)
    red, _, blue = image.convert("RGB").getpixel((32, 10))
    assert red > 200 > blue


def test_the_same_photo_gives_the_same_hash() -> None:
    data = encoded(picture(), "JPEG")

    assert media.clean_image(data) == media.clean_image(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_place_and_all_other_metadata_are_dropped(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(GPS).update({1: "S", 2: (8.0, 39.0, 11.0), 3: "E", 4: (115.0, 13.0, 7.0)})
    data = encoded(picture(), kind, exif=exif.tobytes())
    assert b"SecretPhone" in data
    assert opened(data).getexif().get_ifd(GPS)

    clean = media.clean_image(data)

    image = opened(clean.data)
    assert b"SecretPhone" not in clean.data
    assert not image.getexif()
    assert not {"exif", "xmp", "icc_profile"} & set(image.info)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_a_sideways_photo_is_turned_upright_once(kind: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    sideways = picture().rotate(90, expand=True)

    clean = media.clean_image(encoded(sideways, kind, exif=exif.tobytes()))

    assert (clean.width, clean.height) == (64, 48)
    assert opened(clean.data).convert("RGB").getpixel((32, 40))[2] > 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_the_pixel_bound_holds_for_every_kind_before_decoding(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(picture(), kind)
    with Image.open(io.BytesIO(data)) as image:
        monkeypatch.setattr(type(image), "load", lambda _self: pytest.fail("decoded"))

    with pytest.raises(media_types.MediaTooManyPixels):
        media.clean_image(data, pixels_max=64 * 48 - 1)


@pytest.mark.parametrize("space", ["sRGB", "LAB"])
def test_a_colour_profile_fit_or_unfit_leaves_the_colours_right(space: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(space))

    clean = media.clean_image(encoded(picture(), "PNG", icc_profile=profile.tobytes()))

    red, _, blue = opened(clean.data).convert("RGB").getpixel((32, 10))
    assert red > 200 > blue


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK"])
def test_every_colour_mode_is_taken(mode: str) -> None:
    grey = Image.new("I;16", (8, 8), 128 * 256) if mode == "I;16" else Image.new("L", (8, 8), 128).convert(mode)
    clean = media.clean_image(encoded(grey, "JPEG" if mode == "CMYK" else "PNG"))

    levels = opened(clean.data).convert("L").getextrema()
    assert levels[0] < 140
    assert levels[1] > 110


def test_transparency_is_kept() -> None:
    clean = media.clean_image(encoded(Image.new("RGBA", (10, 10), (255, 0, 0, 0)), "PNG"))

    assert opened(clean.data).convert("RGBA").getpixel((5, 5))[3] == 0


def test_a_large_photo_is_made_smaller() -> None:
    clean = media.clean_image(encoded(picture(3000, 1500), "JPEG"))

    assert (clean.width, clean.height) == (MEDIA_EDGE_MAX, MEDIA_EDGE_MAX // 2)


@pytest.mark.parametrize("side", [7_100, 10_000, 13_000, 20_000])
def test_a_small_file_of_very_many_pixels_is_refused_before_decoding(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bomb(side)
    assert len(data) < 100_000
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda _self: pytest.fail("decoded"))

    with pytest.raises(media_types.MediaTooManyPixels, match="50 million"):
        media.clean_image(data)


def test_a_bomb_warning_is_an_error_in_a_plain_interpreter_too() -> None:
    program = (
        "import sys; from marketplace.kernel import media, media_types\n"
        "try: media.clean_image(sys.stdin.buffer.read(), pixels_max=10**9)\n"
        "except media_types.MediaTooManyPixels: print('refused')"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], input=bomb(10_000), capture_output=True, cwd=ROOT, check=True
    )

    assert done.stdout == b"refused\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"<html>",
        b"GIF89a" + bytes(20),
        b"BM" + bytes(60),
        b"%PDF-1.7 %%EOF",
        b"PK\x03\x04",
    ],
)
def test_other_types_are_refused_as_photos(data: bytes) -> None:
    with pytest.raises(media_types.PictureTypeRefused, match="JPEG"):
        media.clean_image(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_a_truncated_photo_is_refused_whatever_else_is_imported(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(picture(640, 480), kind)
    # What importing WeasyPrint does to the whole process.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(media_types.MediaUnreadable):
        media.clean_image(data[: len(data) * 2 // 3])


@pytest.mark.parametrize(
    "start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP", b"\0\0\0\x1cftypheic"]
)
def test_a_photo_in_name_only_is_refused(start: bytes) -> None:
    with pytest.raises(media_types.MediaUnreadable):
        media.clean_image(start + b"<script>alert(1)</script>" * 20)


def test_what_hides_behind_a_photo_is_dropped() -> None:
    hidden = b"<script>alert(1)</script>PK\x03\x04"

    clean = media.clean_image(encoded(picture(), "JPEG", comment=hidden) + hidden)

    assert b"script" not in clean.data
    assert b"PK\x03\x04" not in clean.data


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(media_types.MediaTooLarge, match="1 MB"):
        media.clean_image(bytes(2**20 + 1), bytes_max=2**20)
    with pytest.raises(media_types.MediaTooLarge):
        media.clean_document(b"%PDF-" + bytes(2**20), bytes_max=2**20)


def test_a_thumbnail_keeps_the_proportions() -> None:
    clean = media.clean_image(encoded(picture(1000, 500), "JPEG"))

    small = media.thumbnail(clean, 320)

    assert opened(small.data).size == (small.width, small.height) == (320, 160)
    assert media.thumbnail_widths(clean.width) == (320, 640, 960)
    assert media.thumbnail_widths(640) == (320,)
    with pytest.raises(ValueError, match="smaller"):
        media.thumbnail(small, 320)


def test_a_pdf_is_kept_as_it_is() -> None:
    data = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"

    document = media.clean_evidence(data)

    assert isinstance(document, media_types.CleanDocument)
    assert (document.data, document.media_type) == (data, "application/pdf")


def test_evidence_is_a_photo_or_a_pdf_and_whole() -> None:
    assert isinstance(media.clean_evidence(encoded(picture(), "PNG")), media_types.CleanImage)
    with pytest.raises(media_types.EvidenceTypeRefused, match="PDF"):
        media.clean_evidence(b"<html>%PDF-1.7 %%EOF")
    with pytest.raises(media_types.MediaUnreadable):
        media.clean_evidence(b"%PDF-1.7\n1 0 obj")
