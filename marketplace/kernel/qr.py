"""QR codes as SVG for pages and as PNG data addresses for documents."""

import io
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from marketplace.config import QR_BYTES_MAX
from marketplace.kernel.errors import LumbungError

if TYPE_CHECKING:
    import segno

QR_QUIET_MODULES = 4
"""White border the standard asks for (ISO/IEC 18004)."""


class QrTextUnfit(LumbungError):
    """The text is empty or does not fit a code that a cheap phone can read."""

    code = "qr_text_unfit"
    status = 422
    message = _l("A QR code holds between 1 and %(bytes_max)s bytes of text.")


def qr_svg(text: str, *, title: str, bytes_max: int = QR_BYTES_MAX) -> str:
    """`text` as one `<svg>` element named by `title`, without styles, black on white in any theme.

    Refuses empty text and text longer than `bytes_max` bytes of UTF-8.
    """
    code = _make(text, bytes_max)
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        border=QR_QUIET_MODULES,
        dark="#000000",
        light="#ffffff",
        xmldecl=False,
        svgns=True,
        nl=False,
        omitsize=True,
        title=title,
        svgclass="qr",
        lineclass=None,
    )
    return out.getvalue().decode()


def qr_png_data_url(text: str, *, scale: int = 8, bytes_max: int = QR_BYTES_MAX) -> str:
    """`text` as a `data:image/png` address, `scale` pixels a module.

    Refuses empty text and text longer than `bytes_max` bytes of UTF-8.
    """
    return _make(text, bytes_max).png_data_uri(scale=scale, border=QR_QUIET_MODULES)


def _make(text: str, bytes_max: int) -> "segno.QRCode":
    import segno  # a start does without

    if not 0 < len(text.encode()) <= bytes_max:
        raise QrTextUnfit(bytes_max=bytes_max)
    # Level M survives a crease or a stain; Micro QR is left out because many phones cannot read it.
    return segno.make(text, error="m", boost_error=True, micro=False)
