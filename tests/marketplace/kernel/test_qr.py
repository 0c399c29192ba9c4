import base64
import io
import re
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from marketplace.config import QR_BYTES_MAX
from marketplace.kernel import qr

ADDRESS = "https://lumbung.example/journey/SY-2?t=7Q1KX0"


def test_the_png_is_read_back() -> None:
    url = qr.qr_png_data_url(ADDRESS)

    head, _, body = url.partition(",")
    picture = Image.open(io.BytesIO(base64.b64decode(body)))
    assert head == "data:image/png;base64"
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [ADDRESS]


def test_the_svg_is_read_back() -> None:
    svg = qr.qr_svg(ADDRESS, title="Perjalanan <kain>")

    assert [code.text for code in zxingcpp.read_barcodes(_drawn(svg))] == [ADDRESS]
    assert "style" not in svg
    assert ElementTree.fromstring(svg).findtext("{*}title") == "Perjalanan <kain>"


def test_the_same_text_gives_the_same_code() -> None:
    assert qr.qr_svg(ADDRESS, title="a") == qr.qr_svg(ADDRESS, title="a")
    assert qr.qr_png_data_url(ADDRESS) == qr.qr_png_data_url(ADDRESS)


@pytest.mark.parametrize("text", ["", "x" * (QR_BYTES_MAX + 1), "é" * 501])
def test_text_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(qr.QrTextUnfit):
        qr.qr_svg(text, title="")


def _drawn(svg: str) -> Image.Image:
    """Draw the strokes of the code's one path, four pixels a module, as a browser would."""
    root = ElementTree.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2])
    picture = Image.new("L", (side * 4, side * 4), 255)
    draw = ImageDraw.Draw(picture)
    stroke = next(path for path in root.iter("{http://www.w3.org/2000/svg}path") if "stroke" in path.attrib)
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]*)", stroke.attrib["d"]):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "h":
            draw.rectangle((x * 4, (y - 0.5) * 4, (x + values[0]) * 4 - 1, (y + 0.5) * 4 - 1), fill=0)
            x += values[0]
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            x, y = values
    return picture
