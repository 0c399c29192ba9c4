"""From a spec to a picture, and from a picture to a file which says of itself that it is no photograph."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from zlib import crc32

import numpy as np
from PIL import ExifTags, Image, ImageFilter

from orders.demo.draw.bag import coffee_bag
from orders.demo.draw.cloths import SETUPS, cloth
from orders.demo.draw.coffee import beans
from orders.demo.draw.coil import coil
from orders.demo.draw.mirror import mirror_work
from orders.demo.draw.plait import plait
from orders.demo.draw.spec import PictureSpec
from orders.demo.draw.surface import Colours, Frame, to_image

DESCRIPTION = "Gambar contoh, digambar dengan program. Bukan foto barang."
SATURATION = 0.9
BYTES_MAX = 120_000
COARSER = ((80, 0.0), (66, 0.4), (56, 0.7), (44, 1.0), (32, 1.3))
"""Quality and softness (radius in pixels) to try in turn: soft and fair looks better than sharp and poor."""
LENS_PX = 0.45
PAINTERS: dict[str, Callable[[Frame, PictureSpec], Colours]] = {
    **dict.fromkeys(SETUPS, cloth),
    "plait": plait,
    "coil": coil,
    "coffee-beans": beans,
    "coffee-bag": coffee_bag,
    "mirror-work": mirror_work,
}


def draw(spec: PictureSpec, *, width_px: int = 800, height_px: int = 1000) -> Image.Image:
    """The picture of a spec; nothing but the spec and the size decides it."""
    form, grain = np.random.default_rng([spec.seed, crc32(spec.technique.encode())]).spawn(2)
    frame = Frame(width_px, height_px, form, grain)
    colours = PAINTERS[spec.technique](frame, spec)
    grey = colours.mean(axis=2, keepdims=True)
    image = to_image(grey + (colours - grey) * SATURATION)
    return image.filter(ImageFilter.GaussianBlur(LENS_PX * frame.unit))


def write(spec: PictureSpec, path: Path, *, width_px: int = 800, height_px: int = 1000) -> None:
    """Store the picture as WebP with its description, coarser if that is needed to keep the bound."""
    image = draw(spec, width_px=width_px, height_px=height_px)
    path.write_bytes(encoded(image, BYTES_MAX))


def encoded(image: Image.Image, bytes_max: int) -> bytes:
    """The image as WebP that carries the description, at the best quality that keeps the bound."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = DESCRIPTION
    for quality, softness_px in COARSER:
        file = BytesIO()
        softened = image.filter(ImageFilter.GaussianBlur(softness_px)) if softness_px else image
        softened.save(file, "WEBP", quality=quality, method=4, exif=exif)
        if file.tell() <= bytes_max:
            break
    return file.getvalue()


def write_all(
    wanted: Sequence[tuple[PictureSpec, Path]],
    *,
    width_px: int = 800,
    height_px: int = 1000,
    workers: int = 2,
) -> None:
    """Store many pictures, each drawn by one of a few processes of their own."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(write, spec, path, width_px=width_px, height_px=height_px) for spec, path in wanted]
        for job in jobs:
            job.result()
